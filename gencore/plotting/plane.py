"""Points in the plane over what a network thinks of the plane, as one picture or as a film."""

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap

from gencore.plotting.axes import Numbers
from gencore.plotting.style import COLORS, INK, MUTED, PAPER, RULE, WIDTH

Extent = tuple[float, float, float, float]
"""Left, right, bottom, top of a window of the plane."""

# Paper where a critic hesitates; blue where it believes, orange where it does not: both light enough for points on top.
_BELIEF = LinearSegmentedColormap.from_list("belief", ["#f3b27a", PAPER, "#8fbbe0"])


def plane_grid(extent: Extent, size: int) -> np.ndarray:
    """Points of a square grid over a window, for a network to be asked at.

    Args:
        extent: Left, right, bottom and top of the window.
        size: Points along each side, at least 2.

    Returns:
        Shape (size * size, 2), float32, row by row from the bottom: answers of shape (size * size,) become a picture
        with ``.reshape(size, size)``.

    Raises:
        ValueError: ``extent`` does not rise, or ``size`` is below 2.

    Example:
        >>> plane_grid((0, 1, 0, 2), 2).tolist()
        [[0.0, 0.0], [1.0, 0.0], [0.0, 2.0], [1.0, 2.0]]
    """
    left, right, bottom, top = _window(extent)
    if size < 2:
        raise ValueError(f"size is {size}; choose 2 points a side or more")
    x, y = np.meshgrid(np.linspace(left, right, size), np.linspace(bottom, top, size))
    return np.stack([x.ravel(), y.ravel()], axis=1).astype(np.float32)


def plane(
    points: Numbers | None = None,
    *,
    extent: Extent,
    shading: Numbers | None = None,
    arrows: Numbers | None = None,
    marks: Numbers | None = None,
    title: str = "",
    color: str = INK,
    ax: Axes | None = None,
) -> Axes:
    """Draw points of the plane, over a critic's belief as shading or a denoiser's direction as arrows.

    Args:
        points: Shape (N, 2), or None for no points. Those outside of the window are not seen.
        extent: Left, right, bottom and top of the window.
        shading: Probabilities on a square grid over the window, shape (rows, columns) from the bottom row up, as
            :func:`plane_grid` orders them: blue near 1, orange near 0, paper at one half.
        arrows: Vectors on such a grid, shape (rows, columns, 2). The longest is drawn as long as the grid is wide.
        marks: Places to mark with a ring, such as the true centers, shape (m, 2).
        title: Words above the window.
        color: Color of the points.
        ax: Axes to draw into. ``None``: a new figure.

    Returns:
        The axes, with equal units on both sides and no ticks.

    Raises:
        ValueError: An array has another shape, or ``extent`` does not rise.

    Example:
        >>> grid = plane_grid((-1, 1, -1, 1), 9)
        >>> ax = plane(grid[:5], extent=(-1, 1, -1, 1), arrows=-grid.reshape(9, 9, 2), title="home")
        >>> ax.get_title(loc="center")
        'home'
    """
    left, right, bottom, top = _window(extent)
    if ax is None:
        _, ax = plt.subplots(figsize=(0.5 * WIDTH, 0.5 * WIDTH))
    if shading is not None:
        belief = np.asarray(shading, dtype=np.float64)
        if belief.ndim != 2:
            raise ValueError(
                f"shading must have shape (rows, columns), got {belief.shape}; reshape the answers"
            )
        looks = {"cmap": _BELIEF, "vmin": 0, "vmax": 1, "interpolation": "bilinear", "aspect": "auto"}
        ax.imshow(belief, origin="lower", extent=(left, right, bottom, top), **looks)
    if points is not None:
        xy = np.asarray(points, dtype=np.float64)
        if xy.ndim != 2 or xy.shape[1] != 2:
            raise ValueError(f"points must have shape (N, 2), got {xy.shape}")
        area = float(np.clip(900 / max(len(xy), 1), 0.8, 12))  # the more points, the smaller each
        ax.scatter(*xy.T, s=area, color=color, alpha=0.6, linewidths=0)
    if marks is not None:
        ax.scatter(*np.asarray(marks).T, s=26, facecolor="none", edgecolor=COLORS[1], linewidths=0.8)
    if arrows is not None:
        field = np.asarray(arrows, dtype=np.float64)
        if field.ndim != 3 or field.shape[2] != 2 or min(field.shape[:2]) < 2:
            raise ValueError(f"arrows must have shape (rows, columns, 2), got {field.shape}")
        x, y = np.meshgrid(np.linspace(left, right, field.shape[1]), np.linspace(bottom, top, field.shape[0]))
        longest = max(float(np.hypot(*field.reshape(-1, 2).T).max()), 1e-30)
        field = field * (right - left) / (field.shape[1] - 1) / longest
        looks = {"angles": "xy", "scale_units": "xy", "scale": 1, "width": 0.011, "color": COLORS[0]}
        ax.quiver(x, y, field[..., 0], field[..., 1], **looks)
    ax.set(xlim=(left, right), ylim=(bottom, top), xticks=[], yticks=[])
    ax.set_title(title, loc="center", fontsize=9, color=MUTED, pad=4)
    ax.set_aspect("equal")
    ax.grid(False)
    for spine in ax.spines.values():
        spine.set(visible=True, color=RULE)
    return ax


