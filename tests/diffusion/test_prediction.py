"""Three things that a network may predict, and one answer."""

import logging

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

from gencore.diffusion import (
    add_noise,
    cosine_schedule,
    linear_schedule,
    mixture_denoiser,
    noise_predictor,
    on_schedule,
    predict_noise,
    predict_velocity,
    predict_x0,
    sample_ddim,
    spaced_timesteps,
)
from gencore.models import MLPDenoiser

KINDS = {"noise": predict_noise, "x0": predict_x0, "velocity": predict_velocity}


@pytest.mark.parametrize("schedule", [linear_schedule(), cosine_schedule()], ids=["linear", "cosine"])
@pytest.mark.parametrize("kind", KINDS)
def test_the_right_answer_implies_the_noise_at_every_time_step(schedule, kind):
    t = jnp.arange(schedule.timesteps)
    x0, noise = jax.random.normal(jax.random.key(0), (2, schedule.timesteps, 3))
    x_t = add_noise(schedule, x0, noise, t)
    found = KINDS[kind].to_noise(schedule, KINDS[kind].target(schedule, x0, noise, t), x_t, t)
    # From x0, what is left of it is divided by the root of the noise's share, which is 0.006 at the least.
    np.testing.assert_allclose(found, noise, atol=2e-4 if kind == "x0" else 5e-6)


def test_the_velocity_is_the_direction_along_the_quarter_circle():
    schedule, t = linear_schedule(), jnp.array([0, 250, 999])
    x0, noise = jax.random.normal(jax.random.key(0), (2, 3, 4))
    angle = jnp.asarray(np.arctan2(schedule.sqrt_one_minus_alphas_cumprod, schedule.sqrt_alphas_cumprod))[t]
    along = lambda a: jnp.cos(a)[:, None] * x0 + jnp.sin(a)[:, None] * noise  # noqa: E731
    place, direction = jax.jvp(along, (angle,), (jnp.ones(3),))
    np.testing.assert_allclose(place, add_noise(schedule, x0, noise, t), atol=1e-5)
    np.testing.assert_allclose(direction, predict_velocity.target(schedule, x0, noise, t), atol=1e-5)


@pytest.mark.parametrize("kind", KINDS)
def test_samplers_take_a_network_of_every_kind(kind):
    schedule, steps = linear_schedule(), spaced_timesteps(1000, 30)
    denoise = mixture_denoiser(schedule, np.array([[1.0, -1.0]]), 0.3)

    def model(x, t):
        noise = denoise(x, t)
        scale = jnp.asarray(schedule.sqrt_alphas_cumprod)[t][:, None]
        spread = jnp.asarray(schedule.sqrt_one_minus_alphas_cumprod)[t][:, None]
        return KINDS[kind].target(schedule, (x - spread * noise) / scale, noise, t)

    args = schedule, jax.random.key(0), (50, 2)
    expected = sample_ddim(denoise, *args, timesteps=steps).x0
    found = sample_ddim(noise_predictor(model, schedule, KINDS[kind]), *args, timesteps=steps).x0
    np.testing.assert_allclose(found, expected, atol=5e-3)


def test_new_weights_compile_nothing(caplog: pytest.LogCaptureFixture):
    schedule = linear_schedule(22)
    with jax.log_compiles(), caplog.at_level(logging.WARNING, logger="jax"):
        for seed in range(2):
            denoise = noise_predictor(MLPDenoiser(2, (7,), rngs=nnx.Rngs(seed)), schedule, predict_velocity)
            sample_ddim(denoise, schedule, jax.random.key(seed), (5, 2)).x0.block_until_ready()
    assert sum("Finished XLA compilation of jit(_walk_back)" in r.getMessage() for r in caplog.records) == 1


def test_a_denoiser_answers_alike_under_another_schedule():
    """The best denoiser is known for both schedules; told the nearest noise level, one answers nearly as the other."""
    centers, linear, cosine = jnp.array([[1.0, -1.0], [-0.5, 0.3]]), linear_schedule(), cosine_schedule()
    wanted = mixture_denoiser(linear, centers, std=0.3)
    borrowed = on_schedule(mixture_denoiser(cosine, centers, std=0.3), cosine, linear)
    x = jax.random.normal(jax.random.key(0), (1000, 2))
    t = jnp.arange(1000)
    assert (
        float(jnp.abs(wanted(x, t) - borrowed(x, t))[20:].max()) < 0.02
    )  # the first steps have few neighbors
    own = on_schedule(mixture_denoiser(linear, centers, std=0.3), linear, linear)
    np.testing.assert_allclose(own(x, t), wanted(x, t), atol=1e-6)
