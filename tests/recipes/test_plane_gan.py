"""GANs in the plane: the film is the game's, and each seed is its own."""

from dataclasses import replace

import jax
import numpy as np
import pytest

from gencore.data import ring_centers, ring_of_gaussians
from gencore.losses import hinge
from gencore.metrics import mode_coverage
from gencore.recipes.plane_gan import PLAIN, REPAIRED, Settings, play

TINY = Settings(generator_hidden=(8,), critic_hidden=(8,), batch_size=16, steps=6)
STD = 0.05


def test_a_film_has_its_frames_and_curves():
    film = play(ring_of_gaussians, TINY, seeds=(0, 5), frames=4, samples=7)
    assert film.steps.tolist() == [0, 2, 4, 6]
    assert film.samples.shape == (2, 4, 7, 2) and np.isfinite(film.samples).all()
    assert {curve.shape for curve in film.curves.values()} == {(2, 6)}
    assert not np.allclose(film.samples[:, 0], film.samples[:, 3])
    assert not np.allclose(film.samples[0], film.samples[1])


def test_a_seed_gives_the_same_film_whatever_company_it_has():
    alone = play(ring_of_gaussians, TINY, seeds=(5,), frames=2, samples=7)
    among = play(ring_of_gaussians, TINY, seeds=(0, 5), frames=2, samples=7)
    np.testing.assert_allclose(alone.samples[0], among.samples[1], atol=1e-3)
    points = np.asarray(ring_centers())
    np.testing.assert_allclose(alone.logits(0, 1, points), among.logits(1, 1, points), atol=1e-3)


@pytest.mark.slow
def test_the_settings_reach_the_game():
    base = play(ring_of_gaussians, TINY, frames=2, samples=7)
    assert not base.curves["penalty"].any()
    assert play(ring_of_gaussians, replace(TINY, r1=0.5), frames=2).curves["penalty"].all()
    for options in ({"loss": hinge}, {"spectral_norm": True}, {"simultaneous": True}):
        other = play(ring_of_gaussians, TINY, frames=2, samples=7, **options)
        assert not np.allclose(base.samples[0, 1], other.samples[0, 1]), options
    still = play(ring_of_gaussians, replace(TINY, learning_rate=0.0, ema_decay=0.5), frames=2, samples=7)
    np.testing.assert_array_equal(still.samples[0, 0], still.samples[0, 1])


def test_arguments_are_checked():
    with pytest.raises(ValueError, match="seeds is empty"):
        play(ring_of_gaussians, TINY, seeds=())
    with pytest.raises(ValueError, match=r"frames is 5 and steps is 6"):
        play(ring_of_gaussians, TINY, frames=5)
    with pytest.raises(ValueError, match="frames is 1"):
        play(ring_of_gaussians, TINY, frames=1)


@pytest.mark.slow
def test_the_repaired_game_covers_the_ring_in_nine_of_ten_seeds_and_the_plain_one_fails_more_often():
    def covered(chosen):
        film = play(ring_of_gaussians, chosen, seeds=range(10), frames=2, samples=2000)
        return [mode_coverage(made, ring_centers(), STD).covered for made in film.samples[:, -1]]

    assert sum(count == 8 for count in covered(REPAIRED)) >= 9
    assert sum(count == 8 for count in covered(PLAIN)) <= 6


def test_data_are_fresh_at_each_step_and_differ_between_seeds():
    seen = []

    def draw(key, n):
        points = ring_of_gaussians(key, n)
        jax.debug.callback(lambda p: seen.append(np.asarray(p).copy()), points)
        return points

    play(draw, TINY, seeds=(0, 1), frames=2)
    jax.effects_barrier()
    assert len({batch.tobytes() for batch in seen}) == 12
