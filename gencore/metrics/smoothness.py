"""How evenly pictures change while a code moves."""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from gencore.types import AnyArray

__all__ = ["PathSteps", "path_steps"]


class PathSteps(NamedTuple):
    """How long paths are, and how even their steps.

    Attributes:
        length: Sum of the steps of each path, shape (paths,), in units of the features.
        straight: Distance from its first to its last point, shape (paths,): no way is shorter.
        largest: The largest step of each path as a share of its length, shape (paths,): 1 / steps if all are equal.
    """

    length: Float[np.ndarray, " paths"]
    straight: Float[np.ndarray, " paths"]
    largest: Float[np.ndarray, " paths"]


def path_steps(features: Float[AnyArray, "points paths d"]) -> PathSteps:
    r"""Measure paths through a space of features: their lengths, and whether they jump.

    .. math:: L = \sum_{i=1}^{n} \lVert \phi_i - \phi_{i-1} \rVert

    With features of what a generator makes along a path of codes, this is the path's perceptual length, as one sum
    instead of Karras et al.'s mean of squared speeds. It depends on the number of points: finer steps see more detail.

    Args:
        features: Features :math:`\phi_i` of the points of each path, in order; at least two points.

    Returns:
        Lengths, straight distances, and the largest step's share.

    Raises:
        ValueError: There are fewer than two points.

    Example:
        >>> corner = np.array([[[0.0, 0.0]], [[3.0, 0.0]], [[3.0, 4.0]]])
        >>> [float(v[0]) for v in path_steps(corner)]
        [7.0, 5.0, 0.5714285714285714]

    Reference:
        Karras et al. 2019, section 4.1.
    """
    points = np.asarray(features, np.float64)
    if len(points) < 2:
        raise ValueError(f"features has {len(points)} point; a path needs at least two")
    steps = np.linalg.norm(np.diff(points, axis=0), axis=2)
    length = steps.sum(axis=0)
    largest = steps.max(axis=0) / np.where(length > 0, length, 1.0)
    return PathSteps(length, np.linalg.norm(points[-1] - points[0], axis=1), largest)
