"""How much a function computes, before it runs."""

from collections.abc import Callable, Iterator
from math import prod
from typing import Any

import jax

__all__ = ["multiply_adds"]


def multiply_adds(function: Callable[..., Any], *args: Any) -> int:
    r"""Count the multiplications in the matrix products of a function: nearly all that dense networks compute.

    A product of an :math:`a \times b` and a :math:`b \times c` matrix takes :math:`abc` of them, and as many additions.

    Args:
        function: What ``jax.jit`` can compile, such as a network.
        *args: Its arguments.

    Returns:
        The number of multiplications, of which those inside a ``scan`` count once for each round.

    Raises:
        ValueError: The function has a convolution, or a product in a loop whose rounds are not known beforehand.

    Example:
        >>> x = jax.numpy.ones((3, 4))
        >>> multiply_adds(lambda w: jax.numpy.tanh(x @ w), jax.numpy.ones((4, 5)))
        60
    """
    return _count(jax.make_jaxpr(function)(*args).jaxpr)


def _count(jaxpr: Any) -> int:
    """Multiplications in a program, and in the programs within it."""
    total = 0
    for step in jaxpr.eqns:
        name = step.primitive.name
        if name == "conv_general_dilated":
            raise ValueError("function has a convolution, and only matrix products are counted")
        if name == "dot_general":
            (contracted, _), _ = step.params["dimension_numbers"]
            sizes = step.invars[0].aval.shape
            total += step.outvars[0].aval.size * prod(sizes[i] for i in contracted)
        within = [_count(inner) for value in step.params.values() for inner in _programs(value)]
        if name == "while" and any(within):
            raise ValueError("function has a matrix product in a loop whose number of rounds is not known")
        # Of the branches of a condition one is taken: count the dearest.
        total += max(within, default=0) if name == "cond" else step.params.get("length", 1) * sum(within)
    return total


def _programs(value: Any) -> Iterator[Any]:
    """The programs in a parameter: itself, or those in its list."""
    for item in value if isinstance(value, (list, tuple)) else (value,):
        inner = getattr(item, "jaxpr", item)
        if hasattr(inner, "eqns"):
            yield inner
