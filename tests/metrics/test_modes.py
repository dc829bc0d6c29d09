"""Mode coverage against true samples, planted failures, and the closed form of the three-sigma rule."""

import jax
import numpy as np
import pytest

from gencore.data import ring_centers, ring_of_gaussians
from gencore.metrics import mode_coverage

STD = 0.1


def true_samples(n: int = 20_000) -> np.ndarray:
    return np.asarray(ring_of_gaussians(jax.random.key(0), n, std=STD))


def test_true_samples_cover_every_mode_and_lie_near_one_as_often_as_the_closed_form_says():
    found = mode_coverage(true_samples(), ring_centers(), STD)
    expected = 1 - np.exp(-4.5)
    assert found.covered == 8
    assert abs(found.high_quality - expected) < 4 * np.sqrt(expected * (1 - expected) / 20_000)
    assert abs(found.counts / 20_000 - expected / 8).max() < 0.01


def test_a_dropped_mode_is_missed_and_a_rare_one_too():
    samples = true_samples()
    at_first = np.linalg.norm(samples - np.asarray(ring_centers())[0], axis=1) < 0.5
    without = samples[~at_first]
    assert mode_coverage(without, ring_centers(), STD).covered == 7
    rare = np.concatenate([without, samples[at_first][:200]])  # 200 of 17,700: 9 % of a fair share
    assert mode_coverage(rare, ring_centers(), STD).covered == 7
    enough = np.concatenate([without, samples[at_first][:300]])
    assert mode_coverage(enough, ring_centers(), STD).covered == 8


def test_collapse_to_one_point_covers_one_mode_with_perfect_quality():
    found = mode_coverage(np.tile(np.asarray(ring_centers())[3], (50, 1)), ring_centers(), STD)
    assert (found.covered, found.high_quality, found.counts[3]) == (1, 1.0, 50)


def test_samples_far_from_every_mode_count_for_none():
    found = mode_coverage(np.zeros((50, 2)), ring_centers(), STD)
    assert (found.covered, found.high_quality, found.counts.sum()) == (0, 0.0, 0)


def test_arguments_are_checked():
    with pytest.raises(ValueError, match=r"std is 0\.0"):
        mode_coverage(np.zeros((3, 2)), ring_centers(), 0.0)
    with pytest.raises(ValueError, match="samples has 2 features and centers has 3"):
        mode_coverage(np.zeros((3, 2)), np.zeros((3, 3)), 1.0)
    with pytest.raises(ValueError, match="NaN or infinite"):
        mode_coverage(np.full((3, 2), np.nan), ring_centers(), 1.0)
