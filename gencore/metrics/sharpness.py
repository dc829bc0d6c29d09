"""How sharp images are, without anything to compare them with."""

import numpy as np

from gencore.metrics._checks import as_image_stack
from gencore.types import ImageBatch

__all__ = ["edge_energy"]


def edge_energy(images: ImageBatch) -> float:
    r"""Squared steps between neighboring pixels, as a share of the squared brightness.

    .. math:: \frac{\sum (x_{i+1,j} - x_{i,j})^2 + (x_{i,j+1} - x_{i,j})^2}{\sum x_{i,j}^2}

    It is the mean square of the spatial frequency. Blur takes high frequencies away and lowers it; a fainter copy of an
    image has the same. Noise raises it, so it tells blur from sharpness only where images are clean.

    Args:
        images: Shape (N, height, width), pixel values from 0.

    Returns:
        The ratio of the two sums, from 0 (flat) to 8 (a chessboard of single pixels), over all images together.

    Raises:
        ValueError: The images are no stack, or all black.

    Example:
        >>> edge_energy(np.array([[[0.0, 1.0], [0.0, 1.0]]]))  # two steps of 1, two white pixels
        1.0
    """
    x = as_image_stack("images", images)
    brightness = np.square(x).sum()
    if brightness == 0:
        raise ValueError(f"all {len(x)} images are black, and have no edges to measure")
    return float((np.square(np.diff(x, axis=1)).sum() + np.square(np.diff(x, axis=2)).sum()) / brightness)
