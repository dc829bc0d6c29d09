"""The energy distance against SciPy and closed forms; points off a shape against a count by hand."""

import numpy as np
import pytest
from scipy import stats

from gencore.metrics import energy_distance, off_support

RNG = np.random.default_rng(0)


def test_in_one_dimension_it_is_scipys():
    x, y = RNG.normal(size=200), RNG.exponential(size=300)
    assert energy_distance(x[:, None], y[:, None]) == pytest.approx(stats.energy_distance(x, y), rel=1e-9)


def test_of_two_gaussians_it_is_the_closed_form():
    """For N(0, 1) and N(m, 1), E|X - Y| is the mean of a folded normal with variance 2."""
    shift = 1.5
    folded = stats.foldnorm(shift / np.sqrt(2), scale=np.sqrt(2)).mean()
    expected = np.sqrt(2 * folded - 2 * 2 / np.sqrt(np.pi))
    x, y = RNG.normal(size=(4000, 1)), RNG.normal(shift, size=(4000, 1))
    assert energy_distance(x, y) == pytest.approx(expected, rel=0.05)


def test_it_knows_no_directions_and_no_order():
    x, y = RNG.normal(size=(50, 3)), RNG.normal(size=(70, 3))
    turn, _ = np.linalg.qr(RNG.normal(size=(3, 3)))
    assert energy_distance(x @ turn + 5, y @ turn + 5) == pytest.approx(energy_distance(x, y))
    assert energy_distance(y, x) == pytest.approx(energy_distance(x, y))
    assert energy_distance(x, x[::-1]) == pytest.approx(0, abs=1e-7)


def test_a_missing_half_is_seen():
    x = np.concatenate([RNG.normal(-2, 0.1, size=(500, 2)), RNG.normal(2, 0.1, size=(500, 2))])
    other = np.concatenate([RNG.normal(-2, 0.1, size=(500, 2)), RNG.normal(2, 0.1, size=(500, 2))])
    assert energy_distance(x, other) < 0.1 < 1 < energy_distance(x, other[:500])


def test_points_off_a_ring_of_radius_one():
    angles = np.linspace(0, 2 * np.pi, 2000)
    ring = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    points = np.array([[1.05, 0], [0, 0.96], [0, 0], [0, 1.2]])
    assert off_support(points, ring, reach=0.1) == 0.5
    assert off_support(points, ring, reach=0.3) == 0.25


def test_arguments_are_checked_for_both():
    with pytest.raises(ValueError, match="reach is 0"):
        off_support(np.ones((2, 2)), np.ones((2, 2)), reach=0.0)
    with pytest.raises(ValueError, match="samples has 2 features and support has 3"):
        off_support(np.ones((2, 2)), np.ones((2, 3)), reach=1.0)
    with pytest.raises(ValueError, match="fake holds 1 values of 2 that are NaN"):
        energy_distance(np.ones((2, 2)), np.array([[1.0, np.nan]]))
