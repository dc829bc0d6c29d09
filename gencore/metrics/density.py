r"""What an honest density estimate costs: samples against dimensions, for a case in which all of it is known.

The case: draw :math:`n` points from :math:`\mathcal N(0, I)` in :math:`d` dimensions, put a Gaussian bump of width
:math:`h` on each, and read the mean of the bumps off at the origin. The estimate :math:`\hat p(0)` has a known mean and
a known variance at every :math:`n`, so nothing here is asymptotic.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy.optimize import minimize_scalar

from gencore.metrics._checks import at_least
from gencore.types import AnyArray

__all__ = ["SamplesNeeded", "kernel_density_error", "kernel_density_samples", "samples_for_error"]


class SamplesNeeded(NamedTuple):
    """What a kernel density estimate asks for.

    Attributes:
        log10_n: Logarithm to base 10 of the number of samples; the number itself may be beyond any float.
        bandwidth: The width of the bumps that needs the fewest, in standard deviations of the data.
    """

    log10_n: float
    bandwidth: float


def kernel_density_error(n: float, d: int, bandwidth: float) -> float:
    r"""Expected squared relative error of a kernel density estimate of :math:`\mathcal N(0, I)` at its center.

    .. math::
        \mathbb E \left(\frac{\hat p(0)}{p(0)} - 1\right)^2 =
            \underbrace{\left((1 + h^2)^{-d/2} - 1\right)^2}_{\text{bias}^2} +
            \underbrace{\tfrac 1n \left((h^2 (2 + h^2))^{-d/2} - (1 + h^2)^{-d}\right)}_{\text{variance}}

    Wide bumps smear the peak, narrow ones are rarely hit. No width avoids both.

    Args:
        n: Number of samples, positive.
        d: Dimensions, at least 1.
        bandwidth: Standard deviation :math:`h` of a bump, positive.

    Returns:
        The expected squared error, as a share of the squared density.

    Raises:
        ValueError: An argument is out of its range.

    Example:
        >>> round(kernel_density_error(67, 3, kernel_density_samples(3).bandwidth), 2)
        0.1

    Reference:
        Integrals of products of Gaussians; the case is that of Silverman 1986, sec. 4.5.
    """
    d = at_least("d", d, 1)
    if not (n > 0 and bandwidth > 0):
        raise ValueError(f"n is {n} and bandwidth {bandwidth}; both must be positive")
    log_variance, squared_bias = _parts(d, bandwidth)
    return float(squared_bias + np.exp(log_variance - np.log(n)))


def kernel_density_samples(d: int, *, error: float = 0.1) -> SamplesNeeded:
    r"""Fewest samples with which :func:`kernel_density_error` falls to ``error``, over all bandwidths.

    Args:
        d: Dimensions, at least 1.
        error: The expected squared relative error that is allowed, above 0 and below 1. The default, 0.1, is an error
            of about 32 %.

    Returns:
        The number of samples, as a logarithm, and the best bandwidth.

    Raises:
        ValueError: An argument is out of its range.

    Example:
        >>> [int(np.ceil(10 ** kernel_density_samples(d).log10_n)) for d in (2, 3, 4)]
        [19, 67, 223]

    Reference:
        Silverman 1986, table 4.2.
    """
    d = at_least("d", d, 1)
    if not 0 < error < 1:
        raise ValueError(f"error is {error}; choose a number between 0 and 1")
    widest = np.sqrt(
        np.expm1(-2 / d * np.log1p(-np.sqrt(error)))
    )  # here the bias alone is as large as the error

    def log_n(share: float) -> float:
        log_variance, squared_bias = _parts(d, share * widest)
        return float(log_variance - np.log(error - squared_bias))

    best = minimize_scalar(log_n, bounds=(1e-3, 1 - 1e-9), method="bounded", options={"xatol": 1e-9})
    return SamplesNeeded(float(best.fun / np.log(10)), float(best.x * widest))


def samples_for_error(
    counts: AnyArray | Sequence[float], errors: AnyArray | Sequence[float], target: float
) -> float:
    r"""Read off how many samples bring a measured error down to a target.

    A bias that stays and a variance that shrinks, :math:`a + b / n`, are fitted to the errors, weighted by
    their size.

    Args:
        counts: Numbers of samples, at least two different ones, positive.
        errors: The error measured at each, positive, falling on the whole.
        target: The error wanted. It must lie between the errors measured, so that nothing is extrapolated.

    Returns:
        The number of samples.

    Raises:
        ValueError: The two do not fit together, or the target lies outside the errors.

    Example:
        >>> round(samples_for_error([100, 400], [0.2, 0.05], 0.1))
        200
    """
    n, e = np.asarray(counts, np.float64), np.asarray(errors, np.float64)
    if n.shape != e.shape or n.ndim != 1 or len(np.unique(n)) < 2 or not (min(n.min(), e.min()) > 0):
        raise ValueError(
            f"counts and errors must be positive and pair up, two or more; got {counts}, {errors}"
        )
    if not e.min() <= target <= e.max():
        raise ValueError(
            f"target is {target}, the errors run from {e.min():.3g} to {e.max():.3g}; measure more"
        )
    (bias, variance), *_ = np.linalg.lstsq(
        np.stack([1 / e, 1 / (n * e)], axis=1), np.ones(len(n)), rcond=None
    )
    return float(variance / (target - bias))


def _parts(d: int, h: float) -> tuple[float, float]:
    """Logarithm of the variance of one bump, and the squared bias; both relative to the density."""
    log_second, log_mean = -d / 2 * np.log(h**2 * (2 + h**2)), -d / 2 * np.log1p(h**2)
    return float(log_second + np.log1p(-np.exp(2 * log_mean - log_second))), float(np.expm1(log_mean) ** 2)
