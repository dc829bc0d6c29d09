"""The GPT: no look into the future, a cache that changes nothing, and a start that knows nothing."""

import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

from gencore.losses import cross_entropy
from gencore.metrics import perplexity
from gencore.models import GPT

TOKENS = np.random.default_rng(0).integers(0, 11, (3, 12))
POSITIONS = pytest.mark.parametrize("rotary", [True, False], ids=["rotary", "learned"])


def make(**options) -> GPT:
    """A small model whose weights are large enough to matter."""
    model = GPT(11, 12, 16, 2, 4, rngs=nnx.Rngs(0), **options)
    nnx.update(model, jax.tree.map(lambda w: 8 * w if w.ndim > 1 else w, nnx.state(model, nnx.Param)))
    return model


@POSITIONS
def test_no_future_token_changes_a_past_logit(rotary):
    model, before = make(rotary=rotary), np.asarray(make(rotary=rotary)(TOKENS))
    for changed in range(12):
        tokens = np.array(TOKENS)
        tokens[:, changed] = (tokens[:, changed] + 1) % 11
        after = np.asarray(model(tokens))
        np.testing.assert_array_equal(after[:, :changed], before[:, :changed])
        assert (np.abs(after[:, changed:] - before[:, changed:]).max(-1) > 1e-6).all()


def test_without_the_mask_the_future_leaks():
    model = make(causal=False)
    tokens = np.array(TOKENS)
    tokens[:, -1] = (tokens[:, -1] + 1) % 11
    assert np.abs(np.asarray(model(tokens) - model(TOKENS)))[:, 0].max() > 1e-3


@POSITIONS
@pytest.mark.parametrize("first", [1, 5, 12])
def test_the_cache_gives_the_same_logits(rotary, first):
    """Some tokens at once, then one by one, as in writing."""
    model = make(rotary=rotary)
    logits, cache = model.extend(TOKENS[:, :first], model.empty_cache(3))
    parts = [logits]
    for t in range(first, 12):
        logits, cache = model.extend(TOKENS[:, t : t + 1], cache)
        parts.append(logits)
    assert int(cache.length) == 12
    np.testing.assert_allclose(np.concatenate(parts, axis=1), model(TOKENS), atol=2e-5)


def test_the_order_of_the_tokens_matters():
    swapped = np.array(TOKENS)
    swapped[:, [0, 1]] = swapped[:, [1, 0]]
    for rotary in (True, False):
        model = make(rotary=rotary)
        assert np.abs(np.asarray(model(swapped) - model(TOKENS)))[:, -1].max() > 1e-3


def test_attention_maps_are_averages_of_the_past():
    maps = np.asarray(make(rotary=True).attention_maps(TOKENS))
    assert maps.shape == (2, 3, 4, 12, 12)
    np.testing.assert_allclose(maps.sum(-1), 1, atol=1e-5)
    assert (maps[..., ~np.tril(np.ones((12, 12), bool))] == 0).all()


@POSITIONS
def test_an_untrained_model_guesses_among_all_tokens(rotary):
    """The loss at the start is the logarithm of the vocabulary; the perplexity of equal logits is exactly its size."""
    model = GPT(65, 32, 64, 4, 4, rotary=rotary, rngs=nnx.Rngs(0))
    tokens = np.random.default_rng(1).integers(0, 65, (8, 33))
    nll = np.asarray(cross_entropy(model(tokens[:, :-1]), tokens[:, 1:]), float)
    assert nll.mean() == pytest.approx(math.log(65), abs=0.1)
    equal = np.asarray(cross_entropy(jnp.zeros((8, 32, 65)), tokens[:, 1:]), float)
    assert perplexity(equal.sum(), equal.size) == pytest.approx(65, rel=1e-5)


@pytest.mark.parametrize("bias", [True, False])
def test_parameters_are_counted_by_hand(bias):
    V, T, C, L = 65, 32, 64, 3
    for rotary in (True, False):
        model = GPT(V, T, C, L, 4, rotary=rotary, bias=bias, rngs=nnx.Rngs(0))
        found = sum(w.size for w in jax.tree.leaves(nnx.state(model, nnx.Param)))
        matrices = V * C + (0 if rotary else T * C) + L * 12 * C * C
        norms = (2 * L + 1) * C
        assert found == matrices + norms + bias * (norms + L * 9 * C)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"vocab_size": 0}, "vocab_size is 0; choose 1 or more"),
        ({"context": 1}, "context is 1; choose 2 or more"),
        ({"layers": 0}, "layers is 0; choose 1 or more"),
        ({"heads": 5}, "width is 16 and heads 5"),
    ],
)
def test_bad_sizes_are_named(options, message):
    with pytest.raises(ValueError, match=message):
        GPT(**{"vocab_size": 5, "width": 16, **options}, rngs=nnx.Rngs(0))


def test_a_full_cache_takes_no_more():
    model = make()
    _, cache = model.extend(TOKENS[:, :10], model.empty_cache(3))
    with pytest.raises(ValueError, match="10 tokens are read and 3 more do not fit the context of 12"):
        model.extend(TOKENS[:, :3], cache)


def test_a_text_beyond_the_context_is_refused():
    with pytest.raises(ValueError, match="tokens has 13 tokens in a row; the model reads at most 12"):
        make()(np.zeros((1, 13), int))
