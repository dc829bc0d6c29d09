"""Attention: an average whose weights are a softmax of scores, blind to the future; rotary positions are relative."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

from gencore.models import CausalSelfAttention, attention, causal_mask, rotate

Q, K, V = (np.asarray(jax.random.normal(jax.random.key(i), (2, 3, 7, 8))) for i in range(3))


def plain_attention(q, k, v, mask):
    """One query at a time, in float64."""
    out = np.zeros(q.shape)
    for b, h, t in np.ndindex(q.shape[:3]):
        seen = np.flatnonzero(mask[t])
        scores = np.array([q[b, h, t].astype(float) @ k[b, h, s] for s in seen]) / np.sqrt(q.shape[-1])
        weights = np.exp(scores - scores.max())
        out[b, h, t] = weights @ v[b, h, seen] / weights.sum()
    return out


@pytest.mark.parametrize("mask", [np.ones((7, 7), bool), np.tril(np.ones((7, 7), bool))], ids=["all", "past"])
def test_attention_is_the_textbooks(mask):
    out, weights = attention(Q, K, V, mask)
    np.testing.assert_allclose(out, plain_attention(Q, K, V, mask), atol=2e-6)
    np.testing.assert_allclose(weights.sum(-1), 1, atol=1e-6)
    assert (np.asarray(weights)[..., ~mask] == 0).all()


def test_no_mask_is_a_mask_of_all():
    np.testing.assert_array_equal(attention(Q, K, V)[0], attention(Q, K, V, np.ones((7, 7), bool))[0])


def test_equal_keys_give_the_plain_average():
    out, _ = attention(Q, np.ones_like(K), V)
    np.testing.assert_allclose(out, np.broadcast_to(V.mean(2, keepdims=True), V.shape), atol=1e-6)


def test_large_scores_do_not_overflow():
    out, _ = attention(1000 * Q, 1000 * K, V, causal_mask(7))
    assert np.isfinite(out).all()


def test_the_mask_hides_what_comes_later():
    changed = np.array(V)
    changed[:, :, 4:] = 99
    before, after = (np.asarray(attention(Q, K, v, causal_mask(7))[0]) for v in (V, changed))
    np.testing.assert_array_equal(before[:, :, :4], after[:, :, :4])
    assert (before[:, :, 4:] != after[:, :, 4:]).all()


def test_rotation_keeps_lengths_and_starts_at_none():
    positions = np.arange(7)
    np.testing.assert_allclose(
        np.linalg.norm(rotate(Q, positions), axis=-1), np.linalg.norm(Q, axis=-1), rtol=1e-5
    )
    np.testing.assert_array_equal(rotate(Q, np.zeros(7, int)), Q)


def test_rotation_is_a_product_with_a_complex_number():
    positions = np.array([0, 1, 2, 5, 10, 40, 63])
    frequencies = 10_000.0 ** (-np.arange(4) / 4)
    turned = (Q[..., :4] + 1j * Q[..., 4:]) * np.exp(1j * positions[:, None] * frequencies)
    np.testing.assert_allclose(
        rotate(Q, positions), np.concatenate([turned.real, turned.imag], -1), atol=1e-5
    )


@pytest.mark.parametrize("moved", [1, 17, 300])
def test_rotary_scores_depend_only_on_the_distance(moved):
    def scores(start):
        at = start + np.arange(7)
        return np.einsum("bhtd,bhsd->bhts", rotate(Q, at), rotate(K, at))

    np.testing.assert_allclose(scores(0), scores(moved), atol=5e-4)
    unequal = np.einsum("bhtd,bhsd->bhts", rotate(Q, np.arange(7)), rotate(K, moved + np.arange(7)))
    assert np.abs(scores(0) - unequal).max() > 0.1


def test_rotation_wants_pairs():
    with pytest.raises(ValueError, match="the heads have 3 numbers each"):
        rotate(np.zeros((1, 1, 2, 3), "f"), np.arange(2))


def test_heads_share_the_width():
    with pytest.raises(ValueError, match="width is 8 and heads 3; the width must be a multiple"):
        CausalSelfAttention(8, 3, rngs=nnx.Rngs(0))


def test_the_layer_is_its_parts():
    layer = CausalSelfAttention(8, 2, rngs=nnx.Rngs(0))
    x = jax.random.normal(jax.random.key(0), (2, 5, 8))
    q, k, v = (
        part.reshape(2, 5, 2, 4).transpose(0, 2, 1, 3)
        for part in np.split(np.asarray(layer.queries_keys_values(x)), 3, axis=-1)
    )
    mixed = plain_attention(q, k, v, np.tril(np.ones((5, 5), bool)))
    expected = layer.out(jnp.asarray(mixed.transpose(0, 2, 1, 3).reshape(2, 5, 8), jnp.float32))
    out, weights, cache = layer(x)
    np.testing.assert_allclose(out, expected, atol=1e-6)
    assert weights.shape == (2, 2, 5, 5) and cache is None
