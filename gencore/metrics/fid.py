r"""The Fréchet distance between two sets of features: FID, when the features come from an image network."""

from typing import NamedTuple

import numpy as np
from scipy.linalg import eigh

from gencore.metrics._checks import as_feature_pair, as_features, as_float64, at_least
from gencore.types import Features


class Moments(NamedTuple):
    """The mean and the covariance of a set of features.

    Attributes:
        mean: the mean of each feature, shape (d,), float64.
        cov: the unbiased covariance, shape (d, d), float64.
        count: how many rows they were taken from.
    """

    mean: np.ndarray
    cov: np.ndarray
    count: int


def feature_moments(x: Features) -> Moments:
    r"""Mean and unbiased covariance of a set of features, in float64 and in two passes.

    The rows are centered before they are multiplied. The one-pass formula
    :math:`\mathbb{E}[xx^\top] - \mu\mu^\top` loses every digit when the mean is large.

    Args:
        x: features, shape (rows, d), at least two rows.

    Returns:
        The mean, the covariance (divided by rows − 1) and the number of rows.

    Raises:
        ValueError: ``x`` is not a matrix of finite floating-point numbers with two rows or more.

    Example:
        >>> feature_moments(np.array([[0.0, 1.0], [2.0, 1.0]])).cov.tolist()
        [[2.0, 0.0], [0.0, 0.0]]
    """
    return _moments(as_features("x", x, least=2))


def frechet_distance(x: Features, y: Features) -> float:
    r"""Fréchet distance between the Gaussians that two sets of features are taken to be.

    .. math::
        d^2 = \lVert \mu_x - \mu_y \rVert^2
            + \operatorname{tr} \bigl( \Sigma_x + \Sigma_y - 2 (\Sigma_x \Sigma_y)^{1/2} \bigr)

    The trace of the root is the sum of the roots of the eigenvalues of :math:`\Sigma_x \Sigma_y`, which are those of a
    symmetric problem. Where they would be too inaccurate, it is, with factors :math:`\Sigma = F F^\top`, the sum of
    the singular values of :math:`F_x^\top F_y`. Real, never negative, and exact where a covariance is singular: with
    no more rows than features the centered features themselves are the factor, and no covariance is ever formed.

    The estimate is biased upward, by an amount that falls as 1 / rows: compare only at equal numbers of rows.
    (:func:`gencore.metrics.bootstrap_interval` can take the bias out.) A result below zero can only be
    rounding, such as −1e-12 for a set against itself, and is returned as zero.

    Args:
        x: features, shape (rows, d), at least two rows.
        y: features, shape (other rows, d), at least two rows.

    Returns:
        The squared distance, as every FID is reported; 0 when the two sets have the same moments.

    Raises:
        ValueError: a set is not a matrix of finite numbers with two rows or more, or the columns differ in
            number.

    Example:
        >>> x = np.array([[0.0], [2.0]])
        >>> round(frechet_distance(x, x + 3), 6)
        9.0

    Reference:
        Heusel et al. 2017, eq. 6; Dowson and Landau 1982, eq. 4.
    """
    x, y = as_feature_pair(("x", "y"), x, y, least=(2, 2))
    if min(len(x), len(y)) > x.shape[1]:
        a, b = _moments(x), _moments(y)  # one after the other: no two centered copies at a time
        root = _trace_of_root(a.cov, b.cov)
        if root is not None:
            return _distance(a.mean - b.mean, np.trace(a.cov), np.trace(b.cov), root)
    (mean_x, centered_x), (mean_y, centered_y) = _center(x), _center(y)
    return _distance_by_factors(mean_x - mean_y, _factor_of_rows(centered_x), _factor_of_rows(centered_y))


def frechet_distance_from_moments(a: Moments, b: Moments) -> float:
    r"""Fréchet distance between two Gaussians given by their means and covariances.

    For stored statistics and for closed forms. Where the features are at hand, :func:`frechet_distance` is more
    exact: a covariance has already lost half the digits of its smallest directions.

    Args:
        a: moments of one set, from :func:`feature_moments`.
        b: moments of the other, with the same number of features.

    Returns:
        The squared distance.

    Raises:
        ValueError: shapes that do not fit, values that are not finite, or a covariance that is not one.

    Example:
        >>> narrow = Moments(np.array([0.0]), np.array([[1.0]]), 100)
        >>> wide = Moments(np.array([3.0]), np.array([[4.0]]), 100)
        >>> frechet_distance_from_moments(narrow, wide)  # (0 - 3)² + (1 - 2)²
        10.0

    Reference:
        Dowson and Landau 1982, eq. 4.
    """
    a, b = _checked("a", a), _checked("b", b)
    if a.mean.size != b.mean.size:
        raise ValueError(
            f"a has {a.mean.size} features and b has {b.mean.size}; take both from the same feature extractor"
        )
    if min(a.count, b.count) > a.mean.size:
        root = _trace_of_root(a.cov, b.cov)
        if root is not None:
            return _distance(a.mean - b.mean, np.trace(a.cov), np.trace(b.cov), root)
    return _distance_by_factors(a.mean - b.mean, _factor_of_covariance("a", a), _factor_of_covariance("b", b))


