"""Perplexity, bits per byte and per dimension: units, weights of unequal batches, overflow and bad input."""

import math

import jax.numpy as jnp
import numpy as np
import pytest

from gencore.metrics import bits_per_byte, bits_per_dimension, perplexity, text_scores


@pytest.mark.parametrize("choices", [1, 2, 27, 50_000])
def test_guessing_among_equal_choices_has_their_number_as_perplexity(choices):
    assert perplexity(123 * math.log(choices), 123) == pytest.approx(choices, rel=1e-12)


def test_it_takes_any_kind_of_number():
    expected = perplexity(6.0, 3)
    assert perplexity(6, 3) == perplexity(np.float32(6), 3) == perplexity(jnp.asarray(6.0), 3) == expected


def test_pitfall_the_mean_of_the_batches_means():
    long, short = np.full(900, 1.0), np.full(100, 3.0)  # nats of each token
    right = perplexity(long.sum() + short.sum(), 1000)
    mean_of_means = math.exp((long.mean() + short.mean()) / 2)
    mean_of_perplexities = (math.exp(long.mean()) + math.exp(short.mean())) / 2
    assert right == pytest.approx(math.exp(1.2))
    assert mean_of_means > 2 * right
    assert mean_of_perplexities > 3 * right


def test_pitfall_softmax_then_log_is_infinite():
    # one logit is 200 below the other: in float32 its probability is zero, its log-likelihood is not
    logits = np.array([0.0, -200.0], dtype=np.float32)
    with np.errstate(divide="ignore", under="ignore"):
        wrong = -np.log(np.exp(logits) / np.exp(logits).sum())[1]
    assert np.isinf(wrong)
    nll = np.logaddexp.reduce(logits.astype(np.float64)) - logits[1]
    assert perplexity(nll, 1) == pytest.approx(math.exp(200), rel=1e-12)


def test_beyond_the_largest_float_it_is_infinite():
    assert perplexity(709.0, 1) == pytest.approx(math.exp(709))
    assert perplexity(710.0, 1) == math.inf
    assert perplexity(math.inf, 10) == math.inf


@pytest.mark.parametrize(
    ("nll", "count", "message"),
    [
        (math.nan, 1, "nll_total is nan"),
        (-1.0, 1, "nll_total is -1.0; the negative log-likelihood of tokens is 0 or more"),
        (np.ones(3), 3, r"nll_total has shape \(3,\); pass one number, the sum over all tokens"),
        (1.0, 0, "count is 0; it must be a whole number, 1 or more"),
        (1.0, 2.5, "count is 2.5"),
    ],
)
def test_bad_perplexity_input_is_named(nll, count, message):
    with pytest.raises(ValueError, match=message):
        perplexity(nll, count)


def test_fair_coins_cost_one_bit_each():
    assert bits_per_dimension(np.full(5, 784 * math.log(2)), 784) == pytest.approx(1, rel=1e-12)


def test_bits_are_the_mean_over_the_examples():
    assert bits_per_dimension(jnp.array([0.0, 2.0, 4.0]), 2) == pytest.approx(1 / math.log(2), rel=1e-6)
    assert bits_per_dimension(2.0, 2) == bits_per_dimension(2, 2) == pytest.approx(1 / math.log(2))


def test_counting_gray_levels_to_255_costs_eight_bits_more():
    # the density of 256 u is that of u divided by 256, in each dimension
    nll, d = -300.0, 784
    more = bits_per_dimension(nll + d * math.log(256), d) - bits_per_dimension(nll, d)
    assert more == pytest.approx(8, rel=1e-12)
    assert bits_per_dimension(nll, d) < 0


@pytest.mark.parametrize(
    ("nll", "dimensions", "message"),
    [
        (np.array([1.0, np.nan]), 2, "nll holds 1 values of 2 that are NaN"),
        (np.zeros(0), 2, r"nll has shape \(0,\)"),
        (1.0, 0, "dimensions is 0"),
    ],
)
def test_bad_bits_input_is_named(nll, dimensions, message):
    with pytest.raises(ValueError, match=message):
        bits_per_dimension(nll, dimensions)


def test_evenly_drawn_bytes_cost_eight_bits_whatever_the_tokens():
    text = "né, 日本語"
    size = len(text.encode())
    assert bits_per_byte(size * math.log(256), text) == pytest.approx(8, rel=1e-12)
    scores = [text_scores(size * math.log(256), text, tokens).bits_per_byte for tokens in (1, 5, size)]
    assert scores == [bits_per_byte(size * math.log(256), text)] * 3


def test_one_likelihood_has_a_perplexity_for_every_unit():
    text = "to be or not to be\nthat  is"
    scores = text_scores(60.0, text, 9)
    assert scores.per_character == perplexity(60.0, 27)
    assert scores.per_token == perplexity(60.0, 9)
    assert scores.per_word == perplexity(60.0, 8)
    assert scores.per_word == pytest.approx(scores.per_character ** (27 / 8))
    assert scores.per_character == pytest.approx(2**scores.bits_per_byte)  # one byte each


def test_bad_text_is_named():
    with pytest.raises(ValueError, match="text is empty"):
        bits_per_byte(1.0, "")
    with pytest.raises(ValueError, match="without a word"):
        text_scores(1.0, " \n", 2)
    with pytest.raises(ValueError, match=r"nll_total is -1\.0"):
        bits_per_byte(-1.0, "a")
