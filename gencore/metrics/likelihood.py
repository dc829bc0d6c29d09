r"""Likelihoods in the units people compare: perplexity for text, bits per dimension for images."""

import math
from typing import NamedTuple, SupportsFloat, SupportsInt

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
    per_token = _one_total(nll_total) / at_least("count", count, 1)
    try:
        return math.exp(per_token)
    except OverflowError:
        return math.inf


def _one_total(nll_total: SupportsFloat) -> float:
    total = np.asarray(nll_total, dtype=np.float64)
    if total.size != 1:
        raise ValueError(f"nll_total has shape {total.shape}; pass one number, the sum over all tokens")
    nll = total.item()
    if not nll >= 0:
        raise ValueError(f"nll_total is {nll}; the negative log-likelihood of tokens is 0 or more")
    return nll


def bits_per_byte(nll_total: SupportsFloat, text: str) -> float:
    r"""Negative log-likelihood of a text in bits, for each byte that it takes in UTF-8.

    .. math:: \mathrm{bpb} = \frac{- \log p(\text{text})}{B \log 2}

    A text has the same number :math:`B` of bytes whatever its tokens are, so this number compares models with different
    tokenizers, as perplexity per token does not. A program that packs the text by the model's guesses would need so
    many bits.

    Args:
        nll_total: negative log-likelihood of the whole text, in nats; 0 or more, infinity allowed.
        text: the text that was predicted, not empty.

    Returns:
        Bits per byte; a text of evenly drawn bytes costs 8.

    Raises:
        ValueError: ``nll_total`` is not one number, is negative or NaN, or ``text`` is empty.

    Example:
        >>> round(bits_per_byte(5 * np.log(256), "hello"), 6)
        8.0

    Reference:
        Gao et al. 2020, sec. 3.1.
    """
    count = len(text.encode("utf-8"))
    if not count:
        raise ValueError("text is empty; pass the text that was predicted")
    return _one_total(nll_total) / (count * math.log(2))


class TextScores(NamedTuple):
    """One likelihood of one text, in every unit.

    Attributes:
        per_character: perplexity per character.
        per_token: perplexity per token.
        per_word: perplexity per word, a run of anything but white space.
        bits_per_byte: bits per byte of UTF-8.
    """

    per_character: float
    per_token: float
    per_word: float
    bits_per_byte: float


def text_scores(nll_total: SupportsFloat, text: str, tokens: SupportsInt) -> TextScores:
    r"""Say one likelihood in every unit: three perplexities, and bits per byte.

    The likelihood of the text is one number; a perplexity says how it spreads over characters, tokens or words. With
    :math:`c` characters and :math:`w` words, :math:`\mathrm{PPL}_\text{word} = \mathrm{PPL}_\text{character}^{c/w}`. So
    a perplexity without its unit says nothing.

    Args:
        nll_total: negative log-likelihood of the whole text, in nats; 0 or more, infinity allowed.
        text: the text that was predicted, with at least one word.
        tokens: how many tokens it is for the model, at least 1.

    Returns:
        The four numbers. A perplexity too large for a float is infinite.

    Raises:
        ValueError: as for :func:`perplexity`, or ``text`` has no word.

    Example:
        >>> [round(score, 3) for score in text_scores(11 * np.log(2), "hello world", 2)]
        [2.0, 45.255, 45.255, 1.0]

    Reference:
        Cotterell et al. 2018, for units that compare.
    """
    words = len(text.split())
    if not words:
        raise ValueError(f"text is {text!r}, without a word; pass the text that was predicted")
    return TextScores(
        perplexity(nll_total, len(text)),
        perplexity(nll_total, tokens),
        perplexity(nll_total, words),
        bits_per_byte(nll_total, text),
    )


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
