"""Jensen-Shannon divergence, as a critic of two sets of samples sees it."""

import math
from typing import Any

import numpy as np
from jaxtyping import Float

from gencore.metrics._checks import as_float64
from gencore.types import AnyArray


def jensen_shannon_bound(
    real_logits: Float[AnyArray, " _rows"], fake_logits: Float[AnyArray, " _rows_too"]
) -> float:
    r"""How far apart two distributions are at least, from what one critic says of samples of both.

    A critic with logit :math:`\ell(x)`, so :math:`D = 1 / (1 + e^{-\ell})`, proves

    .. math::
        \mathrm{JS}(p, q) \;\ge\; \ln 2 + \tfrac12 \left( \mathbb E_{x \sim p} \ln D(x)
            + \mathbb E_{x \sim q} \ln (1 - D(x)) \right),

    which is :math:`\ln 2` minus half of the critic's loss. The bound is exact for the best critic,
    :math:`\ell(x) = \ln p(x) - \ln q(x)`: with the exact log-densities at hand, this is a Monte Carlo estimate of the
    divergence itself.

    Take fresh samples. On those that the critic was trained on, it may look better than it is. On fresh ones a critic
    that is wrong gives a negative bound: true, and of no use.

    Args:
        real_logits: The critic's logits of samples of :math:`p`, shape (rows,).
        fake_logits: Its logits of samples of :math:`q`, shape (rows too,).

    Returns:
        The bound in nats: at most :math:`\ln 2`, which two distributions have that share no point.

    Raises:
        ValueError: a set of logits is not a vector of finite numbers, or is empty.

    Example:
        >>> bool(abs(jensen_shannon_bound(np.zeros(3), np.zeros(5))) < 1e-12)  # an undecided critic proves nothing
        True
        >>> bool(np.isclose(jensen_shannon_bound(np.full(3, 40.0), np.full(5, -40.0)), np.log(2)))
        True

    Reference:
        Goodfellow et al. 2014, section 4, theorem 1.
    """
    real, fake = _logits("real_logits", real_logits), _logits("fake_logits", fake_logits)
    # -ln D = ln(1 + exp(-l)) without overflow
    return math.log(2) - 0.5 * float(np.logaddexp(0, -real).mean() + np.logaddexp(0, fake).mean())


def _logits(name: str, logits: Any) -> np.ndarray:
    array = as_float64(name, logits)
    if array.ndim != 1 or not len(array):
        raise ValueError(f"{name} has shape {array.shape}; pass a vector with one logit a sample")
    return array
