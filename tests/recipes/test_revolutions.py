"""Chapter 05's runs: equal compute, films of both, and what a fresh detective sees."""

from dataclasses import replace

import jax
import numpy as np
import pytest
from flax import nnx

from gencore.data import ring_of_gaussians, two_moons
from gencore.metrics import energy_distance
from gencore.models import Critic, Generator, MLPDenoiser
from gencore.recipes import plane_gan, revolutions


def weights(model) -> int:
    """Entries of all weight matrices: one multiply-add each for an example."""
    return sum(a.size for a in jax.tree.leaves(nnx.state(model, nnx.Param)) if a.ndim == 2)


@pytest.mark.parametrize("profile", ["quick", "full"])
def test_both_trainings_cost_the_same(profile):
    chosen = revolutions.settings(profile)
    denoiser = MLPDenoiser(2, chosen.hidden, time_width=chosen.time_width, rngs=nnx.Rngs(0))
    assert chosen.evaluation_cost == weights(denoiser)
    game = chosen.game
    generator = Generator(game.latent_dim, game.generator_hidden, 2, rngs=nnx.Rngs(0))
    critic = Critic(2, game.critic_hidden, value_range=None, rngs=nnx.Rngs(0))
    by_hand = game.steps * game.batch_size * (4 * weights(generator) + 8 * weights(critic))
    assert revolutions.game_cost(game) == by_hand
    assert chosen.steps * chosen.step_cost == pytest.approx(by_hand, rel=0.001)


def test_more_updates_of_the_critic_cost_more():
    once, twice = plane_gan.Settings(), plane_gan.Settings(critic_steps=2)
    assert 1.3 < revolutions.game_cost(twice) / revolutions.game_cost(once) < 2


@pytest.mark.slow
def test_a_film_starts_with_noise_and_comes_near_the_data():
    chosen = replace(revolutions.QUICK, game=plane_gan.Settings(steps=500), timesteps=100, samples=500)
    film = revolutions.train_diffusion(two_moons, chosen, seeds=(0, 1), frames=3)
    assert film.steps.tolist() == [0, round(chosen.steps / 2), chosen.steps]
    assert film.samples.shape == (2, 3, 500, 2)
    assert film.losses[-1] < film.losses[0]
    real = two_moons(jax.random.key(9), 500)
    for seed in range(2):
        start, _, end = (energy_distance(real, points) for points in film.samples[seed])
        assert end < 0.5 * start
    assert not np.allclose(film.samples[0, -1], film.samples[1, -1])
    t = np.zeros(3, np.int32)
    answers = [model(np.ones((3, 2), np.float32), t) for model in film.models]
    assert not np.allclose(*answers)


def test_squared_error_sends_every_point_to_the_mean():
    game = plane_gan.Settings(steps=600, learning_rate=3e-3)
    made = revolutions.average_student(ring_of_gaussians, game, samples=200)
    assert np.linalg.norm(made, axis=1).mean() < 0.3  # the ring has radius 2


def test_a_critic_that_stops_learning_stays_as_it_is():
    film = plane_gan.play(
        ring_of_gaussians, plane_gan.Settings(steps=40), critic_until=20, frames=5, samples=5
    )
    weights = [jax.tree.leaves(jax.tree.map(lambda a, f=f: a[0, f], film.critics))[0] for f in range(5)]
    assert not np.array_equal(weights[1], weights[2])
    np.testing.assert_array_equal(weights[2], weights[4])
    assert not np.allclose(film.samples[0, 2], film.samples[0, 4])


@pytest.mark.parametrize(
    "call, words",
    [
        (lambda: revolutions.train_diffusion(two_moons, revolutions.QUICK, seeds=()), "seeds is empty"),
        (lambda: revolutions.train_diffusion(two_moons, revolutions.QUICK, frames=0), "frames is 0"),
    ],
)
def test_what_cannot_be_trained_is_refused(call, words):
    with pytest.raises(ValueError, match=words):
        call()
