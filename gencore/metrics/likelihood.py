r"""Likelihoods in the units people compare: perplexity for text, bits per dimension for images."""

import math
from typing import SupportsFloat, SupportsInt

import numpy as np

from gencore.metrics._checks import as_float64, at_least
from gencore.types import PerExample


def perplexity(nll_total: SupportsFloat, count: SupportsInt) -> float:
    r"""Perplexity of a text: the exponential of the negative log-likelihood per token.

    .. math::
        \mathrm{PPL} = \exp \Bigl( - \frac{1}{T} \sum_{t=1}^{T} \log p(x_t | x_{<t}) \Bigr)

    It takes the **total** and the number of tokens, both over the whole text. The mean of the batches' means
    is another number as soon as one batch is shorter, and the mean of their perplexities is larger still.

    Above 709.78 nats per token the exponential is larger than any float: the perplexity is then infinite, as
    it is for a text to which the model gives probability zero.

    Args:
        nll_total: negative log-likelihood of all tokens together, in nats; 0 or more, infinity allowed.
        count: how many tokens that was, at least 1.

    Returns:
        The perplexity, 1 or more: the number of equally likely tokens that would be as hard to guess.

    Raises:
        ValueError: ``nll_total`` is not one number, is negative or NaN, or ``count`` is not a positive whole
            number.

    Example:
        >>> round(perplexity(100 * np.log(27), 100), 6)  # 100 letters, each one of 27 by chance
        27.0
    """
    total = np.asarray(nll_total, dtype=np.float64)
    if total.size != 1:
        raise ValueError(f"nll_total has shape {total.shape}; pass one number, the sum over all tokens")
    nll = total.item()
    if not nll >= 0:
        raise ValueError(f"nll_total is {nll}; the negative log-likelihood of tokens is 0 or more")
    per_token = nll / at_least("count", count, 1)
    try:
        return math.exp(per_token)
    except OverflowError:
        return math.inf


def bits_per_dimension(nll: PerExample | SupportsFloat, dimensions: int) -> float:
    r"""Negative log-likelihood in bits, for one dimension (one pixel) of one example.

    .. math::
        \mathrm{bpd} = \frac{1}{N} \sum_{i=1}^{N} \frac{- \log p(x_i)}{D \log 2}

    For a density it depends on the unit of a pixel, and may be negative: gray levels counted from 0 to 255
    give 8 bits more than the same gray levels scaled to [0, 1].

    Args:
        nll: negative log-likelihood of each example, in nats, shape (examples,); or one number.
        dimensions: how many numbers an example holds, 784 for a digit; at least 1.

    Returns:
        The mean over the examples, in bits per dimension.

    Raises:
        ValueError: ``nll`` is empty or not finite, or ``dimensions`` is not a positive whole number.

    Example:
        >>> round(bits_per_dimension(784 * np.log(2), 784), 6)  # one fair coin a pixel
        1.0

    Reference:
        Theis et al. 2016, sec. 3.1.
    """
    values = as_float64("nll", np.asarray(nll, dtype=np.float64))
    if values.ndim > 1 or values.size == 0:
        raise ValueError(f"nll has shape {values.shape}; pass one number for each example")
    return float(values.mean()) / (at_least("dimensions", dimensions, 1) * math.log(2))
