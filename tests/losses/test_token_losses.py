"""Cross-entropy of tokens: against a plain reading in float64, without overflow."""

import jax.numpy as jnp
import numpy as np
import pytest

from gencore.losses import cross_entropy


def test_it_is_minus_the_logarithm_of_the_probability():
    rng = np.random.default_rng(0)
    logits, targets = rng.normal(0, 3, (4, 5, 7)), rng.integers(0, 7, (4, 5))
    p = np.exp(logits) / np.exp(logits).sum(-1, keepdims=True)
    expected = -np.log([[p[i, j, targets[i, j]] for j in range(5)] for i in range(4)])
    np.testing.assert_allclose(cross_entropy(logits.astype("f"), targets), expected, rtol=1e-5)


@pytest.mark.parametrize("choices", [1, 2, 65, 50_257])
def test_equal_logits_cost_the_logarithm_of_their_number(choices):
    nll = cross_entropy(jnp.full((3, choices), 7.0), jnp.zeros(3, int))
    np.testing.assert_allclose(nll, np.log(choices), rtol=1e-5, atol=1e-6)


def test_pitfall_softmax_then_log_would_be_infinite():
    nll = cross_entropy(jnp.array([[0.0, -200.0], [1e4, 0.0]]), jnp.array([1, 1]))
    np.testing.assert_allclose(nll, [200, 1e4])
