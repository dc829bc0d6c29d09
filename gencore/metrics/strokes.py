"""How a digit is written: which way it leans, and how thick its strokes are."""

import numpy as np
from jaxtyping import Float

from gencore.metrics._checks import as_image_stack
from gencore.types import ImageBatch

__all__ = ["slant", "stroke_width"]


def slant(images: ImageBatch) -> Float[np.ndarray, " batch"]:
    r"""Which way the ink leans, from its second moments.

    With the pixel values :math:`x_{rc}` as weights, and :math:`\bar r, \bar c` the weighted means of row and column,

    .. math:: \text{slant} = - \frac{\sum x_{rc}\, (r - \bar r)(c - \bar c)}{\sum x_{rc}\, (r - \bar r)^2}

    is the slope of the best line from row to column, with the sign turned because rows count downward: how many pixels
    to the right the ink goes for each pixel up. It is 0 for upright ink, positive where the top leans to the right, and
    grows by :math:`a` if the image is sheared by :math:`a`.

    Args:
        images: Shape (batch, height, width), pixel values from 0.

    Returns:
        One number for each image, shape (batch,).

    Raises:
        ValueError: The images are no stack, or the ink of one lies in a single row, or there is none.

    Example:
        >>> slant(np.eye(5)[None, ::-1])  # a diagonal, up and to the right
        array([1.])

    Reference:
        LeCun et al. 1998, section III-A, straightens digits by the same moments.
    """
    x = as_image_stack("images", images)
    rows, columns = np.arange(x.shape[1])[:, None], np.arange(x.shape[2])
    ink = x.sum(axis=(1, 2))
    if (ink <= 0).any():
        raise ValueError(f"images[{int((ink <= 0).argmax())}] holds no ink, and leans nowhere: leave it out")
    down = rows - ((x * rows).sum(axis=(1, 2)) / ink)[:, None, None]
    across = columns - ((x * columns).sum(axis=(1, 2)) / ink)[:, None, None]
    height = (x * down**2).sum(axis=(1, 2))
    flat = height <= 1e-9 * ink
    if flat.any():
        raise ValueError(
            f"images[{int(flat.argmax())}] has all its ink in one row, so it has no slant: leave it out"
        )
    return -(x * down * across).sum(axis=(1, 2)) / height


def stroke_width(images: ImageBatch) -> Float[np.ndarray, " batch"]:
    r"""How thick the strokes are, in pixels: twice the ink, divided by the length of its edges.

    .. math:: w = \frac{2 \sum x_{rc}}{\sum \lVert \nabla x \rVert_{rc}},
              \qquad \lVert \nabla x \rVert^2_{rc} = (x_{r+1,c} - x_{rc})^2 + (x_{r,c+1} - x_{rc})^2

    A stroke of length :math:`\ell` and width :math:`w` has the area :math:`\ell w` and, along both its sides, edges of
    length :math:`2 \ell`. Gray edges count by how much the brightness changes, so blur hardly alters the ratio, and
    faint ink not at all. The ends of a stroke are edges as well: the estimate is too small, by about the share
    :math:`w / \ell`.

    Args:
        images: Shape (batch, height, width), pixel values from 0. Around the image everything is black.

    Returns:
        One width for each image, shape (batch,), in pixels.

    Raises:
        ValueError: The images are no stack, or one holds no ink.

    Example:
        >>> bar = np.zeros((1, 28, 28))
        >>> bar[:, 4:24, 12:15] = 1  # 20 pixels long, 3 wide
        >>> stroke_width(bar).round(1)
        array([2.6])
    """
    x = np.pad(as_image_stack("images", images), ((0, 0), (1, 1), (1, 1)))
    steps = np.diff(x, axis=1)[:, :, :-1] ** 2 + np.diff(x, axis=2)[:, :-1] ** 2
    edges = np.sqrt(steps).sum(axis=(1, 2))
    if (edges <= 0).any():
        raise ValueError(f"images[{int((edges <= 0).argmax())}] holds no ink, and no stroke: leave it out")
    return 2 * x.sum(axis=(1, 2)) / edges
