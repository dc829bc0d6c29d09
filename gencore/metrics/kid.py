r"""The kernel distance between two sets of features: KID, when the features come from an image network."""

import numpy as np

from gencore.metrics._checks import as_feature_pair, at_least
from gencore.types import Features

_BLOCK = 1024  # rows of the kernel matrix held at a time


def kernel_distance(
    x: Features, y: Features, *, subset_size: int | None = None, subsets: int | None = None, seed: int = 0
) -> float:
    r"""Unbiased squared maximum mean discrepancy with the cubic kernel of KID.

    .. math::
        \widehat{\mathrm{MMD}}^2 = \frac{1}{m(m-1)} \sum_{i \ne j} k(x_i, x_j)
            + \frac{1}{n(n-1)} \sum_{i \ne j} k(y_i, y_j) - \frac{2}{mn} \sum_{i, j} k(x_i, y_j),
        \qquad k(a, b) = \Bigl( \frac{a^\top b}{d} + 1 \Bigr)^3

    Its mean is the true value at every number of rows, so two sets from one distribution give numbers on both
    sides of zero. A negative result is right and is never clipped: that would put the bias back.

    By default every pair of rows counts, and nothing is random. The papers average over random subsets
    instead; pass ``subset_size`` to do as they do. The kernel sees where zero is: unlike FID, KID changes
    when both sets move.

    Args:
        x: features, shape (rows, d), at least two rows.
        y: features, shape (other rows, d), at least two rows.
        subset_size: rows of each set in a subset, drawn without replacement; at least 2. None: all pairs,
            once.
        subsets: how many subsets to average, 100 if not given. Only with ``subset_size``.
        seed: seed of the subsets.

    Returns:
        The estimate, which may be negative.

    Raises:
        ValueError: a set is not a matrix of finite numbers with two rows or more, the columns differ in
            number, a subset is larger than a set, or ``subsets`` is given without ``subset_size``.

    Example:
        >>> x = np.array([[0.0], [1.0]])
        >>> kernel_distance(x, x)  # 1 + 1 - 2 · (1 + 1 + 1 + 8) / 4
        -3.5

    Reference:
        Bińkowski et al. 2018, sec. 4; Gretton et al. 2012, eq. 3.
    """
    x, y = as_feature_pair(("x", "y"), x, y, least=(2, 2))
    if subset_size is None:
        if subsets is not None:
            raise ValueError(
                f"subsets is {subsets} but subset_size is not given; pass both, for example 1000"
            )
        return _mmd2(x, y)
    size, rounds = (
        at_least("subset_size", subset_size, 2),
        at_least("subsets", 100 if subsets is None else subsets, 1),
    )
    if size > min(len(x), len(y)):
        raise ValueError(
            f"subset_size is {size}, but x has {len(x)} rows and y has {len(y)}; take a smaller one"
        )
    rng = np.random.default_rng(seed)
    values = [
        _mmd2(x[rng.choice(len(x), size, replace=False)], y[rng.choice(len(y), size, replace=False)])
        for _ in range(rounds)
    ]
    return float(np.mean(values))


def _mmd2(x: np.ndarray, y: np.ndarray) -> float:
    m, n = len(x), len(y)
    within = _kernel_sum(x, x, skip_diagonal=True) / (m * (m - 1)) + _kernel_sum(y, y, skip_diagonal=True) / (
        n * (n - 1)
    )
    return within - 2 * _kernel_sum(x, y) / (m * n)


def _kernel_sum(x: np.ndarray, y: np.ndarray, *, skip_diagonal: bool = False) -> float:
    """Sum of k over all pairs, a block of rows at a time."""
    total = 0.0
    for start in range(0, len(x), _BLOCK):
        kernel = x[start : start + _BLOCK] @ y.T  # (block, len(y))
        kernel /= x.shape[1]
        kernel += 1
        kernel *= kernel * kernel
        if skip_diagonal:
            rows = np.arange(len(kernel))
            kernel[rows, start + rows] = 0
        total += float(kernel.sum())
    return total
