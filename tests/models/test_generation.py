"""Writing: knobs against a plain reading of their papers, one seed one text, windows that slide, few compilations."""

import logging

import jax
import numpy as np
import pytest
from flax import nnx

from gencore.data import Characters
from gencore.losses import cross_entropy
from gencore.models import GPT, generate, next_token_distribution, token_nll, write

LOGITS = np.random.default_rng(0).normal(0, 2, (50, 30)).astype("f")


def make(**options) -> GPT:
    """A small model whose weights are large enough for unequal probabilities."""
    model = GPT(
        **{"vocab_size": 11, "context": 12, "width": 16, "layers": 2, "heads": 4} | options, rngs=nnx.Rngs(0)
    )
    nnx.update(model, jax.tree.map(lambda w: 8 * w if w.ndim > 1 else w, nnx.state(model, nnx.Param)))
    return model


MODEL = make(rotary=True)
START = np.array([[3]])


@nnx.jit
def logits_of_whole_window(model, tokens):
    return model(tokens)


def logits(model, tokens):
    """The logits of shorter texts, too, and one program for all of them: what comes after a token does not matter."""
    padded = np.zeros((len(tokens), model.context), np.int32)
    padded[:, : tokens.shape[1]] = tokens
    return np.asarray(logits_of_whole_window(model, padded))[:, : tokens.shape[1]]


def plain(scores, temperature=1.0, top_k=None, top_p=None):
    """One row after another, token after token, in float64."""
    rows = []
    for row in scores.astype(float):
        p = np.exp((row - row.max()) / temperature)
        p /= p.sum()
        order = np.argsort(-p)
        kept = list(order if top_k is None else order[:top_k])
        if top_p is not None:
            q, total, nucleus = p / p[kept].sum(), 0.0, []
            for token in kept:
                nucleus.append(token)
                total += q[token]
                if total >= top_p:
                    break
            kept = nucleus
        out = np.zeros_like(p)
        out[kept] = p[kept] / p[kept].sum()
        rows.append(out)
    return np.array(rows)


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.0])
@pytest.mark.parametrize("top_k", [None, 1, 5, 100])
@pytest.mark.parametrize("top_p", [None, 0.1, 0.7, 0.95])
def test_the_knobs_are_a_plain_reading_of_the_papers(temperature, top_k, top_p):
    knobs = {"temperature": temperature, "top_k": top_k, "top_p": top_p}
    found = np.exp(next_token_distribution(LOGITS, **knobs))
    np.testing.assert_allclose(found, plain(LOGITS, **knobs), atol=1e-6)


def test_all_probability_keeps_all_tokens():
    np.testing.assert_allclose(np.exp(next_token_distribution(LOGITS, top_p=1.0)), plain(LOGITS), atol=1e-6)


def test_no_temperature_takes_the_best_and_ties_share():
    found = np.exp(next_token_distribution(np.array([1.0, 3.0, 3.0], "f"), temperature=0.0))
    np.testing.assert_allclose(found, [0, 0.5, 0.5])


def test_large_logits_and_small_temperatures_stay_finite():
    found = np.exp(next_token_distribution(np.array([1e4, -1e4, 9e3], "f"), temperature=1e-3, top_p=0.9))
    np.testing.assert_allclose(found, [1, 0, 0])


@pytest.mark.parametrize("knobs", [{}, {"top_k": 4}, {"top_p": 0.8}, {"temperature": 0.7}], ids=str)
def test_one_seed_one_text_on_any_batch_size(knobs):
    """Bit by bit, far past the window; and rows are not copies of each other."""
    texts = {b: generate(MODEL, np.repeat(START, b, 0), 100, seed=5, **knobs) for b in (1, 3, 21)}
    for batch, text in texts.items():
        np.testing.assert_array_equal(text, texts[21][:batch])
    assert len(np.unique(texts[21], axis=0)) == 21
    assert not np.array_equal(generate(MODEL, START, 100, seed=6, **knobs), texts[1])


def test_other_rows_do_not_matter():
    prompts = np.array([[1, 2], [3, 4], [5, 6]])
    np.testing.assert_array_equal(generate(MODEL, prompts, 30)[:1], generate(MODEL, prompts[:1], 30))


def test_a_longer_text_begins_like_a_short_one():
    np.testing.assert_array_equal(generate(MODEL, START, 100)[:, :25], generate(MODEL, START, 25))