def _distance(gap: np.ndarray, trace_x: float, trace_y: float, root: float) -> float:
    return max(float(gap @ gap + trace_x + trace_y - 2 * root), 0.0)


def _trace_of_root(cov_x: np.ndarray, cov_y: np.ndarray) -> float | None:
    """The trace of (Σ_x Σ_y)^{1/2} by the eigenvalues of Σ_y Σ_x, or None where those are not accurate enough.

    An eigenvalue λ is off by about ε ‖Σ_x‖ ‖Σ_y‖, hence its root by ε ‖Σ_x‖ ‖Σ_y‖ / 2√λ: good while no λ is tiny.
    """
    try:
        squares = eigh(cov_y, cov_x, type=2, eigvals_only=True, driver="gv", check_finite=False)
    except np.linalg.LinAlgError:  # Σ_x is singular
        return None
    if squares[0] <= 0:
        return None
    roots = np.sqrt(squares)
    scale = float(np.linalg.norm(cov_x) * np.linalg.norm(cov_y))
    error = np.finfo(np.float64).eps * scale * np.sum(0.5 / roots)
    return float(roots.sum()) if error < 1e-12 * roots.sum() else None


def _distance_by_factors(gap: np.ndarray, f: np.ndarray, g: np.ndarray) -> float:
    """Squared distance from the gap of the means and a factor of each covariance."""
    root = np.linalg.svd(f.T @ g, compute_uv=False).sum()
    return _distance(gap, float(np.vdot(f, f)), float(np.vdot(g, g)), float(root))


def _moments(x: np.ndarray) -> Moments:
    mean, centered = _center(x)
    return Moments(mean, _covariance(centered), len(x))


def _center(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    mean = x.mean(axis=0)
    return mean, x - mean


def _covariance(centered: np.ndarray) -> np.ndarray:
    return centered.T @ centered / (len(centered) - 1)


def _factor_of_rows(centered: np.ndarray) -> np.ndarray:
    """F with F Fᵀ the covariance of the centered rows, exact to rounding whatever the rank."""
    rows, d = centered.shape
    if rows > d:
        factor = _cholesky(_covariance(centered))
        if factor is not None:
            return factor
        centered = np.asarray(np.linalg.qr(centered, mode="r"))
    return centered.T / np.sqrt(rows - 1)


def _factor_of_covariance(name: str, moments: Moments) -> np.ndarray:
    """F with F Fᵀ the covariance: Cholesky, or eigenvectors where it is singular."""
    rank = min(moments.count - 1, moments.mean.size)  # so many rows span no more directions
    factor = _cholesky(moments.cov) if rank == moments.mean.size else None
    if factor is not None:
        return factor
    values, vectors = np.linalg.eigh(moments.cov)
    tolerance = 1e-6 * np.abs(values).max()
    if values[0] < -tolerance:
        raise ValueError(f"{name}.cov has the eigenvalue {values[0]:.3g}; a covariance has none below zero")
    if (values[:-rank] > tolerance).any():
        raise ValueError(
            f"{name}.count is {moments.count}, but {name}.cov spans over {rank} directions, too many for so "
            "few rows; pass the number of rows that it was taken from"
        )
    return vectors[:, -rank:] * np.sqrt(np.maximum(values[-rank:], 0.0))  # the others are rounding


def _cholesky(cov: np.ndarray) -> np.ndarray | None:
    """The Cholesky factor, or None where the covariance is singular."""
    try:
        return np.linalg.cholesky(cov)
    except np.linalg.LinAlgError:
        return None


def _checked(name: str, moments: Moments) -> Moments:
    mean, cov = as_float64(f"{name}.mean", moments.mean), as_float64(f"{name}.cov", moments.cov)
    if mean.ndim != 1 or mean.size == 0 or cov.shape != (mean.size, mean.size):
        raise ValueError(
            f"{name}.mean has shape {mean.shape} and {name}.cov {cov.shape}; they must be (d,) and (d, d)"
        )
    if np.abs(cov - cov.T).max() > 1e-6 * np.abs(cov).max():
        raise ValueError(f"{name}.cov is not symmetric; pass a covariance, as feature_moments returns it")
    return Moments(mean, cov, at_least(f"{name}.count", moments.count, 2))
