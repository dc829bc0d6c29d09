"""How varied written texts are, and how much of them is in another text: shares of n-grams."""

from collections.abc import Iterator, Sequence

from gencore.metrics._checks import at_least

__all__ = ["distinct_n", "overlap_n"]


def distinct_n(texts: Sequence[Sequence], n: int) -> float:
    r"""Share of the n-grams in some texts that are different ones: 1 if none comes twice, near 0 for a parrot.

    .. math:: \text{distinct-}n = \frac{\lvert \{ \text{n-grams} \} \rvert}{\text{number of n-grams}}

    It falls as texts get longer or more, so compare only sets of one size.

    Args:
        texts: Texts, as strings (their tokens are characters) or as any sequences of tokens.
        n: Tokens of an n-gram, 1 or more.

    Returns:
        The share, above 0 and at most 1.

    Raises:
        ValueError: ``n`` is no positive whole number, or every text is shorter.

    Example:
        >>> distinct_n(["abab"], 2), distinct_n([["a", "parrot"], ["a", "parrot"]], 2)
        (0.6666666666666666, 0.5)

    Reference:
        Li et al. 2016, section 5.1, with unigrams and bigrams of words.
    """
    grams = _all_ngrams("texts", texts, n)
    return len(set(grams)) / len(grams)


def overlap_n(texts: Sequence[Sequence], reference: Sequence[Sequence], n: int) -> float:
    """Share of the n-grams in some texts that a reference holds, too: 1 for a copy.

    With words and ``n`` = 1 it is the share of words that are words of the reference.

    Args:
        texts: Texts, as strings or as any sequences of tokens.
        reference: The texts to look in, of the same kind of tokens.
        n: Tokens of an n-gram, 1 or more.

    Returns:
        The share, between 0 and 1; an n-gram that comes twice counts twice.

    Raises:
        ValueError: ``n`` is no positive whole number, or every text of one side is shorter.

    Example:
        >>> overlap_n(["the cat".split()], ["the dog the end".split()], 1)
        0.5

    Reference:
        Papineni et al. 2002, section 2.1, without the limit on how often an n-gram may count.
    """
    known = set(_all_ngrams("reference", reference, n))
    grams = _all_ngrams("texts", texts, n)
    return sum(gram in known for gram in grams) / len(grams)


def _all_ngrams(name: str, texts: Sequence[Sequence], n: int) -> list[tuple]:
    if isinstance(texts, str):
        raise ValueError(f"{name} is one string; give a list of texts")
    found = [gram for text in texts for gram in _ngrams(text, at_least("n", n, 1))]
    if not found:
        raise ValueError(f"{name} holds no text of {n} tokens or more; give longer ones, or a smaller n")
    return found


def _ngrams(text: Sequence, n: int) -> Iterator[tuple]:
    return zip(*(text[i:] for i in range(n)), strict=False)
