r"""The n-gram model: guess the next token from the few before it, by counting."""

from collections import Counter
from collections.abc import Sequence

import numpy as np

__all__ = ["NGram"]


class NGram:
    r"""A model of order :math:`n` that predicts a token from the :math:`n - 1` before it.

    With :math:`c(h, w)` the number of times that token :math:`w` followed the context :math:`h`, with
    :math:`c(h)` the sum of these over :math:`w`, and with :math:`h'` the context without its first token,

    .. math::
        p(w | h) = \frac{c(h, w) + \alpha \, p(w | h')}{c(h) + \alpha}

    Below the empty context lies the uniform distribution over the :math:`V` tokens of the vocabulary. So every
    token has a probability above zero in every context, and the probabilities of a context sum to one. Order
    0 is the uniform distribution itself.

    Args:
        tokens: the text to count, as a string (its tokens are characters) or as any sequence of tokens.
        order: how many tokens a count spans, :math:`n`; 0 or more.
        vocabulary: all tokens that can occur, each once.
        alpha: weight of the shorter context, :math:`\alpha`, in counts; positive.

    Raises:
        ValueError: an argument is out of its range, or a token is not in the vocabulary.

    Example:
        >>> model = NGram("abababab", order=2, vocabulary="ab", alpha=1.0)
        >>> model.probabilities("a").round(2).tolist()  # after a comes b
        [0.1, 0.9]

    Reference:
        Shannon 1948, sec. 3 (the models); MacKay and Peto 1995 (the smoothing).
    """

    def __init__(self, tokens: Sequence, order: int, vocabulary: Sequence, *, alpha: float = 2.0):
        self.vocabulary, self.order, self.alpha = tuple(vocabulary), int(order), float(alpha)
        self.index = {token: i for i, token in enumerate(self.vocabulary)}
        if not 1 <= len(self.index) == len(self.vocabulary):
            raise ValueError("vocabulary must hold every token once, and at least one token")
        if order < 0 or not alpha > 0:
            raise ValueError(f"order is {order} and alpha {alpha}; order must be 0 or more, alpha positive")
        codes = self._encode(tokens)
        self.counts: dict[tuple[int, ...], np.ndarray] = {}
        for length in range(order):  # of the context
            for gram, count in Counter(zip(*(codes[i:] for i in range(length + 1)), strict=False)).items():
                self.counts.setdefault(gram[:-1], np.zeros(len(self.vocabulary)))[gram[-1]] += count
        self._cache: dict[tuple[int, ...], np.ndarray] = {}

    def probabilities(self, context: Sequence) -> np.ndarray:
        """Probability of each token of the vocabulary after a context, of which the last tokens count."""
        return self._after(tuple(self._encode(context)))

    def nll(self, tokens: Sequence) -> np.ndarray:
        """Negative log-likelihood of each token of a text, in nats, given those before it."""
        codes = self._encode(tokens)
        spans = (tuple(codes[max(0, i - self.order + 1) : i]) for i in range(len(codes)))
        return np.array([-np.log(self._after(h)[w]) for h, w in zip(spans, codes, strict=True)])

    def sample(self, n: int, *, seed: int = 0) -> list:
        """Draw a text of ``n`` tokens, each from its probabilities after those before it."""
        rng, codes = np.random.default_rng(seed), []
        for _ in range(n):
            p = self._after(tuple(codes[len(codes) - self.order + 1 :] if self.order > 1 else ()))
            codes.append(int(np.searchsorted(p.cumsum(), rng.random() * p.sum(), side="right")))
        return [self.vocabulary[code] for code in codes]

    def _after(self, context: tuple[int, ...]) -> np.ndarray:
        size = len(self.vocabulary)
        if self.order == 0:
            return np.full(size, 1 / size)
        context = context[max(0, len(context) - self.order + 1) :]
        if context not in self._cache:
            shorter = self._after(context[1:]) if context else np.full(size, 1 / size)
            seen = self.counts.get(context)
            p = shorter if seen is None else (seen + self.alpha * shorter) / (seen.sum() + self.alpha)
            self._cache[context] = p
        return self._cache[context]

    def _encode(self, tokens: Sequence) -> list[int]:
        try:
            return [self.index[token] for token in tokens]
        except KeyError as error:
            raise ValueError(
                f"the token {error.args[0]!r} is not in the vocabulary; add it, or replace it in the text"
            ) from None
