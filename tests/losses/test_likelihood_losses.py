"""Losses against SciPy's distributions, and their limits."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.test_util import check_grads
from scipy import special, stats

from gencore.losses import bernoulli_nll, gaussian_kl, gaussian_nll, squared_error

RNG = np.random.default_rng(0)


def test_bernoulli_is_scipys():
    logits, x = RNG.normal(size=(6, 9)) * 3, RNG.integers(0, 2, (6, 9))
    expected = -stats.bernoulli(1 / (1 + np.exp(-logits))).logpmf(x).sum(1)
    np.testing.assert_allclose(bernoulli_nll(logits.astype("f"), x.astype("f")), expected, rtol=1e-5)


@pytest.mark.parametrize("logit", [-1e4, 1e4])
def test_bernoulli_never_overflows(logit):
    right, wrong = bernoulli_nll(jnp.full((2, 1), logit), jnp.array([[float(logit > 0)], [float(logit < 0)]]))
    assert float(right) == 0.0
    assert float(wrong) == pytest.approx(1e4)
    gradient = jax.grad(lambda a: bernoulli_nll(a, jnp.ones((1, 1))).sum())(jnp.full((1, 1), logit))
    assert np.isfinite(gradient).all()


def test_the_gradient_of_bernoulli_is_the_mean_minus_the_pixel():
    """As exact as float32 can say it, and more exact than what JAX derives from its own softplus."""
    logits, x = np.linspace(-30, 30, 2001, dtype="f"), RNG.uniform(size=2001).astype("f")
    exact = special.expit(logits.astype(float)) - x.astype(float)

    def error(loss):
        return np.abs(np.asarray(jax.grad(loss)(jnp.asarray(logits))) - exact).max()

    ours = error(lambda odds: bernoulli_nll(odds[None], x[None]).sum())
    derived = error(lambda odds: (jax.nn.softplus(odds) - x * odds).sum())
    assert ours < 1.5 * np.finfo("f").eps < derived


def test_derivatives_of_bernoulli_in_every_mode():
    """Forward and reverse, first and second; and with respect to the pixels, which get minus the log-odds."""
    logits, x = jnp.asarray(RNG.normal(size=(2, 3)) * 3), jnp.asarray(RNG.uniform(size=(2, 3)))
    check_grads(lambda a, b: bernoulli_nll(a, b).sum(), (logits, x), order=2, modes=("fwd", "rev"), eps=1e-2)
    np.testing.assert_allclose(jax.grad(lambda b: bernoulli_nll(logits, b).sum())(x), -logits, rtol=1e-6)


def test_gaussian_is_scipys():
    mean, x, std = RNG.normal(size=(6, 9)), RNG.normal(size=(6, 9)), RNG.uniform(0.2, 2, (6, 9))
    expected = -stats.norm(mean, std).logpdf(x).sum(1)
    np.testing.assert_allclose(
        gaussian_nll(mean.astype("f"), x.astype("f"), np.log(std)), expected, rtol=1e-5
    )


def test_gaussian_with_one_std_for_all():
    x = RNG.normal(size=(3, 4)).astype("f")
    expected = -stats.norm(0, 0.5).logpdf(x).sum(1)
    np.testing.assert_allclose(gaussian_nll(np.zeros_like(x), x, float(np.log(0.5))), expected, rtol=1e-5)


def test_kl_is_the_monte_carlo_estimate():
    mean, std = RNG.normal(size=3), RNG.uniform(0.3, 2, 3)
    z = mean + std * RNG.normal(size=(400_000, 3))
    ratio = (stats.norm(mean, std).logpdf(z) - stats.norm().logpdf(z)).sum(1)
    exact = float(gaussian_kl(jnp.asarray(mean[None], "f"), jnp.asarray(2 * np.log(std)[None], "f"))[0])
    assert abs(exact - ratio.mean()) < 5 * ratio.std() / np.sqrt(len(z))


def test_kl_is_zero_at_the_prior_and_positive_elsewhere():
    assert float(gaussian_kl(jnp.zeros((1, 3)), jnp.zeros((1, 3)))[0]) == 0.0
    away = gaussian_kl(RNG.normal(size=(50, 3)).astype("f"), RNG.normal(size=(50, 3)).astype("f"))
    assert (np.asarray(away) > 0).all()


def test_squared_error_sums_pixels_and_keeps_the_batch():
    np.testing.assert_allclose(
        squared_error(np.ones((2, 3), "f"), np.array([[1, 1, 1], [0, 3, 1]], "f")), [0, 5]
    )
