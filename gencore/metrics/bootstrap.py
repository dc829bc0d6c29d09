r"""An interval around any metric, from the metric itself on random halves of its rows."""

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from gencore.metrics._checks import at_least


class Interval(NamedTuple):
    """A confidence interval.

    Attributes:
        low: lower end.
        high: upper end.
    """

    low: float
    high: float


def bootstrap_interval(
    metric: Callable[..., float],
    *arrays: Any,
    resamples: int = 200,
    level: float = 0.95,
    seed: int = 0,
    together: bool = False,
    debias: bool = False,
) -> Interval:
    r"""Confidence interval of a metric, from random halves of the rows.

    The textbook bootstrap draws rows **with** replacement, and so makes copies of them. Copies raise FID and
    KID, and are each other's nearest neighbors. Here each resample is one half of the rows, drawn **without**
    replacement. At that size nothing needs scaling: the mean of a random half varies around the mean of the
    whole by :math:`(2/n - 1/n) \sigma^2 = \sigma^2 / n`, just as the whole varies around the truth.

    Let :math:`\hat\theta` be the metric on all rows and :math:`\overline{\theta^*}` its mean over the halves. The
    interval is the central quantiles of the halves' values, moved as a whole so that their mean lies at

    - :math:`\hat\theta`, with ``debias=False``. The interval is for the metric **at this number of rows**: what
      other samples, as many, would give. This is the one to print beside a FID of 10,000 samples.
    - :math:`2 \hat\theta - \overline{\theta^*}`, with ``debias=True``. The interval is for the metric **with
      endless samples**. A bias of :math:`c / n`, as FID has, is :math:`2c / n` on a half, so this center is free
      of it to first order. The interval need not hold :math:`\hat\theta`, and for a FID near 0 may reach below
      0. It wants a few times more rows than features.

    For a metric without bias (MSE, KID) the two agree.

    Args:
        metric: takes as many arrays as are given and returns one number, for example ``frechet_distance``.
        arrays: each with its rows on the first axis, at least 4 rows.
        resamples: how many halves, at least 20. The ends of the interval are themselves random; more make
            them steadier.
        level: share of such intervals that should hold the true value, between 0 and 1.
        seed: seed of the halves. One seed, one interval.
        together: True if row i of every array belongs to one example (an image and its reconstruction): all
            arrays then keep the same rows. False if the arrays are separate samples (real and fake).
        debias: whether the interval is for endless samples instead of for this number of rows.

    Returns:
        The lower and the upper end.

    Raises:
        ValueError: no array, too few rows, arrays of different lengths with ``together``, a ``level`` outside
            (0, 1), too few ``resamples``, or a metric whose value is not one finite number.

    Example:
        >>> x = np.random.default_rng(0).normal(loc=5.0, size=400)
        >>> low, high = bootstrap_interval(np.mean, x)
        >>> bool(low < x.mean() < high)
        True
        >>> 0.15 < high - low < 0.25  # 2 · 1.96 / √400 = 0.196
        True

    Reference:
        Shao and Wu 1989 (the delete-d jackknife, here with halves); Chong and Forsyth 2020 (the bias of FID).
    """
    rows = [np.asarray(a) for a in arrays]
    lengths = [a.shape[0] if a.ndim else 0 for a in rows]
    if not rows or min(lengths) < 4:
        raise ValueError(f"the arrays have {lengths} rows; pass at least one array, each with 4 rows or more")
    if together and len(set(lengths)) > 1:
        raise ValueError(f"together=True needs arrays of one length; these have {lengths} rows")
    if not 0 < level < 1:
        raise ValueError(f"level is {level}; it must lie between 0 and 1, for example 0.95")
    at_least("resamples", resamples, 20)

    rng = np.random.default_rng(seed)
    whole = _one_number(metric, rows)
    halves = np.empty(resamples)
    for i in range(resamples):
        kept = [rng.permutation(n)[: n // 2] for n in (lengths[:1] if together else lengths)]
        kept = kept * len(rows) if together else kept
        halves[i] = _one_number(metric, [a[index] for a, index in zip(rows, kept, strict=True)])
    center = 2 * whole - halves.mean() if debias else whole
    low, high = np.quantile(halves, [(1 - level) / 2, (1 + level) / 2]) - halves.mean() + center
    return Interval(float(low), float(high))


def _one_number(metric: Callable[..., float], arrays: list[np.ndarray]) -> float:
    value = np.asarray(metric(*arrays))
    if value.size != 1 or not math.isfinite(value.item()):
        raise ValueError(
            f"metric returned {value}; an interval needs one finite number "
            "(for a pair of numbers, pass a function that returns one of them)"
        )
    return float(value.item())
