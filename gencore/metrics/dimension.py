r"""Spaces of many dimensions: how alike all distances become, and how many dimensions a set of points really fills."""

import numpy as np
from scipy.spatial.distance import cdist, pdist
from sklearn.neighbors import NearestNeighbors

from gencore.metrics._checks import as_feature_pair, as_features, at_least
from gencore.types import Features

__all__ = ["distance_variation", "levina_bickel_dimension", "relative_contrast", "two_nn_dimension"]


def distance_variation(x: Features) -> float:
    r"""Spread of the distances between all pairs of rows, relative to their mean.

    It is near zero when all points are about equally far from one another. For :math:`\mathcal N(0, I)` in :math:`d`
    dimensions the distances are :math:`\sqrt 2` times a :math:`\chi_d` variable, so it tends to
    :math:`1 / \sqrt{2d}`.

    Args:
        x: One point a row, shape (N, d), at least three rows.

    Returns:
        Standard deviation of the distances, divided by their mean.

    Raises:
        ValueError: ``x`` is no such matrix of finite numbers, or all of its rows are the same.

    Example:
        >>> x = np.random.default_rng(0).normal(size=(1000, 200))
        >>> round(distance_variation(x), 2), round((2 * 200) ** -0.5, 2)
        (0.05, 0.05)

    Reference:
        Beyer et al. 1999, theorem 1, has this ratio, squared, as its condition.
    """
    distances = pdist(as_features("x", x, least=3))
    if not distances.any():
        raise ValueError("x holds one point, over and over; give points that differ")
    return float(distances.std() / distances.mean())


def relative_contrast(x: Features, queries: Features) -> float:
    r"""How much farther the farthest point is than the nearest, on average over queries.

    .. math:: \mathbb E_q\, \frac{\max_i \lVert q - x_i \rVert - \min_i \lVert q - x_i \rVert}
        {\min_i \lVert q - x_i \rVert}

    Near zero, "nearest neighbor" has lost its meaning: all points are neighbors.

    Args:
        x: One point a row, shape (N, d), at least two rows.
        queries: Points to look from, shape (M, d), none of them equal to a row of ``x``.

    Returns:
        The mean contrast, 0 or more.

    Raises:
        ValueError: The two are no matrices of finite numbers with the same columns, or a query is a row of ``x``.

    Example:
        >>> relative_contrast(np.array([[1.0, 0.0], [0.0, 3.0]]), np.array([[0.0, 0.0]]))
        2.0

    Reference:
        Beyer et al. 1999, "When is nearest neighbor meaningful?".
    """
    x, queries = as_feature_pair(("x", "queries"), x, queries, least=(2, 1))
    distances = cdist(queries, x)
    nearest = distances.min(axis=1)
    if not nearest.all():
        raise ValueError(f"{int((nearest == 0).sum())} queries are rows of x; hold the queries out of x")
    return float((distances.max(axis=1) / nearest - 1).mean())


def two_nn_dimension(x: Features, *, discard: float = 0.1) -> float:
    r"""Intrinsic dimension from the ratio of the distances to the second and to the first neighbor.

    Where the density hardly changes between a point and its second neighbor, the ratio :math:`\mu = r_2 / r_1` has
    :math:`P(\mu > m) = m^{-d}`, whatever the density is. So :math:`-\log(1 - F(\mu))` against :math:`\log \mu` is a
    line through the origin, and its slope is the dimension.

    Args:
        x: One point a row, shape (N, D), at least ten rows, no two of them equal.
        discard: Share of the points left out of the fit: those with the largest ratios, whose neighbors are not near.

    Returns:
        The estimate, a positive number. It falls short when the dimension is large and the points are few.

    Raises:
        ValueError: ``x`` is no such matrix of finite numbers, two rows are equal, or ``discard`` is not in [0, 1).

    Example:
        >>> plane = np.random.default_rng(0).uniform(size=(2000, 2)) @ np.random.default_rng(1).normal(size=(2, 50))
        >>> round(two_nn_dimension(plane), 1)
        2.0

    Reference:
        Facco et al. 2017, "Estimating the intrinsic dimension of datasets by a minimal neighborhood information".
    """
    if not 0 <= discard < 1:
        raise ValueError(f"discard is {discard}; choose a share from 0 to below 1")
    near = _neighbor_distances(x, 2, least=10)
    ratios = np.sort(np.log(near[:, 1] / near[:, 0]))
    n = len(ratios)
    keep = min(int(n * (1 - discard)), n - 1)  # at the last point F is 1, and the logarithm infinite
    left, up = ratios[:keep], -np.log1p(-np.arange(1, keep + 1) / n)
    return float(left @ up / (left @ left))


def levina_bickel_dimension(x: Features, *, k: int = 10) -> float:
    r"""Intrinsic dimension by maximum likelihood, from the distances to the :math:`k` nearest neighbors.

    With :math:`T_j(x)` the distance from :math:`x` to its :math:`j`-th neighbor,

    .. math:: \frac 1d = \frac 1N \sum_x \frac 1{k - 1} \sum_{j=1}^{k-1} \log \frac{T_k(x)}{T_j(x)}

    A larger :math:`k` gives a steadier estimate, of a larger neighborhood.

    Args:
        x: One point a row, shape (N, D), more than ``k`` rows, no two of them equal.
        k: Neighbors of each point, at least 2.

    Returns:
        The estimate, a positive number.

    Raises:
        ValueError: ``x`` is no such matrix of finite numbers, two rows are equal, or ``k`` is too small.

    Example:
        >>> plane = np.random.default_rng(0).uniform(size=(2000, 2)) @ np.random.default_rng(1).normal(size=(2, 50))
        >>> round(levina_bickel_dimension(plane), 1)
        2.0

    Reference:
        Levina and Bickel 2005, eq. 8, averaged over the points as MacKay and Ghahramani 2005 advise.
    """
    k = at_least("k", k, 2)
    near = _neighbor_distances(x, k, least=k + 1)
    return float(1 / np.log(near[:, -1:] / near[:, :-1]).mean())


def _neighbor_distances(x: Features, k: int, *, least: int) -> np.ndarray:
    """Distances from each row to its ``k`` nearest other rows, the nearest first."""
    x = as_features("x", x, least=least)
    copies = len(x) - len(np.unique(x, axis=0))
    if copies:
        raise ValueError(f"x has {copies} rows that repeat another; pass np.unique(x, axis=0)")
    return NearestNeighbors(n_neighbors=k).fit(x - x.mean(axis=0)).kneighbors()[0]
