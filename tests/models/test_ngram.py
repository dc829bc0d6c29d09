"""The n-gram model against counts by hand, exact sums and the texts it draws."""

from itertools import pairwise

import numpy as np
import pytest

from gencore.data import LETTERS, letters_only, load_text
from gencore.metrics import perplexity
from gencore.models import NGram

TEXT = letters_only(load_text("embedded"))[:50_000]


@pytest.mark.parametrize("order", [0, 1, 2, 3, 5])
def test_probabilities_sum_to_one_in_seen_and_unseen_contexts(order: int):
    model = NGram(TEXT, order, LETTERS)
    for context in ("", "t", "th", "the ", "qqqq", "z xq"):
        p = model.probabilities(context)
        assert p.min() > 0
        assert p.sum() == pytest.approx(1, abs=1e-12)


def test_trigram_agrees_with_the_formula():
    text, alpha, words = "abracadabra", 1.5, "abcdr"

    def p(token: str, context: str) -> float:
        shorter = p(token, context[1:]) if context else 1 / len(words)
        grams = [text[i : i + len(context) + 1] for i in range(len(text) - len(context))]
        seen = sum(gram[:-1] == context for gram in grams)
        return (grams.count(context + token) + alpha * shorter) / (seen + alpha)

    model = NGram(text, 3, words, alpha=alpha)
    for context in ("ab", "ra", "cc", "br"):
        expected = [p(token, context) for token in words]
        np.testing.assert_allclose(model.probabilities(context), expected, rtol=1e-12)


def test_uniform_model_has_the_perplexity_of_its_vocabulary():
    nll = NGram("", 0, LETTERS).nll(TEXT)
    assert perplexity(nll.sum(), len(nll)) == pytest.approx(27, rel=1e-12)


def test_without_smoothing_a_unigram_reaches_the_entropy_of_its_counts():
    share = np.array([TEXT.count(letter) for letter in LETTERS]) / len(TEXT)
    entropy = -(share[share > 0] * np.log(share[share > 0])).sum()
    assert NGram(TEXT, 1, LETTERS, alpha=1e-9).nll(TEXT).mean() == pytest.approx(entropy, abs=1e-6)


def test_nll_uses_only_the_tokens_before():
    model = NGram(TEXT, 3, LETTERS)
    whole = model.nll("the cat")
    np.testing.assert_allclose(model.nll("the "), whole[:4])
    assert whole[0] == pytest.approx(-np.log(model.probabilities("")[LETTERS.index("t")]))
    assert whole[3] == pytest.approx(-np.log(model.probabilities("he")[LETTERS.index(" ")]))


def test_english_letters_carry_what_shannon_counted():
    """Shannon 1951, table of the 27-letter alphabet: 4.03 and 3.32 bits for orders 1 and 2."""
    cut = len(TEXT) * 9 // 10
    bits = [NGram(TEXT[:cut], order, LETTERS).nll(TEXT[cut:]).mean() / np.log(2) for order in (1, 2, 3)]
    assert bits[:2] == pytest.approx([4.03, 3.32], abs=0.2)
    assert bits[2] < bits[1]


def test_samples_follow_the_model():
    model = NGram("aab" * 50, 2, "ab", alpha=0.5)
    drawn = model.sample(20_000, seed=0)
    after_a = [b for a, b in pairwise(drawn) if a == "a"]
    share = after_a.count("b") / len(after_a)
    assert share == pytest.approx(model.probabilities("a")[1], abs=0.02)
    assert model.sample(50, seed=1) == model.sample(50, seed=1) != model.sample(50, seed=2)


def test_tokens_may_be_words():
    words = ["the", "cat", "saw", "the", "dog"]
    model = NGram(words, 2, sorted(set(words)))
    assert model.probabilities(["the"]).argmax() in (model.index["cat"], model.index["dog"])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"tokens": "abc", "order": 2, "vocabulary": "ab"}, "token 'c' is not in the vocabulary"),
        ({"tokens": "ab", "order": -1, "vocabulary": "ab"}, "order is -1"),
        ({"tokens": "ab", "order": 1, "vocabulary": "ab", "alpha": 0.0}, "alpha 0.0"),
        ({"tokens": "ab", "order": 1, "vocabulary": "aab"}, "every token once"),
        ({"tokens": "", "order": 1, "vocabulary": ""}, "at least one token"),
    ],
)
def test_bad_input_is_named(arguments: dict, message: str):
    with pytest.raises(ValueError, match=message):
        NGram(**arguments)
