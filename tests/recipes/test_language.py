"""Chapter 09's measurements: texts in units, the leak of the future, and what is written, judged."""

import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

from gencore.data import LETTERS, Characters
from gencore.metrics import perplexity
from gencore.models import GPT, NGram
from gencore.recipes.language import corpus, future_leak, judge, settings, units

TEXT = "the cat sat on the mat and the dog sat on the cat "
SIZES = {"vocab_size": 5, "context": 8, "width": 8, "layers": 2, "heads": 2}
TOKENS = jnp.arange(16).reshape(2, 8) % 5


class EveryWord:
    """A tokenizer of the tests: a token a word."""

    size = 9

    def encode(self, text: str) -> np.ndarray:
        return np.arange(len(text.split()))

    def decode(self, tokens) -> str:
        return " ".join("word" for _ in tokens)


def test_the_chapter_judges_with_a_model_that_it_counts():
    for profile in ("quick", "full"):
        chosen = settings(profile)
        assert chosen.judge_order in chosen.orders
        assert chosen.widths[-1] == chosen.gpt.width
        assert list(chosen.widths) == sorted(chosen.widths)
        assert [*chosen.steps, chosen.gpt.steps] == sorted({*chosen.steps, chosen.gpt.steps})
        assert all(width % (2 * chosen.gpt.heads) == 0 for width in chosen.widths)
        assert 1.0 in chosen.temperatures


def test_the_corpus_is_letters_and_its_parts_do_not_overlap():
    parts = corpus("embedded")
    assert set(parts.train + parts.test) == set(LETTERS)
    assert len(parts.test) == pytest.approx(len(parts.train) / 9, abs=2)


def test_a_unit_shares_the_same_nats_among_its_tokens():
    nats = 40.0
    found = units(nats, TEXT, {"letters": Characters(LETTERS), "again": EveryWord()})
    words = len(TEXT.split())
    assert found["letters"] == (27, len(TEXT), perplexity(nats, len(TEXT)))
    assert found["words"] == (7, words, perplexity(nats, words))
    assert found["again"].perplexity == found["words"].perplexity
    np.testing.assert_allclose(
        np.log(found["words"].perplexity) * words, np.log(found["letters"].perplexity) * len(TEXT)
    )


@pytest.mark.parametrize("rotary", [True, False])
def test_a_model_that_looks_back_leaks_nothing_and_one_without_a_mask_does(rotary: bool):
    model = GPT(**SIZES, rotary=rotary, rngs=nnx.Rngs(0))
    open_model = GPT(**SIZES, rotary=rotary, causal=False, rngs=nnx.Rngs(0))
    for at in (1, 4, 7):
        assert future_leak(model, TOKENS, at) == 0.0
        assert future_leak(open_model, TOKENS, at) > 1e-7


def test_the_present_is_no_leak():
    """A model that reads the token at a position may change its mind there, but not before."""
    assert future_leak(lambda tokens: jnp.eye(5)[tokens], TOKENS, at=3) == 0.0


def test_a_model_that_looks_one_ahead_leaks():
    assert future_leak(lambda tokens: jnp.eye(5)[jnp.roll(tokens, -1, axis=1)], TOKENS, at=3) == 1.0


@pytest.mark.parametrize("at", [0, 8, -1])
def test_a_position_that_leaves_no_past_or_no_future_is_refused(at: int):
    with pytest.raises(ValueError, match=f"at is {at}; choose a position from 1 to 7"):
        future_leak(GPT(**SIZES, rngs=nnx.Rngs(0)), TOKENS, at=at)


def test_a_judge_prefers_text_that_it_knows_and_sees_repetition():
    model = NGram(TEXT * 20, 4, LETTERS)
    rng = np.random.default_rng(0)
    noise = "".join(rng.choice(list(LETTERS), 200))
    own, repeated, random = (judge([text], model, TEXT) for text in (TEXT, "the cat " * 25, noise))
    assert own.perplexity < 3 < 20 < random.perplexity
    assert repeated.distinct < 0.1 < own.distinct < random.distinct
    assert own.words == 1 > random.words


def test_the_judges_perplexity_is_of_all_letters_together():
    model = NGram(TEXT, 2, LETTERS)
    texts = ["the cat sat", "on the mat and so on"]
    nats = sum(model.nll(text).sum() for text in texts)
    assert judge(texts, model, TEXT).perplexity == pytest.approx(perplexity(nats, sum(map(len, texts))))


def test_cut_words_at_the_ends_are_not_counted():
    model = NGram(TEXT, 2, LETTERS)
    assert judge(["xyz the cat xyz"], model, TEXT).words == 1
    assert judge(["the xyz cat the"], model, TEXT).words == 0.5
