"""Curves with their names at their ends, and the floors that they are read against."""

from collections.abc import Mapping
from typing import Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.text import Annotation
from matplotlib.ticker import MaxNLocator
from scipy.optimize import isotonic_regression

from gencore.plotting.axes import Pair, named_axes
from gencore.plotting.style import COLORS, LINESTYLES, MARKERS, MUTED, readable

_END_LABEL = "end label"  # marks the names on the right, which must not overlap


def curves(
    series: Mapping[str, Pair],
    *,
    xlabel: str,
    ylabel: str,
    logx: bool = False,
    logy: bool = False,
    bands: Mapping[str, Pair] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw named curves, each with its own color, line style and name.

    The names stand at the right where all curves end together, and in a legend where they do not; a single
    curve needs none. Curves of at most 12 points show their points.

    Args:
        series: For each name, the pair (x, y) of one length.
        xlabel: What x is, with its unit.
        ylabel: What y is, with its unit.
        logx: Draw x on a logarithmic scale.
        logy: Draw y on a logarithmic scale.
        bands: For some of the names, the pair (low, high) of an interval around y.
        ax: Axes to draw into. ``None``: a new figure.

    Returns:
        The axes.

    Raises:
        ValueError: The vectors of a pair differ in length, a logarithmic scale meets no positive value, or a
            band has no curve.

    Example:
        >>> steps = np.arange(1, 101)
        >>> ax = curves({"VAE": (steps, 1 / steps)}, xlabel="step", ylabel="loss (nats)", logy=True)
        >>> ax.get_yscale()
        'log'
    """
    if not series:
        raise ValueError("series is empty: give at least one {name: (x, y)}")
    stray = sorted(set(bands or {}) - set(series))
    if stray:
        raise ValueError(f"bands names {stray}, but the curves are {list(series)}")
    pairs = {name: _pair(pair, f"series[{name!r}]", logx, logy) for name, pair in series.items()}
    ranges = {name: _pair(pair, f"bands[{name!r}]", False, logy) for name, pair in (bands or {}).items()}
    ax = named_axes(ax, xlabel=xlabel, ylabel=ylabel, logx=logx, logy=logy)
    ax.margins(x=0.02)
    if not logx and all((x == x.round()).all() for x, _ in pairs.values()):
        ax.xaxis.set_major_locator(MaxNLocator("auto", steps=[1, 2, 5, 10], integer=True))
    colors = {name: COLORS[i % len(COLORS)] for i, name in enumerate(pairs)}
    for i, (name, (x, y)) in enumerate(pairs.items()):
        looks = {"color": colors[name], "linestyle": LINESTYLES[i % len(LINESTYLES)], "label": name}
        ax.plot(x, y, marker=MARKERS[i % len(MARKERS)] if len(x) <= 12 else None, markersize=5, **looks)
        if name in ranges:
            low, high = ranges[name]
            if len(low) != len(x):
                raise ValueError(f"bands[{name!r}] has length {len(low)}, its curve {len(x)}")
            ax.fill_between(x, low, high, color=colors[name], alpha=0.18, linewidth=0)
    if len(pairs) > 1:
        ends = ax.transData.transform([(x[-1], y[-1]) for x, y in pairs.values()])[:, 0]
        if np.ptp(ends) < 0.02 * ax.get_window_extent().width:
            for name, (_, y) in pairs.items():
                _add_end_label(ax, name, y[-1], colors[name])
        else:
            ax.legend()
    _spread_end_labels(ax)
    return ax


def floor_lines(ax: Axes, floors: Mapping[str, float], *, axis: Literal["x", "y"] = "y") -> Axes:
    """Mark the values that a score is read against, such as real against real and random pixels.

    Args:
        ax: Axes of a chart.
        floors: A value for each name.
        axis: The axis that the values lie on: ``"y"`` draws lines across, ``"x"`` upright ones.

    Returns:
        The same axes.

    Example:
        >>> ax = curves({"VAE": ([1, 2, 3], [300, 90, 48])}, xlabel="epoch", ylabel="FID", logy=True)
        >>> [text.get_text() for text in floor_lines(ax, {"real": 2.4, "random": 573}).texts]
        ['real: 2.4', 'random: 573']
    """
    looks = {"color": MUTED, "linewidth": 1.1, "linestyle": (0, (2, 2)), "zorder": 1.5}
    for name, value in floors.items():
        text = f"{name}: {value:.4g}"
        if axis == "y":
            ax.axhline(value, **looks)
            _add_end_label(ax, text, value, MUTED)
        else:
            ax.axvline(value, **looks)
            place = {"xy": (value, 1), "xycoords": ("data", "axes fraction"), "textcoords": "offset points"}
            ax.annotate(text, xytext=(0, 4), ha="center", color=MUTED, fontsize=9, **place)
    _spread_end_labels(ax)
    return ax


def _pair(pair: Pair, name: str, logx: bool, logy: bool) -> tuple[np.ndarray, np.ndarray]:
    """Check that two arrays are vectors of one length, and that a logarithmic scale has something to show."""
    first, second = (np.asarray(part, dtype=np.float64) for part in pair)
    if first.ndim != 1 or first.shape != second.shape or not first.size:
        shapes = f"{first.shape} and {second.shape}"
        raise ValueError(f"{name} must be two vectors of one length, got shapes {shapes}")
    for values, log, side in ((first, logx, "first"), (second, logy, "second")):
        if log and not (values > 0).any():
            raise ValueError(f"{name}: a logarithmic scale needs positive values, the {side} vector has none")
    return first, second


def _add_end_label(ax: Axes, text: str, y: float, color: str) -> None:
    place = {"xy": (1, y), "xycoords": ("axes fraction", "data"), "textcoords": "offset points"}
    looks = {"va": "center", "color": readable(color), "fontsize": 9.5, "gid": _END_LABEL}
    ax.annotate(text, xytext=(7, 0), **place, **looks)


def _spread_end_labels(ax: Axes) -> None:
    """Move the names at the right just far enough apart: least squares under a smallest distance."""
    labels = [t for t in ax.texts if isinstance(t, Annotation) and t.get_gid() == _END_LABEL]
    if not labels:
        return
    labels.sort(key=lambda label: label.xy[1])
    ax.get_ylim()  # fits the axes to what was drawn last; a transform alone does not
    to_pixels = ax.get_yaxis_transform()
    pixels = np.array([to_pixels.transform((1, label.xy[1]))[1] for label in labels])
    where = pixels * 72 / ax.figure.dpi  # in points, as type is measured
    steps = 12.0 * np.arange(len(labels))
    offsets = isotonic_regression(where - steps).x + steps - where
    for label, offset in zip(labels, offsets, strict=True):
        label.xyann = (7, float(offset))
