"""Both estimators against the gradient and the variances that a quadratic has in closed form."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from gencore.models import pathwise_gradients, score_function_gradients

MEAN, STD, N = 1.5, 0.5, 400_000


def square(z):
    return jnp.square(z).sum(-1)


def rows(estimator, **options):
    arguments = jnp.array([MEAN]), 2 * jnp.log(jnp.array([STD])), jax.random.key(0), N
    return np.asarray(estimator(square, *arguments, **options), np.float64)[:, 0]


@pytest.mark.parametrize(
    ("estimator", "options", "variance"),
    [
        # z = μ + σε: the gradient of a draw is 2z; or z² ε/σ, whose moments follow from those of ε.
        (pathwise_gradients, {}, 4 * STD**2),
        (
            score_function_gradients,
            {},
            (MEAN**4 + 6 * MEAN**2 * STD**2 * 3 + 15 * STD**4) / STD**2 - 4 * MEAN**2,
        ),
        # With c = μ² + σ², the mean of z²: E[(z² − c)² ε²]/σ² − 4μ² = 8μ² + 10σ².
        (score_function_gradients, {"baseline": True}, 8 * MEAN**2 + 10 * STD**2),
    ],
)
def test_mean_and_variance_are_the_closed_form(estimator, options, variance):
    found = rows(estimator, **options)
    assert abs(found.mean() - 2 * MEAN) < 5 * found.std() / np.sqrt(N)
    assert found.var() == pytest.approx(variance, rel=0.03)


def test_every_dimension_has_its_own_gradient():
    mean, log_var = jnp.array([1.0, -2.0, 0.0]), jnp.log(jnp.array([0.1, 1.0, 4.0]))
    for estimator in (pathwise_gradients, score_function_gradients):
        found = np.asarray(estimator(square, mean, log_var, jax.random.key(1), 200_000))
        error = found.std(0) / np.sqrt(len(found))
        assert (np.abs(found.mean(0) - 2 * np.asarray(mean)) < 5 * error).all()


def test_a_baseline_needs_other_draws():
    with pytest.raises(ValueError, match="samples is 1"):
        score_function_gradients(square, jnp.zeros(1), jnp.zeros(1), jax.random.key(0), 1, baseline=True)
