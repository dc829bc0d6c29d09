"""DDIM, DPM-Solver++ and the way back up, where the best denoiser and the exact curve are known."""

import logging

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx
from gaussian_data import COVARIANCE, MEAN, gaussian_denoiser

from gencore.diffusion import (
    add_noise,
    cosine_schedule,
    invert_ddim,
    linear_schedule,
    mixture_denoiser,
    sample_ddim,
    sample_ddpm,
    sample_dpm_solver,
    spaced_timesteps,
)
from gencore.models import MLPDenoiser

SCHEDULES = {"linear": linear_schedule(), "cosine": cosine_schedule()}
DETERMINISTIC = {"ddim": sample_ddim, "dpm": sample_dpm_solver}


@pytest.mark.parametrize("schedule", SCHEDULES.values(), ids=SCHEDULES)
@pytest.mark.parametrize(
    ("sample", "options"),
    [(sample_ddim, {}), (sample_ddim, {"eta": 0.5}), (sample_ddim, {"eta": 1.0}), (sample_dpm_solver, {})],
    ids=["ddim", "eta-half", "eta-one", "dpm"],
)
def test_gaussian_data_come_back(schedule, sample, options):
    """Tolerance: 2 % of the largest variance, for 40,000 draws and 200 steps; 5 % where each step adds noise."""
    steps = spaced_timesteps(1000, 200)
    denoise = gaussian_denoiser(schedule)
    x0 = np.asarray(sample(denoise, schedule, jax.random.key(0), (40_000, 2), timesteps=steps, **options).x0)
    np.testing.assert_allclose(x0.mean(0), MEAN, atol=0.03)
    np.testing.assert_allclose(np.cov(x0.T), COVARIANCE, atol=0.04 if options else 0.02)


@pytest.mark.parametrize("schedule", SCHEDULES.values(), ids=SCHEDULES)
def test_with_all_noise_and_all_steps_ddim_is_ddpm(schedule):
    """The same draws, so the same samples."""
    args = gaussian_denoiser(schedule), schedule, jax.random.key(1), (50, 2)
    ddpm, ddim = sample_ddpm(*args, keep=(500,)), sample_ddim(*args, eta=1.0, keep=(500,))
    np.testing.assert_allclose(ddim.path, ddpm.path, atol=2e-3)
    np.testing.assert_allclose(ddim.x0, ddpm.x0, atol=2e-3)


def exact(schedule, start, std, t):
    """Where the curve through ``start`` is at step t: in one dimension, the place that keeps its quantile."""
    left = np.cumprod(1 - np.asarray(schedule.betas, np.float64))
    variance = left * std**2 + 1 - left
    return start * np.sqrt(variance[t] / variance[-1])


@pytest.mark.parametrize(("name", "order"), [("ddim", 1), ("dpm", 2)])
def test_the_error_falls_with_the_solvers_order(name, order):
    """Twice as many steps: half the error for DDIM, a quarter for DPM-Solver++. On the way, where noise is left."""
    schedule, std = linear_schedule(4000, 2.5e-5, 5e-3), 0.3
    denoise, start = mixture_denoiser(schedule, np.zeros((1, 1)), std), jnp.ones((1, 1))
    errors = []
    for count in (26, 51, 101):
        steps = 399 + spaced_timesteps(3601, count)
        options = {"timesteps": steps, "start": start, "keep": (399,)}
        path = DETERMINISTIC[name](denoise, schedule, jax.random.key(0), (1, 1), **options).path
        errors.append(abs(float(path[0, 0, 0]) - exact(schedule, 1.0, std, 399)))
    ratios = np.array(errors[:-1]) / errors[1:]
    np.testing.assert_allclose(ratios, 2.0**order, rtol=0.25)