def film_strip(
    rows: Mapping[str, Numbers],
    columns: Sequence[str] | Mapping[str, Sequence[str]],
    *,
    extent: Extent,
    shading: Mapping[str, Numbers] | None = None,
    arrows: Mapping[str, Numbers] | None = None,
    marks: Numbers | None = None,
) -> np.ndarray:
    """Draw films below one another: each row is a model, each column a moment, or a seed.

    Args:
        rows: For each name, points at every moment, shape (moments, N, 2).
        columns: One word for each moment; or, for every name, the words above its own row.
        extent: The window of every picture: left, right, bottom, top.
        shading: For some of the names, what :func:`plane` shades, at every moment: (moments, rows, columns).
        arrows: For some of the names, its arrows at every moment: (moments, rows, columns, 2).
        marks: Places to mark with a ring in every picture, shape (m, 2).

    Returns:
        The axes, shape (rows, moments).

    Raises:
        ValueError: There is no row, a film and its words differ in number, a row has no words, or a field has no row.

    Example:
        >>> still = np.zeros((3, 10, 2))
        >>> axes = film_strip({"GAN": still, "diffusion": still}, ["0", "500", "1000"], extent=(-2, 2, -2, 2))
        >>> axes.shape, axes[1, 0].get_ylabel()
        ((2, 3), 'diffusion')
    """
    if not rows:
        raise ValueError("rows is empty: give at least one film")
    for name, field in (("shading", shading), ("arrows", arrows)):
        stray = sorted(set(field or {}) - set(rows))
        if stray:
            raise ValueError(f"{name} names {stray}, but the rows are {list(rows)}")
    first, *others = rows
    if isinstance(columns, Mapping):
        if set(columns) != set(rows):
            raise ValueError(f"columns names {list(columns)}, but the rows are {list(rows)}")
        words, gap = dict(columns), 0.2
    else:
        words, gap = {first: columns, **{name: [""] * len(columns) for name in others}}, 0.02
    count = len(words[first])
    for field in (rows, words, shading or {}, arrows or {}):
        for name, film in field.items():
            if len(film) != count:
                raise ValueError(f"{name!r} has {len(film)} moments, but columns names {count}")
    side = WIDTH / count
    size = (WIDTH, side * len(rows) * (1 + gap) + 0.25)
    _, axes = plt.subplots(
        len(rows), count, figsize=size, squeeze=False, gridspec_kw={"wspace": 0.02, "hspace": gap}
    )
    for row, (name, film) in enumerate(rows.items()):
        for column, moment in enumerate(words[name]):
            fields: dict[str, Any] = {"shading": shading, "arrows": arrows}
            shown: dict[str, Any] = {k: f[name][column] for k, f in fields.items() if f and name in f}
            plane(
                film[column],
                extent=extent,
                title=moment,
                marks=marks,
                ax=axes[row, column],
                **shown,
            )
        axes[row, 0].set_ylabel(name, fontsize=9, color=INK)
    return axes


def _window(extent: Extent) -> Extent:
    left, right, bottom, top = extent
    if not (left < right and bottom < top):
        raise ValueError(f"extent must be (left, right, bottom, top) with rising numbers, got {extent}")
    return left, right, bottom, top
