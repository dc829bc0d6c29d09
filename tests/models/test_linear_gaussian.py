"""The linear-Gaussian model against SciPy and against Bayes' rule on a grid."""

import jax
import numpy as np
import pytest
from scipy.stats import multivariate_normal

from gencore.models import LinearGaussian, elbo, iwae_bound

TRUTH = LinearGaussian(np.array([[1.6], [0.8]]), np.array([0.5, -1.0]), std=0.5)
X = TRUTH.sample(5, seed=1)


def test_likelihood_is_scipys():
    expected = multivariate_normal(TRUTH.bias, TRUTH.covariance).logpdf(X)
    np.testing.assert_allclose(TRUTH.log_prob(X), expected, rtol=1e-12)


def test_draws_have_the_stated_moments():
    draws = TRUTH.sample(200_000)
    np.testing.assert_allclose(draws.mean(0), TRUTH.bias, atol=0.02)
    np.testing.assert_allclose(np.cov(draws.T), TRUTH.covariance, atol=0.05)


def test_encoder_is_the_posterior_that_bayes_rule_gives():
    z = np.linspace(-6, 6, 4001)
    mean, log_var = TRUTH.vae().posterior(X)
    for x, m, lv in zip(X, np.ravel(mean), np.ravel(log_var), strict=True):
        means = np.outer(z, TRUTH.weight[:, 0]) + TRUTH.bias
        joint = np.exp(-0.5 * ((x - means) ** 2).sum(1) / TRUTH.std**2 - 0.5 * z**2)
        joint /= joint.sum()
        assert m == pytest.approx((joint * z).sum(), abs=1e-5)
        assert np.exp(lv) == pytest.approx((joint * z**2).sum() - (joint * z).sum() ** 2, rel=1e-4)


@pytest.mark.parametrize("scale", [0.5, 2.0])
def test_gap_of_the_bound_is_the_stated_one(scale):
    many = np.repeat(X[:1], 100_000, axis=0)
    gap = TRUTH.log_prob(many) - np.asarray(elbo(TRUTH.vae(scale), many, jax.random.key(0)).value)
    assert abs(gap.mean() - 0.5 * (scale**2 - 1 - np.log(scale**2))) < 5 * gap.std() / np.sqrt(len(gap))


def test_bound_is_exact_at_scale_one():
    np.testing.assert_allclose(
        iwae_bound(TRUTH.vae(), X, jax.random.key(0), samples=1), TRUTH.log_prob(X), rtol=1e-4
    )


def test_arguments_are_checked():
    with pytest.raises(ValueError, match="columns of weight must be orthogonal"):
        LinearGaussian(np.ones((2, 2)), np.zeros(2), 1.0).vae()
    with pytest.raises(ValueError, match="posterior_scale is 0"):
        TRUTH.vae(0.0)
