"""Pictures of pictures: grids, labeled rows and maps of decoded codes."""

import math
from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.textpath import TextPath

from gencore.plotting.axes import Numbers
from gencore.plotting.style import INK, MUTED, PAPER, WIDTH

_TILE = 0.75  # inches: the largest side of one image
_EDGE = 0.07  # inches of paper around the images
_LABEL = 9.5  # points: the type of the labels


def image_grid(
    images: Numbers,
    *,
    columns: int | None = None,
    ax: Axes | None = None,
    titles: Sequence[str] | None = None,
    row_labels: Sequence[str] | None = None,
    column_labels: Sequence[str] | None = None,
    vmin: float = 0,
    vmax: float = 1,
    gap: int = 1,
) -> Axes:
    """Draw gray images as one mosaic, filled row by row.

    Args:
        images: Shape (N, height, width).
        columns: Images in a row. ``None``: as many as ``column_labels``, or what ``row_labels`` leave, or at
            most 10.
        ax: Axes to draw into. ``None``: a new figure, as large as the images need.
        titles: N short words, one above each image.
        row_labels: One word for each row, on the left.
        column_labels: One word for each column, on top.
        vmin: The value drawn black.
        vmax: The value drawn white.
        gap: Pixels of paper between two images.

    Returns:
        The axes, one data unit a pixel of the images.

    Raises:
        ValueError: The images are not a stack, or the labels do not fit the grid.

    Example:
        >>> ax = image_grid(np.zeros((6, 28, 28)), columns=3, row_labels=["real", "decoded"])
        >>> ax.get_images()[0].get_size()
        (57, 86)
    """
    stack = _as_stack(images)
    count = len(stack)
    if columns is None:
        if column_labels is not None:
            columns = len(column_labels)
        else:
            columns = math.ceil(count / len(row_labels)) if row_labels else min(count, 10)
    if columns < 1:
        raise ValueError(f"columns must be at least 1, got {columns}")
    rows = math.ceil(count / columns)
    for name, labels, wanted in (
        ("titles", titles, count),
        ("row_labels", row_labels, rows),
        ("column_labels", column_labels, columns),
    ):
        if labels is not None and len(labels) != wanted:
            raise ValueError(
                f"{name} has {len(labels)} entries, but {count} images in {columns} columns need {wanted}"
            )
    head = round(0.4 * stack.shape[1]) if titles is not None else 0  # pixels of paper for a title
    mosaic = _mosaic(stack, rows, columns, gap, head)
    if ax is None:
        ax = _new_axes(mosaic, columns, row_labels, bool(column_labels))
    ax.imshow(np.ma.masked_invalid(mosaic), cmap=_gray(), vmin=vmin, vmax=vmax)
    height, width = stack.shape[1] + head + gap, stack.shape[2] + gap
    ax.set_xticks(np.arange(columns) * width + (width - gap - 1) / 2, column_labels or [""] * columns)
    ax.set_yticks(np.arange(rows) * height + head + (height - head - gap - 1) / 2, row_labels or [""] * rows)
    ax.tick_params(length=0, labelsize=_LABEL, labelcolor=INK, labeltop=True, labelbottom=False)
    _strip(ax)
    for i, title in enumerate(titles or ()):
        x, y = (i % columns) * width + (width - gap - 1) / 2, (i // columns) * height + head - 1.5
        ax.text(x, y, title, ha="center", va="bottom", fontsize=9, color=MUTED)
    return ax


def image_rows(rows: Mapping[str, Numbers], *, ax: Axes | None = None, **options) -> Axes:
    """Draw sets of images below one another, each row with its name: originals, then what became of them.

    Args:
        rows: For each name, images of shape (N, height, width): the same shape in every row.
        ax: Axes to draw into. ``None``: a new figure.
        **options: What else :func:`image_grid` takes, such as ``column_labels``.

    Returns:
        The axes.

    Raises:
        ValueError: No row is given, or two rows differ in shape.

    Example:
        >>> ax = image_rows({"original": np.ones((8, 28, 28)), "decoded": np.zeros((8, 28, 28))})
        >>> [label.get_text() for label in ax.get_yticklabels()]
        ['original', 'decoded']
    """
    stacks = {name: _as_stack(images, name=f"rows[{name!r}]") for name, images in rows.items()}
    shapes = {name: stack.shape for name, stack in stacks.items()}
    if len(set(shapes.values())) != 1:
        raise ValueError(f"rows must hold sets of images, all of one shape; got {shapes or 'none'}")
    stacked = np.concatenate(list(stacks.values()))
    columns = len(stacked) // len(stacks)
    return image_grid(stacked, columns=columns, row_labels=list(stacks), ax=ax, **options)


def latent_map(
    images: Numbers,
    *,
    extent: tuple[float, float, float, float],
    ax: Axes | None = None,
    xlabel: str = "$z_1$",
    ylabel: str = "$z_2$",
    vmin: float = 0,
    vmax: float = 1,
) -> Axes:
    """Draw what a decoder makes of a grid of 2-D codes, each image at the place of its code.

    Args:
        images: Shape (rows, columns, height, width), in the order of ``np.meshgrid``: along the second axis
            the first coordinate rises, along the first axis the second. The first row is drawn at the bottom.
        extent: The codes of the corner images: (lowest first, highest first, lowest second, highest second).
        ax: Axes to draw into. ``None``: a new figure.
        xlabel: Name of the first coordinate.
        ylabel: Name of the second coordinate.
        vmin: The value drawn black.
        vmax: The value drawn white.

    Returns:
        The axes, in the units of the codes: points drawn into them lie on their images.

    Raises:
        ValueError: The images are no grid of at least 2 × 2, or ``extent`` does not rise.

    Example:
        >>> first, second = np.meshgrid(np.linspace(-3, 3, 15), np.linspace(-3, 3, 15))
        >>> decoded = np.zeros((15, 15, 28, 28))
        >>> ax = latent_map(decoded, extent=(-3, 3, -3, 3))
        >>> ax.get_xlabel()
        '$z_1$'
    """
    grid = np.asarray(images, dtype=np.float64)
    if grid.ndim != 4 or min(grid.shape[:2]) < 2:
        raise ValueError(
            f"images must have shape (rows, columns, height, width), at least 2 × 2 of them; got {grid.shape}"
        )
    left, right, bottom, top = extent
    if not (left < right and bottom < top):
        raise ValueError(f"extent must be (low, high, low, high) with low < high, got {extent}")
    rows, columns = grid.shape[:2]
    mosaic = grid[::-1].transpose(0, 2, 1, 3).reshape(rows * grid.shape[2], columns * grid.shape[3])
    if ax is None:
        _, ax = plt.subplots(figsize=(0.85 * WIDTH, 0.85 * WIDTH * mosaic.shape[0] / mosaic.shape[1]))
    across, up = (right - left) / (columns - 1) / 2, (top - bottom) / (rows - 1) / 2
    edges = (left - across, right + across, bottom - up, top + up)
    ax.imshow(mosaic, cmap=_gray(), vmin=vmin, vmax=vmax, extent=edges, aspect="auto")
    ax.set(xlabel=xlabel, ylabel=ylabel)
    ax.tick_params(length=3)
    _strip(ax)
    return ax


def _as_stack(images: Numbers, name: str = "images") -> np.ndarray:
    stack = np.asarray(images, dtype=np.float64)
    if stack.ndim != 3 or len(stack) == 0:
        fix = "; flat vectors become images by .reshape(-1, 28, 28)" if stack.ndim == 2 else ""
        raise ValueError(f"{name} must have shape (N, height, width) with N ≥ 1, got {stack.shape}{fix}")
    return stack


def _mosaic(stack: np.ndarray, rows: int, columns: int, gap: int, head: int) -> np.ndarray:
    """Lay the images on one sheet; where there is no image, it holds NaN."""
    count, height, width = stack.shape
    cells = np.full((rows * columns, height + head + gap, width + gap), np.nan)
    cells[:count, head : head + height, :width] = stack
    sheet = cells.reshape(rows, columns, *cells.shape[1:]).transpose(0, 2, 1, 3)
    return sheet.reshape(rows * cells.shape[1], columns * cells.shape[2])[: -gap or None, : -gap or None]


def _new_axes(mosaic: np.ndarray, columns: int, row_labels: Sequence[str] | None, top: bool) -> Axes:
    """Make a figure that fits the mosaic and its labels to the pixel, no wider than the page's column."""
    left = _EDGE
    if row_labels:
        left += (
            _EDGE
            + max(TextPath((0, 0), f"{label}.", size=_LABEL).get_extents().width for label in row_labels) / 72
        )
    width = min(WIDTH - left - _EDGE, columns * _TILE)
    height = width * mosaic.shape[0] / mosaic.shape[1]
    whole = np.array([left + width + _EDGE, height + 2 * _EDGE + (0.2 if top else 0)])
    figure = plt.figure(figsize=tuple(whole), layout="none")
    return figure.add_axes((left / whole[0], _EDGE / whole[1], width / whole[0], height / whole[1]))


def _gray():
    return plt.get_cmap("gray").with_extremes(bad=PAPER)


def _strip(ax: Axes) -> None:
    ax.grid(False)
    for spine in ax.spines.values():
        spine.set_visible(False)
