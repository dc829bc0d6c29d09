import numpy as np
import pytest

from gencore.metrics import distinct_n, overlap_n


def test_distinct_n_counts_by_hand():
    texts = ["abcabc", "abd"]  # ab bc ca ab bc, ab bd
    assert distinct_n(texts, 2) == 4 / 7
    assert distinct_n(texts, 3) == 4 / 5  # abc bca cab abc, abd
    assert distinct_n(texts, 1) == 4 / 9


def test_n_grams_do_not_reach_from_one_text_into_the_next():
    assert distinct_n(["ab", "ab"], 2) == 1 / 2
    assert overlap_n(["ba"], ["ab", "ab"], 2) == 0


def test_a_parrot_is_near_zero_and_a_text_without_repetition_is_one():
    assert distinct_n(["a" * 1001], 1) == 1 / 1001
    assert distinct_n([list(range(500))], 4) == 1


def test_longer_texts_of_one_kind_repeat_themselves_more():
    rng = np.random.default_rng(0)
    text = rng.integers(0, 5, 4000).tolist()
    assert distinct_n([text[:100]], 3) > distinct_n([text[:1000]], 3) > distinct_n([text], 3)


def test_overlap_n_is_one_for_a_copy_and_counts_repetitions():
    assert overlap_n(["some text"], ["more", "some text, and more"], 5) == 1
    assert overlap_n(["aab"], ["a"], 1) == 2 / 3
    assert overlap_n([["a", "b", "c"]], [["b", "c", "d"]], 2) == 1 / 2


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: distinct_n(["abc"], 0), "n is 0"),
        (lambda: distinct_n(["abc", "de"], 4), "texts holds no text of 4 tokens or more"),
        (lambda: distinct_n("abc", 2), "texts is one string; give a list of texts"),
        (lambda: overlap_n(["abc"], ["a"], 2), "reference holds no text of 2 tokens"),
        (lambda: overlap_n(["abc"], "abc", 2), "reference is one string"),
    ],
)
def test_wrong_input_says_what_is_wrong(call, message):
    with pytest.raises(ValueError, match=message):
        call()
