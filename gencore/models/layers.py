"""Layers that several models share."""

import math
from collections.abc import Callable, Sequence
from functools import cache
from itertools import pairwise

import jax
import jax.numpy as jnp
from flax import nnx
from jaxtyping import Float

from gencore.types import AnyArray

__all__ = ["MLP"]

# Before flax 0.12, and Google Colab is at 0.11, a plain list of layers is what the model needs.
ModuleList = getattr(nnx, "List", list)

# One of each for all layers. Before flax 0.12 a layer keeps its initializer, and two models with two functions would be
# different models: whatever was compiled for one would be compiled for the other again.
he_normal = nnx.initializers.he_normal()
lecun_normal = nnx.initializers.lecun_normal()
nearly_zero = nnx.initializers.variance_scaling(0.01, "fan_in", "truncated_normal")
small_normal = nnx.initializers.normal(0.02)


@cache
def residual_normal(layers: int) -> Callable[..., jax.Array]:
    """How GPT-2 starts the maps that add to its vectors: the more blocks add, the less each of them does."""
    return nnx.initializers.normal(0.02 / math.sqrt(2 * layers))


def on_rows(function: Callable[[jax.Array], jax.Array], x: jax.Array) -> jax.Array:
    """Map vectors along the last axis, (..., n_in) to (..., n_out), as the rows of one matrix.

    The answer is the same without it. But the gradient of a product with more than two axes is a transposed array to
    XLA on a CPU, which computes all that led to it in the order of the columns: the step of a GPT took twice as long.
    """
    rows = function(x.reshape(-1, x.shape[-1]))
    return rows.reshape(*x.shape[:-1], rows.shape[-1])


class MLP(nnx.Module):
    """A multi-layer perceptron: linear maps with a nonlinearity between them, none after the last.

    Args:
        sizes: Width of the input, of each hidden layer, and of the output: at least two positive integers.
        activation: Nonlinearity between the linear maps.
        rngs: Source of the initial weights.

    Raises:
        ValueError: ``sizes`` has fewer than two entries, or one that is not positive.

    Example:
        >>> MLP((784, 128, 10), rngs=nnx.Rngs(0))(jnp.zeros((3, 784))).shape
        (3, 10)
    """

    def __init__(
        self,
        sizes: Sequence[int],
        *,
        activation: Callable[[jax.Array], jax.Array] = nnx.gelu,
        rngs: nnx.Rngs,
    ):
        if len(sizes) < 2 or min(sizes) < 1:
            raise ValueError(
                f"sizes is {tuple(sizes)}; give at least an input and an output width, all positive"
            )
        self.layers = ModuleList(
            nnx.Linear(n_in, n_out, kernel_init=he_normal, rngs=rngs) for n_in, n_out in pairwise(sizes)
        )
        self.activation = activation

    def __call__(self, x: Float[AnyArray, "batch n_in"]) -> Float[AnyArray, "batch n_out"]:
        """Map vectors of shape (batch, sizes[0]) to vectors of shape (batch, sizes[-1])."""
        h = jnp.asarray(x)
        for layer in self.layers[:-1]:
            h = self.activation(layer(h))
        return self.layers[-1](h)
