"""Two distances of points from the data that need no features: of whole sets, and of single points from a shape."""

import numpy as np
from scipy.spatial import cKDTree
from scipy.spatial.distance import cdist

from gencore.metrics._checks import as_feature_pair
from gencore.types import Features

__all__ = ["energy_distance", "off_support"]


def energy_distance(real: Features, fake: Features) -> float:
    r"""How far apart two sets of points are: the energy distance.

    .. math:: D = \sqrt{2\, \mathbb E \lVert X - Y \rVert - \mathbb E \lVert X - X' \rVert
              - \mathbb E \lVert Y - Y' \rVert}

    It is zero only when the two distributions are equal. The means run over all pairs, a point with itself included, so
    that the result is never negative. Two sets from one distribution come out a little above zero: show that floor,
    and compare sets of one size.

    Args:
        real: Points of the data, shape (n, d).
        fake: Generated points, shape (m, d).

    Returns:
        The distance; its square is in units of the points.

    Raises:
        ValueError: A set is empty, is not a matrix of finite numbers, or the columns differ in number.

    Example:
        >>> round(energy_distance(np.array([[0.0, 0.0]]), np.array([[3.0, 4.0]])) ** 2, 9)  # twice their distance
        10.0

    Reference:
        Székely and Rizzo 2013, section 2. ``scipy.stats.energy_distance`` is the same in one dimension.
    """
    real, fake = as_feature_pair(("real", "fake"), real, fake, least=(1, 1))
    squared = 2 * cdist(real, fake).mean() - cdist(real, real).mean() - cdist(fake, fake).mean()
    return float(np.sqrt(max(squared, 0.0)))


def off_support(samples: Features, support: Features, reach: float) -> float:
    """Fraction of samples that lie farther than ``reach`` from every point of the data's shape.

    The shape is drawn densely and without noise: the centers of a mixture, or many points of a curve.

    Args:
        samples: What a model made, shape (n, d).
        support: Points of the shape, shape (m, d).
        reach: Largest distance that still counts as on the shape, positive; three standard deviations of the data's
            noise is a usual choice.

    Returns:
        A fraction from 0 to 1.

    Raises:
        ValueError: ``reach`` is not positive, or an array is empty, not finite, or of another dimension.

    Example:
        >>> off_support(np.array([[0.1, 0.0], [5.0, 5.0]]), np.array([[0.0, 0.0]]), reach=0.2)
        0.5
    """
    if not reach > 0:
        raise ValueError(f"reach is {reach}; give a positive distance, such as three standard deviations")
    samples, support = as_feature_pair(("samples", "support"), samples, support, least=(1, 1))
    return float((cKDTree(support).query(samples)[0] > reach).mean())
