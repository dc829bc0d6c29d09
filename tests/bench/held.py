"""How a twin's weights and gradients are held against ours."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx


def shaken(model: Any, rng: np.random.Generator, size: float = 0.1) -> Any:
    """The model with every weight moved: nothing that begins at 0 or 1 hides a mistake."""
    graph, params, rest = nnx.split(model, nnx.Param, ...)
    leaves, tree = jax.tree.flatten(params)
    leaves = [leaf + jnp.asarray(size * rng.normal(size=leaf.shape), jnp.float32) for leaf in leaves]
    return nnx.merge(graph, jax.tree.unflatten(tree, leaves), rest)


@nnx.jit
def answers(model: Any, *inputs: Any) -> jax.Array:
    """What a model says: one program, where a bare call would compile each of its operations."""
    return model(*inputs)


def in_their_layout(model: Any, twin: Callable[[Any], Any]) -> dict[str, np.ndarray]:
    """Our parameters under PyTorch's names: what a twin made of this model holds."""
    return {name: p.detach().numpy() for name, p in twin(model).named_parameters()}


def with_weights(model: Any, weights: Any) -> Any:
    """The model whose weights are these, such as its gradients, so that a twin holds them in PyTorch's layout."""
    graph, _, rest = nnx.split(model, nnx.Param, ...)
    return nnx.merge(graph, weights, rest)
