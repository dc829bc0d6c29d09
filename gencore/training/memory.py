"""How much memory a compiled function takes, before it runs."""

from collections.abc import Callable
from typing import Any

import jax

__all__ = ["peak_memory"]


def peak_memory(function: Callable[..., Any], *args: Any) -> int:
    """Compile a function for these arguments, and count what it holds at once: arguments, results, and all between.

    XLA plans its buffers when it compiles, so the number is exact for the numbers that it computes with, the same in
    every call, and nothing has to run. The program itself and Python are not in it.

    Args:
        function: What ``jax.jit`` can compile, such as a training step or a sampler.
        *args: Its arguments.

    Returns:
        Bytes on the device.

    Raises:
        RuntimeError: This device's compiler does not say.

    Example:
        >>> x = jax.numpy.ones((1000, 1000))
        >>> peak_memory(lambda x: x @ x, x) >= 2 * x.nbytes  # what goes in, and what comes out
        True
    """
    used = jax.jit(function).lower(*args).compile().memory_analysis()
    if used is None:
        raise RuntimeError(f"XLA does not say how much memory a program takes on {jax.default_backend()}")
    return used.argument_size_in_bytes + used.output_size_in_bytes + used.temp_size_in_bytes
