"""Tokenizers give back every text, and name what they do not know."""

import numpy as np
import pytest

from gencore.data import BPE, Bytes, Characters, load_text, split_text, windows
from gencore.types import Tokenizer

TEXT = load_text("embedded")[:50_000]
STRANGE = "né 𝄞 日本語\r\n\ttab  two  spaces\n\n\nend "
TOKENIZERS = {"characters": Characters(TEXT + STRANGE), "bytes": Bytes(), "bpe": BPE(TEXT, 600)}
EACH = pytest.mark.parametrize("tokenizer", TOKENIZERS.values(), ids=TOKENIZERS)


@EACH
@pytest.mark.parametrize(
    "text", [TEXT, STRANGE, "", " ", "\n"], ids=["english", "strange", "", "space", "line"]
)
def test_any_text_comes_back(tokenizer, text):
    tokens = tokenizer.encode(text)
    assert tokens.dtype == np.int32 and tokens.ndim == 1
    assert tokenizer.decode(tokens) == text
    assert tokens.size == 0 or (tokens.min() >= 0 and tokens.max() < tokenizer.size)


@EACH
def test_they_keep_to_the_protocol(tokenizer):
    assert isinstance(tokenizer, Tokenizer)


@EACH
def test_a_token_that_there_is_not_is_named(tokenizer):
    with pytest.raises(ValueError, match=f"this tokenizer's are 0 to {tokenizer.size - 1}"):
        tokenizer.decode([0, tokenizer.size])
    with pytest.raises(ValueError, match="give one row of whole numbers"):
        tokenizer.decode(np.zeros((2, 2), int))


def test_characters_are_in_order_and_unknown_ones_refused():
    letters = Characters("banana")
    assert (letters.alphabet, letters.size) == ("abn", 3)
    with pytest.raises(ValueError, match="the character 'x' is not in the alphabet 'abn'"):
        letters.encode("nax")
    with pytest.raises(ValueError, match="text is empty"):
        Characters("")


def test_half_a_pair_is_refused():
    for tokenizer in (Bytes(), TOKENIZERS["bpe"]):
        with pytest.raises(ValueError, match="at 2 is half of a pair"):
            tokenizer.encode("ab\ud800")


def test_half_a_character_is_shown_as_such():
    assert Bytes().decode([110, 195]) == "n�"


def test_the_most_frequent_pair_is_merged_first():
    """By hand: "ab" occurs 4 times, then "ab" with "c" or with the space before it 3 times each, "xy" twice."""
    pieces = BPE("abc abc abc abd xy xy", 258)
    assert pieces.size == 258 and pieces.decode([256]) == "ab" and pieces.decode([257]) in ("abc", " ab")


def test_the_same_text_gives_the_same_merges():
    assert BPE(TEXT, 400).encode(TEXT).tolist() == BPE(TEXT, 400).encode(TEXT).tolist()


def test_more_tokens_make_a_text_shorter():
    lengths = [len(BPE(TEXT, size).encode(TEXT)) for size in (256, 400, 800)]
    assert lengths[0] == len(TEXT.encode()) > lengths[1] > lengths[2]
    with pytest.raises(ValueError, match="size is 255; there are 256 bytes"):
        BPE(TEXT, 255)


def test_no_token_spans_two_words():
    pieces = TOKENIZERS["bpe"]
    shown = [pieces.decode([token]) for token in np.unique(pieces.encode(TEXT))]
    assert not [piece for piece in shown if " " in piece.strip()]


def test_the_end_is_held_back():
    train, validation = split_text(TEXT, 0.25)
    assert train + validation == TEXT and len(validation) == 12_500
    for share in (0.0, 1.0, -0.1):
        with pytest.raises(ValueError, match="validation is"):
            split_text(TEXT, share)


def test_windows_follow_each_other():
    tokens = np.arange(100, dtype=np.int32)
    found = windows(tokens, 9, 4)
    assert found.dtype == np.int32 and found.shape == (23, 9)
    assert (found == np.arange(9) + 4 * np.arange(23)[:, None]).all()
    assert (windows(tokens, 10).ravel() == tokens).all()
    for options, message in (((101,), "length is 101"), ((0,), "length is 0"), ((5, 0), "stride is 0")):
        with pytest.raises(ValueError, match=message):
            windows(tokens, *options)
