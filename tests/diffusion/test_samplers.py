"""DDPM's sampler where the best denoiser is known: the data have to come back."""

import logging

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx
from gaussian_data import COVARIANCE, MEAN, gaussian_denoiser

from gencore.diffusion import (
    cosine_schedule,
    linear_schedule,
    mixture_denoiser,
    posterior,
    sample_ddpm,
    spaced_timesteps,
)
from gencore.metrics import mode_coverage
from gencore.models import MLPDenoiser


@pytest.mark.parametrize("schedule", [linear_schedule(), cosine_schedule()], ids=["linear", "cosine"])
def test_gaussian_data_come_back_with_their_mean_and_covariance(schedule):
    """Tolerance: 2 % of the largest variance, for 40,000 draws and the finite step."""
    x0 = np.asarray(sample_ddpm(gaussian_denoiser(schedule), schedule, jax.random.key(0), (40_000, 2)).x0)
    np.testing.assert_allclose(x0.mean(0), MEAN, atol=0.02)
    np.testing.assert_allclose(np.cov(x0.T), COVARIANCE, atol=0.016)


def test_fewer_steps_lose_variance_and_more_steps_lose_less():
    """In one dimension the walk is a chain of Gaussians, so its variance can be carried along exactly."""
    schedule, std = linear_schedule(), 0.5
    denoise = mixture_denoiser(schedule, np.zeros((1, 1)), std)
    left = np.cumprod(1 - np.linspace(1e-4, 0.02, 1000))
    lost = []
    for count in (5, 20, 100):
        steps = spaced_timesteps(1000, count)
        variance = 1.0
        for i in reversed(range(count)):
            a, b = left[steps[i]], left[steps[i - 1]] if i else 1.0
            beta = 1 - a / b
            guess = np.sqrt(a) * std**2 / (a * std**2 + 1 - a)  # E[x0 | x_t] / x_t
            slope = (np.sqrt(b) * beta * guess + np.sqrt(1 - beta) * (1 - b)) / (1 - a)
            variance = slope**2 * variance + (1 - b) / (1 - a) * beta
        x0 = sample_ddpm(denoise, schedule, jax.random.key(1), (40_000, 1), timesteps=steps).x0
        assert float(x0.var()) == pytest.approx(variance, rel=0.03)
        lost.append(std**2 - variance)
    assert lost[0] > lost[1] > lost[2] > 0


def test_every_mode_of_a_mixture_comes_back():
    schedule = linear_schedule()
    centers = np.array([[2.0, 0.0], [-2.0, 1.0], [0.0, -2.0]])
    x0 = sample_ddpm(mixture_denoiser(schedule, centers, 0.1), schedule, jax.random.key(2), (3000, 2)).x0
    found = mode_coverage(x0, centers, 0.1)
    assert found.covered == 3
    assert found.high_quality > 0.97
    np.testing.assert_allclose(found.counts / 3000, 1 / 3, atol=0.04)


def test_the_mixtures_answer_is_the_mean_of_the_noise_that_it_may_have_been():
    """Against drawn data: regress the noise on the noisy points near a place."""
    schedule, t, n = linear_schedule(), 200, 400_000
    centers = np.array([[1.0, 0.0], [-1.0, 0.5]])
    rng = np.random.default_rng(0)
    noise = rng.normal(size=(n, 2))
    clean = centers[rng.integers(0, 2, n)] + 0.3 * rng.normal(size=(n, 2))
    noisy = schedule.sqrt_alphas_cumprod[t] * clean + schedule.sqrt_one_minus_alphas_cumprod[t] * noise
    place = np.array([0.2, 0.3])
    near = np.linalg.norm(noisy - place, axis=1) < 0.1
    answer = mixture_denoiser(schedule, centers, 0.3)(jnp.asarray(place[None], jnp.float32), jnp.array([t]))
    assert near.sum() > 1000
    np.testing.assert_allclose(answer[0], noise[near].mean(0), atol=0.06)


