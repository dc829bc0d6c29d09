r"""Quality and diversity apart: precision and recall, density and coverage, from nearest neighbors.

Every row of a set gets a ball that reaches to its ``k``-th nearest neighbor **in its own set**, itself not
counted. The balls together stand for the manifold that the set was drawn from.

The rule for the edge: a ball is closed. A point whose distance **equals** the radius is inside (``<=``, as
Kynkäänniemi et al. write it; the ``prdc`` package uses ``<``). Distances come from float64 products of
centered rows, and two that differ by less than their rounding error count as equal. So copies of one point
lie in each other's balls of radius zero.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from gencore.metrics._checks import as_feature_pair, at_least
from gencore.types import Features

_BLOCK = 512  # rows of the distance matrix held at a time


class PrecisionRecall(NamedTuple):
    """Quality and diversity, each between 0 and 1.

    Attributes:
        precision: share of the fake rows that lie in the ball of some real row.
        recall: share of the real rows that lie in the ball of some fake row.
    """

    precision: float
    recall: float


class DensityCoverage(NamedTuple):
    """Quality and diversity, less moved by outliers.

    Attributes:
        density: mean number of real balls that a fake row lies in, divided by k; about 1 for a perfect model,
            and it can be larger.
        coverage: share of the real rows whose ball holds a fake row, between 0 and 1.
    """

    density: float
    coverage: float


def precision_recall(real: Features, fake: Features, *, k: int = 3) -> PrecisionRecall:
    r"""Precision and recall of a generative model.

    Precision asks whether what is made is real: the share of ``fake`` inside the real manifold. Recall asks
    whether all that is real can be made: the share of ``real`` inside the fake manifold. With :math:`B_k(x,
    X)` the closed ball around :math:`x` that reaches to its :math:`k`-th neighbor in :math:`X`,

    .. math::
        \mathrm{precision} = \frac{1}{|F|} \sum_{f \in F}
            \mathbb{1} \Bigl[ f \in \bigcup_{r \in R} B_k(r, R) \Bigr],
        \qquad
        \mathrm{recall} = \frac{1}{|R|} \sum_{r \in R}
            \mathbb{1} \Bigl[ r \in \bigcup_{f \in F} B_k(f, F) \Bigr]

    Exchanging ``real`` and ``fake`` exchanges the two numbers. Two sets that are one repeated point have 1
    and 1.

    Args:
        real: features of real samples, shape (rows, d), more than ``k`` rows.
        fake: features of generated samples, shape (other rows, d), more than ``k`` rows.
        k: which neighbor a ball reaches to, at least 1. A row is not its own neighbor; a copy of it is.

    Returns:
        Precision and recall.

    Raises:
        ValueError: a set is not a matrix of finite numbers with more than ``k`` rows, or the columns differ
            in number.

    Example:
        >>> real = np.array([[0.0], [1.0], [2.0], [3.0]])
        >>> fake = np.array([[0.1], [0.2], [9.0], [0.3]])  # 9 is not real, but its ball holds all the real
        >>> precision_recall(real, fake, k=1)
        PrecisionRecall(precision=0.75, recall=1.0)

    Reference:
        Kynkäänniemi et al. 2019, eq. 1 and 2.
    """
    k = at_least("k", k, 1)
    real, fake = as_feature_pair(("real", "fake"), real, fake, least=(k + 1, k + 1))
    real, fake = _center_jointly(real, fake)
    reach_real, reach_fake = _squared_radii(real, k), _squared_radii(fake, k)
    precise, recalled = 0, np.zeros(len(real), dtype=bool)
    for rows, squared in _squared_distances(fake, real, slack=_rounding(real)):
        precise += int((squared <= reach_real).any(axis=1).sum())
        recalled |= (squared <= reach_fake[rows, None]).any(axis=0)
    return PrecisionRecall(precise / len(fake), float(recalled.mean()))


def density_coverage(real: Features, fake: Features, *, k: int = 5) -> DensityCoverage:
    r"""Density and coverage of a generative model: precision and recall with outliers held in check.

    Both use the balls of the real rows only, so an outlier among the fake rows cannot raise them.

    .. math::
        \mathrm{density} = \frac{1}{k |F|} \sum_{f \in F} \sum_{r \in R} \mathbb{1} [ f \in B_k(r, R) ],
        \qquad
        \mathrm{coverage} = \frac{1}{|R|} \sum_{r \in R} \mathbb{1} [ \exists f \in F : f \in B_k(r, R) ]

    If both sets come from one continuous distribution, whatever it is, the expected density is 1 and the
    expected coverage :math:`1 - \prod_{i=1}^{k} \frac{|R| - i}{|R| + |F| - i}`, which for two large sets of
    one size is :math:`1 - 2^{-k}`.

    Args:
        real: features of real samples, shape (rows, d), more than ``k`` rows.
        fake: features of generated samples, shape (other rows, d), at least one row.
        k: which neighbor a ball reaches to, at least 1. A row is not its own neighbor; a copy of it is.

    Returns:
        Density and coverage.

    Raises:
        ValueError: a set is not a matrix of finite numbers with enough rows, or the columns differ in number.

    Example:
        >>> real = np.array([[0.0], [1.0], [2.0], [3.0]])
        >>> density_coverage(real, np.array([[0.1], [9.0]]), k=1)  # 0.1 is in the balls of 0 and 1
        DensityCoverage(density=1.0, coverage=0.5)

    Reference:
        Naeem et al. 2020, eq. 3 and 4.
    """
    k = at_least("k", k, 1)
    real, fake = as_feature_pair(("real", "fake"), real, fake, least=(k + 1, 1))
    real, fake = _center_jointly(real, fake)
    reach = _squared_radii(real, k)
    inside, covered = 0, np.zeros(len(real), dtype=bool)
    for _, squared in _squared_distances(fake, real, slack=_rounding(real)):
        hits = squared <= reach
        inside += int(hits.sum())
        covered |= hits.any(axis=0)
    return DensityCoverage(inside / (k * len(fake)), float(covered.mean()))


def _center_jointly(a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Move both sets by one vector: distances stay, and the products below lose no digits to an offset."""
    center = (a.mean(axis=0) + b.mean(axis=0)) / 2
    return a - center, b - center


def _rounding(x: np.ndarray) -> float:
    """Bound on the error of a squared distance and of a radius together, relative to the squared norms."""
    return 10 * (x.shape[1] + 2) * float(np.finfo(np.float64).eps)


def _squared_distances(
    a: np.ndarray, b: np.ndarray, *, slack: float = 0.0
) -> Iterator[tuple[slice, np.ndarray]]:
    """Blocks of rows of squared distances, each lowered by ``slack`` times its two squared norms."""
    norms_a, norms_b = np.einsum("nd,nd->n", a, a), np.einsum("nd,nd->n", b, b)
    for start in range(0, len(a), _BLOCK):
        rows = slice(start, min(start + _BLOCK, len(a)))
        squared = a[rows] @ b.T  # (block, len(b))
        squared *= -2
        squared += (1 - slack) * norms_a[rows, None]
        squared += (1 - slack) * norms_b
        yield rows, squared


def _squared_radii(x: np.ndarray, k: int) -> np.ndarray:
    """Squared distance from each row to its k-th nearest other row."""
    radii = np.empty(len(x))
    for rows, squared in _squared_distances(x, x):
        squared[np.arange(len(squared)), np.arange(rows.start, rows.stop)] = np.inf  # not its own neighbor
        radii[rows] = np.partition(squared, k - 1, axis=1)[:, k - 1]
    return radii