@pytest.mark.parametrize("rotary", [True, False], ids=["rotary", "learned"])
@pytest.mark.parametrize("start", [1, 6, 12, 15])
def test_the_window_forgets_its_first_half(rotary, start):
    """Greedy writing against a loop that reads everything again for each token."""
    model = make(rotary=rotary)
    prompt = np.random.default_rng(start).integers(0, 11, (2, start))
    seen = prompt
    if start >= model.context:
        seen = seen[:, -6:]
    expected = []
    for _ in range(40):
        token = logits(model, seen)[:, -1].argmax(-1)
        expected.append(token)
        seen = np.concatenate([seen, token[:, None]], axis=1)
        if seen.shape[1] == model.context:
            seen = seen[:, -6:]
    np.testing.assert_array_equal(generate(model, prompt, 40, temperature=0.0), np.stack(expected, 1))


def test_draws_have_the_models_probabilities():
    texts = generate(MODEL, np.repeat(START, 4000, 0), 1)
    p = np.exp(next_token_distribution(logits(MODEL, START)[0, -1]))
    shares = np.bincount(texts[:, 0], minlength=11) / 4000
    assert (np.abs(shares - p) < 5 * np.sqrt(p * (1 - p) / 4000) + 1e-9).all()


def test_nothing_is_compiled_for_another_text_seed_or_knob(caplog):
    model = make(rotary=True)
    with jax.log_compiles(), caplog.at_level(logging.WARNING, logger="jax"):

        def compiled() -> list[str]:
            return [r.getMessage() for r in caplog.records if "Finished XLA compilation" in r.getMessage()]

        before = len(compiled())
        generate(model, np.repeat(START, 2, 0), 33, seed=1, temperature=0.5, top_k=3, top_p=0.9)
        first = len(compiled())
        assert first > before, "nothing was counted: the message that this test looks for has changed"
        nnx.update(model, jax.tree.map(lambda w: 2 * w, nnx.state(model, nnx.Param)))
        seen = len(compiled())
        generate(model, np.repeat(START + 1, 2, 0), 33, seed=2, temperature=1.5, top_k=2, top_p=0.4)
        assert compiled()[seen:] == []


def test_write_is_generate_between_two_translations():
    letters = Characters("abcdefghijk")
    texts = write(MODEL, letters, "d", 20, copies=3, seed=5)
    tokens = generate(MODEL, np.repeat(START, 3, 0), 20, seed=5)
    assert [letters.encode(text).tolist() for text in texts] == tokens.tolist()


@pytest.mark.parametrize("time", [2, 12, 13, 14, 100])
@pytest.mark.parametrize("batch_size", [1, 3, 64])
def test_each_token_is_predicted_once(time, batch_size):
    tokens = np.random.default_rng(0).integers(0, 11, time)
    expected = np.concatenate(
        [
            np.asarray(cross_entropy(logits(MODEL, tokens[None, i : i + 12]), tokens[None, i + 1 : i + 13]))[
                0
            ]
            for i in range(0, time - 1, 12)
            if len(tokens[i + 1 : i + 13]) == len(tokens[i : i + 12])
        ]
        or [np.zeros(0)]
    )
    found = token_nll(MODEL, tokens, batch_size=batch_size)
    assert found.shape == (time - 1,) and found.dtype == np.float64
    np.testing.assert_allclose(found[: len(expected)], expected, atol=1e-5)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"n": 0}, "n is 0; write at least 1 token"),
        ({"temperature": -1.0}, "temperature is -1.0; choose 0 or more"),
        ({"top_k": 0}, "top_k is 0; keep at least 1 token"),
        ({"top_p": 0.0}, "top_p is 0.0; choose a probability"),
        ({"prompt": np.zeros((1, 0), int)}, r"prompt has shape \(1, 0\)"),
        ({"prompt": np.array([[11]])}, "prompt holds tokens from 11 to 11; the model knows 0 to 10"),
    ],
)
def test_bad_wishes_are_named(options, message):
    with pytest.raises(ValueError, match=message):
        generate(MODEL, **{"prompt": START, "n": 3} | options)


@pytest.mark.parametrize("stride", [1, 5, 11])
def test_overlapping_windows_look_further_back(stride):
    """Each token against the model's own logit at the last places of its window."""
    tokens = np.random.default_rng(1).integers(0, 11, 40)
    found = token_nll(MODEL, tokens, stride=stride, batch_size=7)
    for target in range(1, 40):
        window = max(0, -(-(target - 12) // stride))  # the first window that holds it
        seen = tokens[window * stride : target]
        nll = cross_entropy(logits(MODEL, seen[None])[:, -1], tokens[target : target + 1])[0]
        assert found[target - 1] == pytest.approx(float(nll), abs=1e-5), target
    with pytest.raises(ValueError, match="stride is 13; choose 1 to 12, the context"):
        token_nll(MODEL, tokens, stride=13)


def test_a_single_token_has_nothing_before_it():
    with pytest.raises(ValueError, match="tokens has 1 tokens"):
        token_nll(MODEL, np.zeros(1, int))
