"""Flow matching where the best velocity and the exact flow are known."""

import logging

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

from gencore.diffusion import (
    NoiseSchedule,
    euler_step,
    flow_point,
    heun_step,
    mixture_denoiser,
    mixture_velocity,
    sample_flow,
)
from gencore.metrics import mode_coverage
from gencore.models import ResidualDenoiser


def test_the_line_starts_at_the_data_ends_at_the_noise_and_moves_at_the_velocity():
    x0, noise = jax.random.normal(jax.random.key(0), (2, 5, 4, 3))
    np.testing.assert_array_equal(flow_point(x0, noise, jnp.zeros(5)), x0)
    np.testing.assert_array_equal(flow_point(x0, noise, jnp.ones(5)), noise)
    time = jnp.linspace(0.1, 0.9, 5)
    _, velocity = jax.jvp(lambda s: flow_point(x0, noise, s), (time,), (jnp.ones(5),))
    np.testing.assert_allclose(velocity, noise - x0, atol=1e-6)


@pytest.mark.parametrize("solver", [euler_step, heun_step])
def test_gaussian_data_come_back(solver):
    """Tolerance: 2 % of the standard deviation, for 40,000 draws and 100 steps."""
    velocity = mixture_velocity(np.array([[1.5, -0.5]]), 0.5)
    x0 = np.asarray(sample_flow(velocity, jax.random.key(0), (40_000, 2), steps=100, solver=solver))
    np.testing.assert_allclose(x0.mean(0), [1.5, -0.5], atol=0.01)
    np.testing.assert_allclose(np.cov(x0.T), 0.25 * np.eye(2), atol=0.01)


@pytest.mark.parametrize(("solver", "order"), [(euler_step, 1), (heun_step, 2)])
def test_the_error_falls_with_the_solvers_order(solver, order):
    """For one Gaussian the flow keeps the quantile: from x at time 1 to mean + std x."""
    velocity, start = mixture_velocity(np.array([[0.4]]), 0.5), jnp.array([[1.3]])
    errors = [
        abs(
            float(sample_flow(velocity, jax.random.key(0), (1, 1), steps=n, solver=solver, start=start)[0, 0])
            - 1.05
        )
        for n in (8, 16, 32)
    ]
    np.testing.assert_allclose(np.array(errors[:-1]) / errors[1:], 2.0**order, rtol=0.25)


@pytest.mark.parametrize("s", [0.05, 0.3, 0.7, 0.98])
def test_velocity_and_denoiser_know_the_same(s):
    """A point of the flow, divided by its length, is a point of a diffusion: the same noise has to be found in it."""
    centers, std = np.array([[1.0, 0.0], [-1.0, 0.5]]), 0.3
    length = np.hypot(1 - s, s)
    left = ((1 - s) / length) ** 2
    table = np.array([left], np.float32)
    schedule = NoiseSchedule(1 - table, table, np.sqrt(table), np.sqrt(1 - table))
    x = jax.random.normal(jax.random.key(1), (7, 2))
    noise = mixture_denoiser(schedule, centers, std)(x / length, jnp.zeros(7, int))
    x0 = (x - s * noise) / (1 - s)
    velocity = mixture_velocity(centers, std)(x, jnp.full(7, s))
    np.testing.assert_allclose(velocity, noise - x0, rtol=1e-3, atol=2e-3)


def test_every_mode_of_a_mixture_comes_back():
    centers = np.array([[2.0, 0.0], [-2.0, 1.0], [0.0, -2.0]])
    x0 = sample_flow(mixture_velocity(centers, 0.1), jax.random.key(2), (3000, 2), steps=50)
    found = mode_coverage(x0, centers, 0.1)
    assert found.covered == 3
    assert found.high_quality > 0.95


def test_images_flow_as_well_as_points():
    assert sample_flow(lambda x, s: x, jax.random.key(0), (3, 4, 5), steps=2).shape == (3, 4, 5)


def test_new_weights_compile_nothing(caplog: pytest.LogCaptureFixture):
    with jax.log_compiles(), caplog.at_level(logging.WARNING, logger="jax"):
        for seed in range(2):
            model = ResidualDenoiser(2, 7, 1, time_scale=1000.0, rngs=nnx.Rngs(seed))
            sample_flow(model, jax.random.key(seed), (5, 2), steps=3).block_until_ready()
    assert sum("Finished XLA compilation of jit(_follow)" in r.getMessage() for r in caplog.records) == 1


def test_arguments_are_checked():
    velocity, key = mixture_velocity(np.zeros((1, 2)), 1.0), jax.random.key(0)
    with pytest.raises(ValueError, match="steps is 0"):
        sample_flow(velocity, key, (2, 2), steps=0)
    with pytest.raises(ValueError, match="start has shape"):
        sample_flow(velocity, key, (2, 2), start=jnp.ones((1, 2)))
    with pytest.raises(ValueError, match="std is 0"):
        mixture_velocity(np.zeros((1, 2)), 0.0)