def test_a_step_goes_to_the_next_entry_of_the_list_whatever_the_distance():
    schedule, steps = linear_schedule(), [3, 10, 400, 999]
    denoise = mixture_denoiser(schedule, np.array([[0.8]]), 0.2)
    result = sample_ddim(denoise, schedule, jax.random.key(2), (5, 1), timesteps=steps, keep=steps)
    scale, spread = schedule.sqrt_alphas_cumprod, schedule.sqrt_one_minus_alphas_cumprod
    after = [result.x0, *result.path]
    for i, t in enumerate(steps):
        x = result.path[i]
        noise = denoise(x, jnp.full(5, t))
        x0 = (x - spread[t] * noise) / scale[t]
        before = (1.0, 0.0) if i == 0 else (scale[steps[i - 1]], spread[steps[i - 1]])
        np.testing.assert_allclose(after[i], before[0] * x0 + before[1] * noise, rtol=1e-4, atol=1e-5)


def test_one_step_of_the_second_order_solver_against_its_formula_in_float64():
    schedule, steps = cosine_schedule(), [2, 300, 700, 999]
    denoise = mixture_denoiser(schedule, np.array([[0.8], [-0.5]]), 0.2)
    result = sample_dpm_solver(denoise, schedule, jax.random.key(2), (5, 1), timesteps=steps, keep=steps)
    left = np.cumprod(1 - np.asarray(schedule.betas, np.float64))[steps]
    scale, spread = np.sqrt(left), np.sqrt(1 - left)
    level = np.log(scale / spread)
    path = np.asarray(result.path, np.float64)
    x0 = [
        (x - b * np.asarray(denoise(jnp.asarray(x, jnp.float32), jnp.full(5, t)))) / a
        for x, t, a, b in zip(path, steps, scale, spread, strict=True)
    ]
    for i in (2, 1):
        h, last = level[i - 1] - level[i], level[i] - level[i + 1] if i < 3 else None
        guess = x0[i] if last is None else x0[i] + h / (2 * last) * (x0[i] - x0[i + 1])
        then = spread[i - 1] / spread[i] * path[i] - scale[i - 1] * np.expm1(-h) * guess
        np.testing.assert_allclose(path[i - 1], then, rtol=2e-3, atol=2e-3)
    np.testing.assert_allclose(result.x0, x0[0], rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("name", DETERMINISTIC)
@pytest.mark.parametrize("count", [2, 3, 50])
def test_few_steps_are_finite(name, count):
    for schedule in SCHEDULES.values():
        denoise, steps = gaussian_denoiser(schedule), spaced_timesteps(1000, count)
        x0 = DETERMINISTIC[name](denoise, schedule, jax.random.key(0), (8, 2), timesteps=steps).x0
        assert np.isfinite(np.asarray(x0)).all()


def test_up_and_down_again_returns_the_examples_and_more_iterations_return_them_better():
    schedule, steps = linear_schedule(), spaced_timesteps(1000, 50)
    denoise = mixture_denoiser(schedule, np.array([[1.0, 0.0], [-1.0, 0.5]]), 0.3)
    x0 = jnp.array([[0.9, 0.2], [-1.3, 0.4], [-0.7, 1.0]])
    missed = []
    for iterations in (1, 2, 8):
        noise = invert_ddim(denoise, schedule, x0, timesteps=steps, iterations=iterations)
        back = sample_ddim(denoise, schedule, jax.random.key(0), x0.shape, timesteps=steps, start=noise).x0
        missed.append(float(jnp.abs(back - x0).max()))
    assert missed[0] > 2 * missed[1] > 4 * missed[2]
    assert missed[2] < 2e-3


def test_inverted_data_look_like_noise():
    schedule = linear_schedule()
    x0 = np.random.default_rng(0).multivariate_normal(MEAN, COVARIANCE, 20_000).astype(np.float32)
    noise = np.asarray(invert_ddim(gaussian_denoiser(schedule), schedule, x0))
    np.testing.assert_allclose(noise.mean(0), 0, atol=0.05)
    np.testing.assert_allclose(np.cov(noise.T), np.eye(2), atol=0.05)


@pytest.mark.parametrize("sample", [sample_ddpm, sample_ddim, sample_dpm_solver])
def test_a_walk_from_the_middle_keeps_the_distribution(sample):
    """Noise the data up to step 400 and walk back: the data's mean and covariance again."""
    schedule, n = linear_schedule(), 40_000
    x0 = np.random.default_rng(0).multivariate_normal(MEAN, COVARIANCE, n).astype(np.float32)
    start = add_noise(schedule, x0, jax.random.normal(jax.random.key(0), x0.shape), jnp.full(n, 400))
    options = {"timesteps": np.arange(401), "start": start, "keep": (400,)}
    result = sample(gaussian_denoiser(schedule), schedule, jax.random.key(1), x0.shape, **options)
    np.testing.assert_array_equal(result.path[0], start)
    np.testing.assert_allclose(np.mean(result.x0, axis=0), MEAN, atol=0.02)
    np.testing.assert_allclose(np.cov(np.asarray(result.x0).T), COVARIANCE, atol=0.02)


@pytest.mark.parametrize("sample", [sample_ddim, sample_dpm_solver])
def test_no_fresh_noise_is_added(sample):
    schedule, start = linear_schedule(), jnp.ones((2, 2))
    one, other = (
        sample(gaussian_denoiser(schedule), schedule, jax.random.key(seed), (2, 2), start=start).x0
        for seed in (0, 1)
    )
    np.testing.assert_array_equal(one, other)


def test_new_weights_and_another_eta_compile_nothing(caplog: pytest.LogCaptureFixture):
    schedule = linear_schedule(21)
    with jax.log_compiles(), caplog.at_level(logging.WARNING, logger="jax"):
        for seed, eta in ((0, 0.3), (1, 0.3), (2, 0.7)):
            model = MLPDenoiser(2, (7,), rngs=nnx.Rngs(seed))
            sample_ddim(model, schedule, jax.random.key(seed), (5, 2), eta=eta).x0.block_until_ready()
            invert_ddim(model, schedule, jnp.ones((5, 2)), iterations=1 + seed).block_until_ready()
    for name in ("_walk_back", "_walk_up"):
        found = [r for r in caplog.records if f"Finished XLA compilation of jit({name})" in r.getMessage()]
        assert len(found) == 1, name


@pytest.mark.parametrize(("eta", "draws"), [(0.0, 1), (0.5, 2)])
def test_without_eta_only_the_start_is_drawn(eta: float, draws: int):
    schedule, key = linear_schedule(21), jax.random.key(0)
    denoise = gaussian_denoiser(schedule)
    program = jax.jit(lambda key: sample_ddim(denoise, schedule, key, (5, 2), eta=eta).x0)
    compiled = str(program.lower(key).compile().as_text())
    assert compiled.count(" log-plus-one(") == draws  # each normal number takes one


def test_a_little_eta_is_nearly_none():
    schedule, key = linear_schedule(), jax.random.key(0)
    none, little = (
        sample_ddim(gaussian_denoiser(schedule), schedule, key, (50, 2), eta=eta).x0 for eta in (0.0, 1e-5)
    )
    np.testing.assert_allclose(none, little, atol=1e-3)


def test_arguments_are_checked():
    schedule, key = linear_schedule(), jax.random.key(0)
    denoise = gaussian_denoiser(schedule)
    with pytest.raises(ValueError, match=r"eta is 1\.5; choose"):
        sample_ddim(denoise, schedule, key, (2, 2), eta=1.5)
    with pytest.raises(ValueError, match=r"start has shape \(3, 2\) and shape is \(2, 2\)"):
        sample_ddim(denoise, schedule, key, (2, 2), start=jnp.ones((3, 2)))
    with pytest.raises(ValueError, match="keep is"):
        sample_dpm_solver(denoise, schedule, key, (2, 2), timesteps=[0, 999], keep=(500,))
    with pytest.raises(ValueError, match="iterations is 0"):
        invert_ddim(denoise, schedule, jnp.ones((2, 2)), iterations=0)
    with pytest.raises(ValueError, match="timesteps is"):
        invert_ddim(denoise, schedule, jnp.ones((2, 2)), timesteps=[3, 2])