def test_the_path_starts_as_noise_and_each_step_of_it_is_a_draw_from_the_posterior():
    """With two steps the walk can be redone by hand from what it kept."""
    schedule = linear_schedule(2, 0.3, 0.6)
    denoise = gaussian_denoiser(schedule)
    n = 20_000
    x0, (noise, halfway) = sample_ddpm(denoise, schedule, jax.random.key(3), (n, 2), keep=(1, 0))
    np.testing.assert_allclose(np.cov(np.asarray(noise).T), np.eye(2), atol=0.05)
    scale, spread = schedule.sqrt_alphas_cumprod, schedule.sqrt_one_minus_alphas_cumprod
    for t, (here, then) in {1: (noise, halfway), 0: (halfway, x0)}.items():
        at = jnp.full(n, t)
        guess = (here - spread[t] * denoise(here, at)) / scale[t]
        back = posterior(schedule, guess, here, at)
        if t == 0:
            np.testing.assert_allclose(then, guess, rtol=1e-4, atol=1e-5)
        else:
            fresh = np.asarray((then - back.mean) / np.sqrt(back.variance))
            np.testing.assert_allclose(fresh.mean(0), 0, atol=0.04)
            np.testing.assert_allclose(np.cov(fresh.T), np.eye(2), atol=0.05)


def test_the_network_is_told_the_schedules_own_time_steps():
    seen = []

    def denoise(x, t):
        jax.debug.callback(lambda t: seen.append(t.tolist()), t, ordered=True)
        return jnp.zeros_like(x)

    sample_ddpm(denoise, linear_schedule(), jax.random.key(0), (2, 1), timesteps=[7, 400, 999])
    jax.effects_barrier()
    assert seen == [[999] * 2, [400] * 2, [7] * 2]


def test_images_are_sampled_as_well_as_points():
    x0, path = sample_ddpm(lambda x, t: x, linear_schedule(10), jax.random.key(0), (3, 4, 5), keep=(9,))
    assert x0.shape == (3, 4, 5)
    assert path.shape == (1, 3, 4, 5)


def test_new_weights_and_new_keys_compile_nothing(caplog: pytest.LogCaptureFixture):
    schedule = linear_schedule(21)

    def draw(seed: int) -> None:
        model = MLPDenoiser(2, (7,), rngs=nnx.Rngs(seed))
        sample_ddpm(model, schedule, jax.random.key(seed), (5, 2)).x0.block_until_ready()

    def compiled() -> list[str]:
        return [
            r.getMessage()
            for r in caplog.records
            if "Finished XLA compilation of jit(_walk_back)" in r.getMessage()
        ]

    with jax.log_compiles(), caplog.at_level(logging.WARNING, logger="jax"):
        draw(0)
        assert len(compiled()) == 1, "the message that this test looks for has changed"
        draw(1)
        assert len(compiled()) == 1


def test_a_model_and_its_function_sample_the_same():
    schedule, model = linear_schedule(20), MLPDenoiser(2, (8,), rngs=nnx.Rngs(0))
    args = (schedule, jax.random.key(0), (4, 2))
    bare = sample_ddpm(lambda x, t: model(x, t), *args).x0
    np.testing.assert_allclose(sample_ddpm(model, *args).x0, bare, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("keep", [(5,), (0, 0), (1000,)])
def test_only_steps_that_are_visited_can_be_kept(keep):
    with pytest.raises(ValueError, match="keep is"):
        sample_ddpm(
            lambda x, t: x, linear_schedule(), jax.random.key(0), (2, 1), timesteps=[0, 999], keep=keep
        )


def test_steps_outside_of_the_schedule_are_refused():
    with pytest.raises(ValueError, match="timesteps is"):
        sample_ddpm(lambda x, t: x, linear_schedule(10), jax.random.key(0), (2, 1), timesteps=[0, 10])


def test_a_negative_spread_is_refused():
    with pytest.raises(ValueError, match="std is -1"):
        mixture_denoiser(linear_schedule(), np.zeros((1, 2)), -1.0)
