"""What every chart begins with: axes whose scales are named and marked in numbers that read well."""

import math
from collections.abc import Sequence
from typing import Any, TypeAlias

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.ticker import FuncFormatter, LogLocator

from gencore.types import AnyArray

Numbers: TypeAlias = AnyArray | Sequence[Any]
"""An array, or anything that NumPy makes one of."""

Pair: TypeAlias = tuple[Numbers, Numbers]
"""Two vectors of one length: x and y, or low and high."""


def named_axes(
    ax: Axes | None,
    *,
    xlabel: str,
    ylabel: str,
    logx: bool = False,
    logy: bool = False,
    size: tuple[float, float] | None = None,
) -> Axes:
    """Return axes with their names and scales.

    Args:
        ax: Axes to use. ``None``: those of a new figure.
        xlabel: What x is, with its unit.
        ylabel: What y is, with its unit.
        logx: Make x logarithmic.
        logy: Make y logarithmic.
        size: Width and height of a new figure in inches. ``None``: the style's.

    Returns:
        The axes.

    Example:
        >>> named_axes(None, xlabel="step", ylabel="loss (nats)", logy=True).get_yscale()
        'log'
    """
    if ax is None:
        _, ax = plt.subplots(figsize=size)
    ax.set(xlabel=xlabel, xscale="log" if logx else "linear")
    ax.set(ylabel=ylabel, yscale="log" if logy else "linear")
    for axis, log in ((ax.xaxis, logx), (ax.yaxis, logy)):
        if log:
            _mark_plainly(axis)
    return ax


def _mark_plainly(axis: Axis) -> None:
    """Write 0.01, 1 and 100 for the powers of ten, and between them 2 and 5 where there is room for them."""

    def power(value: float, _: int) -> str:
        exponent = round(math.log10(value))
        return f"{value:g}" if -3 <= exponent <= 4 else f"$10^{{{exponent}}}$"

    def between(value: float, _: int) -> str:
        low, high = sorted(axis.get_view_interval())
        return f"{value:g}" if high < 1000 * low else ""

    axis.set_major_formatter(FuncFormatter(power))
    axis.set_minor_locator(LogLocator(subs=(2, 5)))
    axis.set_minor_formatter(FuncFormatter(between))
