"""The closed forms of a diffusion against its definition, step by step, and against Bayes' rule."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from gencore.diffusion import add_noise, cosine_schedule, linear_schedule, posterior, x0_from_noise

SCHEDULES = {"linear": linear_schedule(), "cosine": cosine_schedule(), "short": linear_schedule(5, 0.1, 0.6)}


@pytest.mark.parametrize("name", SCHEDULES)
def test_one_jump_has_the_moments_of_all_steps_one_by_one(name):
    """x_t = sqrt(1 - beta) x_(t-1) + sqrt(beta) noise: mean and variance of the chain, in float64."""
    schedule = SCHEDULES[name]
    moments = [(3.0, 0.0)]
    for beta in np.asarray(schedule.betas, np.float64):
        mean, variance = moments[-1]
        moments.append((np.sqrt(1 - beta) * mean, (1 - beta) * variance + beta))
    means, variances = np.array(moments[1:]).T
    one, t = jnp.ones((schedule.timesteps, 1)), jnp.arange(schedule.timesteps)
    center = add_noise(schedule, 3 * one, 0 * one, t)[:, 0]
    spread = add_noise(schedule, 0 * one, one, t)[:, 0]
    np.testing.assert_allclose(center, means, rtol=1e-4, atol=1e-7)
    np.testing.assert_allclose(np.square(spread), variances, rtol=1e-5)


def test_drawn_chains_and_jumps_agree():
    schedule, n = SCHEDULES["short"], 200_000
    rng = np.random.default_rng(0)
    x = x0 = rng.choice([-1.0, 2.0], size=(n, 1))
    for beta in schedule.betas:
        x = np.sqrt(1 - beta) * x + np.sqrt(beta) * rng.normal(size=(n, 1))
    t = jnp.full(n, 4)
    jump = add_noise(schedule, jnp.asarray(x0, jnp.float32), jax.random.normal(jax.random.key(0), (n, 1)), t)
    for power in (1, 2, 3, 4):
        assert float((jump**power).mean()) == pytest.approx((x**power).mean(), abs=0.05)


@pytest.mark.parametrize("name", SCHEDULES)
def test_one_step_back_is_bayes_rule(name):
    """q(x_t | x_(t-1)) q(x_(t-1) | x_0), normalized numerically on a grid of x_(t-1)."""
    schedule = SCHEDULES[name]
    betas = np.asarray(schedule.betas, np.float64)
    left = np.cumprod(1 - betas)
    x0, x_t = 0.7, -0.4
    for t in {1, 2, len(betas) // 2, len(betas) - 2}:
        prior_mean, prior_variance = np.sqrt(left[t - 1]) * x0, 1 - left[t - 1]
        width = np.sqrt(min(prior_variance, betas[t] / (1 - betas[t])))
        middle = (prior_mean / prior_variance + np.sqrt(1 - betas[t]) * x_t / betas[t]) / (
            1 / prior_variance + (1 - betas[t]) / betas[t]
        )
        grid = middle + np.linspace(-12, 12, 20_001) * width
        log_density = -((grid - prior_mean) ** 2) / (2 * prior_variance)
        log_density -= (x_t - np.sqrt(1 - betas[t]) * grid) ** 2 / (2 * betas[t])
        weights = np.exp(log_density - log_density.max())
        weights /= weights.sum()
        mean = (weights * grid).sum()
        variance = (weights * (grid - mean) ** 2).sum()
        back = posterior(schedule, jnp.full((1, 1), x0), jnp.full((1, 1), x_t), jnp.array([t]))
        assert float(back.mean[0, 0]) == pytest.approx(mean, rel=1e-4, abs=1e-5)
        assert float(back.variance[0, 0]) == pytest.approx(variance, rel=1e-4)


@pytest.mark.parametrize("name", SCHEDULES)
def test_the_last_step_back_lands_on_the_clean_example(name):
    x0, x_t = jax.random.normal(jax.random.key(0), (2, 4, 3))
    back = posterior(SCHEDULES[name], x0, x_t, jnp.zeros(4, jnp.int32))
    np.testing.assert_allclose(back.mean, x0, rtol=1e-5)
    assert (back.variance == 0).all()


def test_the_variance_back_is_smaller_than_the_variance_forward():
    """With what is left at t in both places of the fraction it would equal beta."""
    schedule = SCHEDULES["linear"]
    t = jnp.arange(1000)
    x = jnp.zeros((1000, 1))
    variance = np.asarray(posterior(schedule, x, x, t).variance)[:, 0]
    assert (variance < schedule.betas).all()
    assert variance[1] / schedule.betas[1] == pytest.approx(1e-4 / (1e-4 + schedule.betas[1]), rel=1e-3)


@pytest.mark.parametrize("shape", [(6,), (6, 2), (6, 4, 5), (6, 4, 5, 3)])
def test_every_example_has_its_own_time_whatever_its_shape(shape):
    schedule = SCHEDULES["linear"]
    x0, noise = jax.random.normal(jax.random.key(1), (2, *shape))
    t = jnp.array([0, 10, 100, 300, 500, 700])
    x_t = add_noise(schedule, x0, noise, t)
    back = posterior(schedule, x0, x_t, t)
    assert x_t.shape == back.mean.shape == shape
    for i in range(6):
        one = slice(i, i + 1)
        np.testing.assert_allclose(add_noise(schedule, x0[one], noise[one], t[one])[0], x_t[i], rtol=1e-6)
        alone = posterior(schedule, x0[one], x_t[one], t[one])
        np.testing.assert_allclose(alone.mean[0], back.mean[i], rtol=1e-6)
    np.testing.assert_allclose(x0_from_noise(schedule, noise, x_t, t), x0, rtol=2e-3, atol=2e-5)


def test_a_schedule_may_be_an_argument_of_a_compiled_function():
    x0, noise, t = jnp.ones((3, 2)), jnp.ones((3, 2)), jnp.array([0, 1, 999])
    schedule = SCHEDULES["linear"]
    np.testing.assert_allclose(
        jax.jit(add_noise)(schedule, x0, noise, t), add_noise(schedule, x0, noise, t), rtol=1e-6
    )
