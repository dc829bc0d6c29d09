"""Functions and models as data, so that one compiled loop serves them all."""

from collections.abc import Callable
from typing import Any

import jax
from flax import nnx

__all__ = ["as_data"]


def as_data(function: Callable[..., Any]) -> jax.tree_util.Partial:
    """Make something callable an argument that ``jax.jit`` takes: a model's weights are data, not code.

    Args:
        function: An ``nnx`` model, a plain function, or what this function has returned before.

    Returns:
        The same function as a pytree. Two models of one structure differ in their leaves only.

    Example:
        >>> double = as_data(lambda x: 2 * x)
        >>> jax.jit(lambda function, x: function(x))(double, 3.0)
        Array(6., dtype=float32, weak_type=True)
    """
    if isinstance(function, jax.tree_util.Partial):
        return function
    if isinstance(function, nnx.Module):
        return jax.tree_util.Partial(_call, *nnx.split(function))
    return jax.tree_util.Partial(function)


def _call(graph: Any, state: Any, *args: Any) -> Any:
    return nnx.merge(graph, state)(*args)
