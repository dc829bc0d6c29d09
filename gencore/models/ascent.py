"""Climb a function of the input: what does a model like best?"""

from collections.abc import Callable
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp

from gencore.types import PerExample, Scalar, Vectors

__all__ = ["climb"]


def climb(
    score: Callable[[Any], PerExample],
    start: Vectors,
    *,
    steps: int = 200,
    step_size: float = 0.5,
    low: float = float("-inf"),
    high: float = float("inf"),
) -> jax.Array:
    r"""Change inputs step by step so that a score rises: gradient ascent on the input, not on the weights.

    .. math:: x \leftarrow \operatorname{clip}\left(x + \eta\, \nabla s(x) / \lVert \nabla s(x) \rVert\right)

    The step :math:`\eta` shrinks linearly to zero, so that the path settles.

    Args:
        score: Maps rows (batch, d) to one number each, (batch,): a classifier's log-probability of a class, or a
            model's log-density. Compiled for this very function.
        start: Where the climb starts, shape (batch, d).
        steps: Number of steps, at least 1.
        step_size: Length :math:`\eta` of the first step, positive.
        low: Smallest value that an entry may take.
        high: Largest value that an entry may take.

    Returns:
        Where the climb ends, shape (batch, d).

    Raises:
        ValueError: There is no step, or one of no length.

    Example:
        >>> climb(lambda x: -((x - 3) ** 2).sum(-1), jnp.zeros((1, 2))).round(1).tolist()
        [[3.0, 3.0]]

    Reference:
        Simonyan et al. 2014; Nguyen et al. 2015.
    """
    if steps < 1 or not step_size > 0:
        raise ValueError(f"steps is {steps} and step_size {step_size}; both must be positive")
    x, floor, ceiling = (jnp.asarray(a, jnp.float32) for a in (start, low, high))
    for i in range(steps):  # a loop around one compiled step: convolutions are slow inside a scan on a CPU
        x = _step(score, x, jnp.float32(step_size * (1 - i / steps)), floor, ceiling)
    return x


@partial(jax.jit, static_argnames="score")
def _step(
    score: Callable[[Any], PerExample], x: jax.Array, size: Scalar, low: Scalar, high: Scalar
) -> jax.Array:
    gradient = jax.grad(lambda x: score(x).sum())(x)
    length = jnp.linalg.norm(gradient, axis=-1, keepdims=True)
    return jnp.clip(x + size * gradient / jnp.maximum(length, 1e-12), low, high)
