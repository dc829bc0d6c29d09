"""Charts of single numbers and of samples: named points, dots in rows, histograms and points of the plane."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patheffects import withStroke

from gencore.plotting.axes import Numbers, named_axes
from gencore.plotting.style import (
    CLASS_COLORS,
    COLORS,
    INK,
    LINESTYLES,
    MARKERS,
    PAPER,
    RULE,
    WIDTH,
    readable,
)


def labeled_points(
    points: Mapping[str, tuple[float, float]],
    *,
    xlabel: str,
    ylabel: str,
    connect: bool = False,
    logx: bool = False,
    logy: bool = False,
    ax: Axes | None = None,
) -> Axes:
    """Draw points with their names beside them: models by two scores, or the settings along a trade-off.

    Args:
        points: For each name, (x, y).
        xlabel: What x is, with its unit.
        ylabel: What y is, with its unit.
        connect: Draw a thin line through the points, in the order given.
        logx: Draw x on a logarithmic scale.
        logy: Draw y on a logarithmic scale.
        ax: Axes to draw into. ``None``: a new figure.

    Returns:
        The axes.

    Raises:
        ValueError: There is no point, or one that its scale cannot show.

    Example:
        >>> scores = {"VAE": (0.7, 0.5), "GAN": (0.9, 0.4)}
        >>> ax = labeled_points(scores, xlabel="precision", ylabel="recall")
        >>> [text.get_text() for text in ax.texts]
        ['VAE', 'GAN']
    """
    _check_numbers("points", points, logx or logy)
    ax = named_axes(ax, xlabel=xlabel, ylabel=ylabel, logx=logx, logy=logy)
    ax.margins(0.12)
    x, y = np.array(list(points.values()), dtype=np.float64).T
    looks = {"color": COLORS[0], "linewidth": 1.2, "linestyle": "-" if connect else ""}
    ax.plot(x, y, marker="o", markersize=6, **looks)
    for name, point in points.items():
        label = ax.annotate(name, point, xytext=(6, 5), textcoords="offset points", fontsize=9.5, color=INK)
        label.set_path_effects([withStroke(linewidth=3, foreground=PAPER)])
    return ax


def dot_chart(
    values: Mapping[str, float],
    *,
    xlabel: str,
    intervals: Mapping[str, tuple[float, float]] | None = None,
    logx: bool = False,
    number: str = ".3g",
    ax: Axes | None = None,
) -> Axes:
    """Draw one number a row, from top to bottom: its name, a dot, its interval and the number written out.

    A dot needs no zero, as a bar does: it stays honest on a logarithmic scale.

    Args:
        values: A number for each name.
        xlabel: What the numbers are, with their unit.
        intervals: For some of the names, (low, high) around the value.
        logx: Draw the numbers on a logarithmic scale.
        number: Format of the numbers written out.
        ax: Axes to draw into. ``None``: a new figure.

    Returns:
        The axes.

    Raises:
        ValueError: There is no value, one that its scale cannot show, or an interval that does not hold it.

    Example:
        >>> ax = dot_chart({"VAE": 44.0, "GAN": 9.0}, xlabel="FID", intervals={"GAN": (8.5, 9.4)})
        >>> [text.get_text() for text in ax.texts]
        ['44', '9']
    """
    _check_numbers("values", values, logx)
    for name, (low, high) in (intervals or {}).items():
        if name not in values or not low <= values[name] <= high:
            raise ValueError(f"intervals[{name!r}] = ({low}, {high}) must hold the value, {values.get(name)}")
    size = (WIDTH, 0.7 + 0.3 * len(values))
    ax = named_axes(ax, xlabel=xlabel, ylabel="", logx=logx, size=size)
    rows = range(len(values))
    ax.hlines(rows, 0, 1, transform=ax.get_yaxis_transform(), color=RULE, linewidth=0.8, zorder=0.5)
    for row, (name, value) in enumerate(values.items()):
        low, high = (intervals or {}).get(name, (value, value))
        ax.plot([low, high], [row, row], color=COLORS[0], alpha=0.4, linewidth=5, linestyle="-")
        place = {"xytext": (9, 0), "textcoords": "offset points", "va": "center", "fontsize": 9.5}
        ax.annotate(f"{value:{number}}", (high, row), color=INK, **place)
    ax.plot(list(values.values()), rows, color=COLORS[0], marker="o", markersize=7, linestyle="")
    ax.margins(x=0.1)
    ax.set_ylim(len(values) - 0.5, -0.5)
    ax.set_yticks(rows, list(values))
    ax.grid(False, axis="y")
    ax.tick_params(axis="y", length=0, labelcolor=INK, labelsize=10)
    ax.spines["left"].set_visible(False)
    return ax


def histograms(
    groups: Mapping[str, Numbers],
    *,
    xlabel: str,
    bins: int = 40,
    logx: bool = False,
    ax: Axes | None = None,
) -> Axes:
    """Draw how values spread, one filled outline a group, on common bins; every group's heights sum to one.

    Args:
        groups: For each name, its values, as many as there are.
        xlabel: What the values are, with their unit.
        bins: Number of bins over the range of all groups.
        logx: Draw the values on a logarithmic scale, with bins of equal ratio.
        ax: Axes to draw into. ``None``: a new figure.

    Returns:
        The axes.

    Raises:
        ValueError: There is no group, an empty one, or a value that its scale cannot show.

    Example:
        >>> values = np.linspace(0, 1, 50)
        >>> ax = histograms({"digits": values, "shirts": values + 2}, xlabel="squared error")
        >>> [text.get_text() for text in ax.get_legend().get_texts()]
        ['digits', 'shirts']
    """
    values = {name: np.ravel(np.asarray(group, dtype=np.float64)) for name, group in groups.items()}
    _check_numbers("groups", values, logx)
    everything = np.concatenate(list(values.values()))
    edges = np.histogram_bin_edges(np.log(everything) if logx else everything, bins)
    edges = np.exp(edges) if logx else edges
    edges[[0, -1]] = everything.min(), everything.max()  # the logarithm's rounding must not lose the extremes
    ax = named_axes(ax, xlabel=xlabel, ylabel="share of the group", logx=logx)
    for i, (name, group) in enumerate(values.items()):
        color, height = COLORS[i % len(COLORS)], np.histogram(group, edges)[0] / group.size
        ax.stairs(height, edges, fill=True, color=color, alpha=0.2)
        looks = {"linewidth": 1.8, "linestyle": LINESTYLES[i % len(LINESTYLES)], "label": name}
        ax.stairs(height, edges, color=color, **looks)
    if len(values) > 1:
        ax.legend()
    return ax


def scatter_2d(
    points: Numbers,
    labels: Numbers | None = None,
    *,
    names: Mapping[int, str] | None = None,
    xlabel: str = "$z_1$",
    ylabel: str = "$z_2$",
    color: str = COLORS[0],
    ax: Axes | None = None,
) -> Axes:
    """Draw points of the plane; with labels, each class has a color, a shape and its name near its middle.

    Args:
        points: Shape (N, 2).
        labels: Shape (N,): one class number a point, at most 10 classes. ``None``: all points alike.
        names: What to write for a class. ``None``: its number.
        xlabel: Name of the first coordinate.
        ylabel: Name of the second coordinate.
        color: Color of points without labels.
        ax: Axes to draw into. ``None``: a new figure.

    Returns:
        The axes, with equal units on both sides.

    Raises:
        ValueError: The points are not (N, 2), or the labels do not fit them.

    Example:
        >>> ax = scatter_2d(np.zeros((4, 2)), np.array([3, 3, 5, 5]))
        >>> [text.get_text() for text in ax.texts]
        ['3', '5']
    """
    xy = np.asarray(points, dtype=np.float64)
    if xy.ndim != 2 or xy.shape[1] != 2 or not len(xy):
        raise ValueError(f"points must have shape (N, 2) with N ≥ 1, got {xy.shape}")
    of = np.zeros(len(xy), dtype=int) if labels is None else np.asarray(labels)
    if of.shape != (len(xy),):
        raise ValueError(f"labels must have shape ({len(xy)},), one for each point; got {of.shape}")
    classes = np.unique(of)
    if len(classes) > len(MARKERS):
        raise ValueError(f"labels holds {len(classes)} classes; at most {len(MARKERS)} can be told apart")
    ax = named_axes(ax, xlabel=xlabel, ylabel=ylabel, size=(0.85 * WIDTH, 0.85 * WIDTH))
    area = float(np.clip(20_000 / len(xy), 4, 22))  # the more points, the smaller each
    for i, k in enumerate(classes):
        looks = {"color": color if labels is None else CLASS_COLORS[i], "marker": MARKERS[i]}
        ax.scatter(*xy[of == k].T, s=area, alpha=0.6, linewidths=0, **looks)
    middles = np.array([np.median(xy[of == k], axis=0) for k in classes])
    middles = _spread(middles, least=0.05 * np.ptp(xy, axis=0).max())
    for i, k in enumerate(classes if labels is not None else ()):
        (x, y), name = middles[i], (names or {}).get(int(k), str(k))
        text = ax.text(x, y, name, ha="center", va="center", fontsize=13, weight="bold")
        text.set(color=readable(CLASS_COLORS[i]), path_effects=[withStroke(linewidth=4, foreground=PAPER)])
    ax.set_aspect("equal", adjustable="datalim")
    return ax


def _spread(places: np.ndarray, least: float) -> np.ndarray:
    """Push places in the plane apart, two by two, until no two are closer than ``least``."""
    turns = np.arange(len(places))
    places = places + 1e-6 * least * np.stack([np.cos(turns), np.sin(turns)], axis=1)  # no two quite the same
    for _ in range(100):
        gaps = places[:, None] - places
        distances = np.linalg.norm(gaps, axis=-1)
        np.fill_diagonal(distances, np.inf)
        pushes = np.maximum(least / np.maximum(distances, 1e-30) - 1, 0) / 2
        places = places + (pushes[..., None] * gaps).sum(axis=1)
    return places


def _check_numbers(name: str, groups: Mapping[str, Any], positive: bool) -> None:
    """Check that every group holds numbers, all finite, and positive where a logarithm is taken."""
    if not groups:
        raise ValueError(f"{name} is empty: give at least one entry")
    for key, group in groups.items():
        values = np.asarray(group, dtype=np.float64)
        if not values.size or not np.isfinite(values).all() or (positive and values.min() <= 0):
            rule = "positive, for a logarithmic scale" if positive else "finite"
            raise ValueError(f"{name}[{key!r}] must hold numbers, all of them {rule}; got {values}")
