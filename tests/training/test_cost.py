"""Multiplications against counts by hand, and what cannot be counted."""

import jax
import jax.numpy as jnp
import pytest
from flax import nnx

from gencore.models import MLP, RefinedDenoiser
from gencore.training import multiply_adds

X, W = jnp.ones((3, 4)), jnp.ones((4, 4))


@pytest.mark.parametrize(
    "function, expected",
    [
        (lambda x: x + 1, 0),
        (lambda x: x @ W @ W, 96),
        (lambda x: jnp.einsum("bij,bjk->bik", x[None], W[None]), 48),
        (jax.jit(lambda x: jax.jit(lambda x: x @ W)(x) @ W), 96),
        (lambda x: jax.lax.scan(lambda h, _: (h @ W, None), x, length=7), 7 * 48),
        (lambda x: jax.lax.cond(x.sum() > 0, lambda x: x @ W @ W, lambda x: x @ W, x), 96),
        (jax.grad(lambda x: jnp.square(x @ W).sum()), 96),
        (lambda x: jax.lax.while_loop(lambda x: x.sum() < 9, lambda x: x + 1, x), 0),
    ],
    ids=["none", "two", "batched", "nested", "scan", "cond", "gradient", "while-without"],
)
def test_products_are_counted_wherever_they_are(function, expected):
    assert multiply_adds(function, X) == expected


def test_a_network_costs_its_kernels_for_each_example():
    assert multiply_adds(MLP((4, 16, 2), rngs=nnx.Rngs(0)), X) == 3 * (4 * 16 + 16 * 2)


def test_a_windows_network_costs_its_kernels_for_each_window():
    model = RefinedDenoiser(8, 16, 1, detail_width=12, detail_blocks=1, window=4, rngs=nnx.Rngs(0))
    windows = (32 * 12 + 2 * 12 * 12 + 12 * 16) * 9
    plain = 64 * 16 + 2 * 16 * 16 + 16 * 64 + 64 * 16 + 16 * 16
    assert multiply_adds(model, jnp.ones((5, 64)), jnp.zeros(5, int)) == 5 * (plain + 16 * 12 + windows)


def test_what_cannot_be_counted_is_an_error():
    kernel = jnp.ones((3, 3, 1, 1))
    with pytest.raises(ValueError, match="has a convolution"):
        multiply_adds(lambda x: jax.lax.conv(x, kernel.transpose(3, 2, 0, 1), (1, 1), "SAME"), X[None, None])
    with pytest.raises(ValueError, match="loop whose number of rounds"):
        multiply_adds(lambda x: jax.lax.while_loop(lambda x: x.sum() < 9, lambda x: x @ W, x), X)
