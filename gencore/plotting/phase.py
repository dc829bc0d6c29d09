"""Games as motion in the plane: a field of arrows, and the paths in it."""

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes

from gencore.plotting.axes import Numbers, named_axes
from gencore.plotting.style import COLORS, LINESTYLES, MUTED, PAPER, WIDTH


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
