r"""The Inception score: are the samples sure of their class, and are all the classes there?"""

from typing import NamedTuple

import numpy as np
from scipy.special import rel_entr

from gencore.metrics._checks import as_features, at_least
from gencore.types import Features


class InceptionScore(NamedTuple):
    """Mean and spread of the score over the splits.

    Attributes:
        mean: the score, between 1 and the number of classes.
        std: standard deviation over the splits (not an interval for the mean); 0 with one split.
    """

    mean: float
    std: float


def inception_score(probabilities: Features, *, splits: int = 1, seed: int = 0) -> InceptionScore:
    r"""Exponential of the mean divergence of a sample's class probabilities from their average.

    .. math::
        \mathrm{IS} = \exp \Bigl( \frac{1}{N} \sum_{i=1}^{N}
            \mathrm{KL} \bigl( p(y | x_i) \,\Vert\, p(y) \bigr) \Bigr),
        \qquad p(y) = \frac{1}{N} \sum_{i=1}^{N} p(y | x_i)

    It lies between 1 and the number of classes :math:`K`. A probability of exactly zero adds nothing, as
    :math:`p \log p \to 0`.

    With several splits each is scored against its own average, and the mean of the scores is returned. The
    rows are shuffled first: samples in the order of their classes would put one class in each split and score
    1. Small splits score lower than large ones, so the default is one.

    Args:
        probabilities: class probabilities, shape (samples, classes). Each row sums to 1 within 0.001, and is
            scaled to sum to 1.
        splits: number of equal parts (within one row) to score apart, at most one per sample.
        seed: seed of the shuffle, which only matters for more than one split.

    Returns:
        The mean and the standard deviation over the splits.

    Raises:
        ValueError: values that are negative or not finite, rows that do not sum to 1, or more splits than
            samples.

    Example:
        >>> inception_score(np.eye(4)).mean  # four samples, each sure of another class
        4.0
        >>> inception_score(np.full((4, 4), 0.25)).mean  # four samples, none sure of anything
        1.0

    Reference:
        Salimans et al. 2016, sec. 4; Barratt and Sharma 2018 on the splits.
    """
    p = as_features("probabilities", probabilities, least=1)
    if (p < 0).any():
        raise ValueError(
            f"probabilities holds {p.min():.3g}; pass probabilities, for example a softmax, not logits"
        )
    sums = p.sum(axis=1, keepdims=True)
    worst = sums.flat[np.argmax(np.abs(sums - 1))]
    if abs(worst - 1) > 1e-3:
        raise ValueError(f"probabilities has a row that sums to {worst:.6g}; each row must sum to 1")
    if at_least("splits", splits, 1) > len(p):
        raise ValueError(f"splits is {splits}, but there are only {len(p)} samples; use fewer splits")
    p = p / sums
    if splits > 1:
        p = np.random.default_rng(seed).permutation(p)
    scores = [
        np.exp(rel_entr(part, part.mean(axis=0)).sum(axis=1).mean()) for part in np.array_split(p, splits)
    ]
    return InceptionScore(float(np.mean(scores)), float(np.std(scores)))
