"""Games as motion in the plane: a field of arrows and the paths in it, and clouds of points side by side."""

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from gencore.plotting.axes import Numbers, named_axes
from gencore.plotting.style import COLORS, INK, LINESTYLES, MUTED, PAPER, RULE, WIDTH


def phase_portrait(
    x: Numbers,
    y: Numbers,
    u: Numbers,
    v: Numbers,
    *,
    xlabel: str,
    ylabel: str,
    paths: Mapping[str, Numbers] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw where the points of the plane move: an arrow of unit length at each, and paths that were walked.

    Args:
        x: First coordinates of the arrows, shape (columns,), rising.
        y: Second coordinates, shape (rows,), rising.
        u: First component of the motion, shape (rows, columns), in the order of ``np.meshgrid``.
        v: Second component, of the same shape.
        xlabel: What x is.
        ylabel: What y is.
        paths: For each name, the points of a path, shape (steps, 2): its start is marked by a dot, its end by a cross.
        ax: Axes to draw into. ``None``: a new figure.

    Returns:
        The axes, with equal units on both sides, as wide as the arrows reach.

    Raises:
        ValueError: ``u`` or ``v`` does not fit ``x`` and ``y``, or a path is not (steps, 2).

    Example:
        >>> ticks = np.linspace(-1, 1, 5)
        >>> first, second = np.meshgrid(ticks, ticks)
        >>> ax = phase_portrait(ticks, ticks, -second, first, xlabel="x", ylabel="y")
        >>> ax.get_aspect()
        1.0
    """
    x, y = np.asarray(x, np.float64), np.asarray(y, np.float64)
    u, v = np.asarray(u, np.float64), np.asarray(v, np.float64)
    for name, part in {"u": u, "v": v}.items():
        if x.ndim != 1 or y.ndim != 1 or part.shape != (len(y), len(x)):
            raise ValueError(
                f"{name} has shape {part.shape}; x and y, of shapes {x.shape} and {y.shape}, ask for one row for "
                "each y and one column for each x"
            )
    ax = named_axes(ax, xlabel=xlabel, ylabel=ylabel, size=(0.75 * WIDTH, 0.75 * WIDTH))
    length = np.hypot(u, v)
    length[length == 0] = 1  # nothing moves there: an arrow of length 0
    looks = {"color": MUTED, "alpha": 0.55, "pivot": "mid", "scale_units": "xy", "width": 0.004}
    pitch = min(np.diff(x).min(), np.diff(y).min())
    ax.quiver(x, y, u / length, v / length, angles="xy", scale=1.3 / pitch, **looks)
    for i, (name, path) in enumerate((paths or {}).items()):
        walked = np.asarray(path, np.float64)
        if walked.ndim != 2 or walked.shape[1] != 2 or not len(walked):
            raise ValueError(f"paths[{name!r}] must have shape (steps, 2), got {walked.shape}")
        color = COLORS[i % len(COLORS)]
        ax.plot(*walked.T, color=color, linestyle=LINESTYLES[i % len(LINESTYLES)], linewidth=1.6, label=name)
        ax.plot(*walked[0], color=color, marker="o", markersize=6)
        ax.plot(*walked[-1], color=color, marker="X", markersize=7, markeredgecolor="white")
    ax.grid(False)
    ax.set(xlim=(x[0], x[-1]), ylim=(y[0], y[-1]), aspect="equal")
    if paths and len(paths) > 1:
        ax.legend(loc="upper right", frameon=True, facecolor=PAPER, edgecolor="none", framealpha=0.9)
    return ax


def cloud_rows(
    rows: Mapping[str, Numbers],
    *,
    extent: float,
    titles: Mapping[str, Sequence[str]] | None = None,
    marks: Numbers | None = None,
) -> np.ndarray:
    """Draw clouds of points of the plane as small pictures, one row a name: the same game, seed by seed.

    Args:
        rows: For each name, clouds of shape (columns, n, 2): as many columns in every row.
        extent: Every picture reaches from minus this to this, both ways; points outside are not seen.
        titles: For some of the names, one word above each picture.
        marks: Points to mark in every picture, such as the true centers, shape (m, 2).

    Returns:
        The axes, shape (rows, columns).

    Raises:
        ValueError: There is no row, a row is not (columns, n, 2), two rows differ in columns, or titles do not fit.

    Example:
        >>> made = np.random.default_rng(0).normal(size=(4, 100, 2))
        >>> cloud_rows({"plain": made, "repaired": made / 2}, extent=3).shape
        (2, 4)
    """
    clouds = {name: np.asarray(row, np.float64) for name, row in rows.items()}
    shapes = {name: cloud.shape for name, cloud in clouds.items()}
    if not clouds or any(len(shape) != 3 or shape[2] != 2 for shape in shapes.values()):
        raise ValueError(f"rows must hold clouds of shape (columns, n, 2); got {shapes or 'none'}")
    columns = {shape[0] for shape in shapes.values()}
    if len(columns) != 1:
        raise ValueError(f"rows must have equally many columns; got {shapes}")
    (count,) = columns
    for name, words in (titles or {}).items():
        if name not in clouds or len(words) != count:
            raise ValueError(f"titles[{name!r}] must hold {count} words, for a row of {list(clouds)}")
    size = (1.2 * WIDTH, (1.2 * WIDTH / count + 0.1) * len(clouds))
    figure, grid = plt.subplots(len(clouds), count, figsize=size, squeeze=False, layout="constrained")
    layout: Any = figure.get_layout_engine()
    layout.set(w_pad=0.01, h_pad=0.02, wspace=0, hspace=0)
    for line, (name, row) in zip(grid, clouds.items(), strict=True):
        words: Sequence[str] = (titles or {}).get(name) or [""] * count
        for ax, cloud, word in zip(line, row, words, strict=True):
            ax.scatter(*cloud.T, s=1.2, color=COLORS[0], alpha=0.4, linewidths=0)
            if marks is not None:
                ax.scatter(*np.asarray(marks).T, s=26, facecolor="none", edgecolor=COLORS[1], linewidths=0.8)
            ax.set(xlim=(-extent, extent), ylim=(-extent, extent), xticks=[], yticks=[], aspect="equal")
            ax.set_title(word, fontsize=9, color=MUTED, pad=2, loc="center")
            for spine in ax.spines.values():
                spine.set(visible=True, color=RULE)
            ax.grid(False)
        line[0].set_ylabel(name, fontsize=9.5, color=INK)
    return grid
