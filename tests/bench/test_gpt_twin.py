"""PyTorch's GPT and ours do the same work: the same logits, the same gradients, the same steps, the same words."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

from bench import gpt_twin, language, twins
from bench.held import answers, in_their_layout, shaken, with_weights
from bench.turns import measure
from gencore.models import GPT, generate
from gencore.recipes import gpt
from gencore.training import gradient_step, next_token_loss

pytestmark = [pytest.mark.reference, pytest.mark.filterwarnings("ignore")]
RNG = np.random.default_rng(0)
TOKENS = RNG.integers(0, 11, (6, 9)).astype(np.int32)
KINDS = {"rotary, no bias": {"rotary": True, "bias": False}, "as GPT-2": {}}


def model(kind: str) -> GPT:
    return shaken(GPT(11, 8, 16, 2, 2, **KINDS[kind], rngs=nnx.Rngs(0)), RNG)


@pytest.mark.parametrize("kind", KINDS)
def test_the_twin_gives_our_logits_with_a_cache_and_without(torch, kind):
    ours = model(kind)
    twin, tokens = gpt_twin.gpt(ours), torch.from_numpy(TOKENS[:, :8]).long()
    expected = np.asarray(answers(ours, TOKENS[:, :8]))
    with torch.no_grad():
        np.testing.assert_allclose(twin(tokens).numpy(), expected, atol=1e-4)
        caches = twin.empty_cache(len(tokens))
        first, second = twin(tokens[:, :5], caches), twin(tokens[:, 5:6], caches, 5)
    np.testing.assert_allclose(first.numpy(), expected[:, :5], atol=1e-4)
    np.testing.assert_allclose(second.numpy(), expected[:, 5:6], atol=1e-4)


@pytest.mark.parametrize("kind", KINDS)
def test_the_twin_has_our_loss_and_our_gradients(torch, kind):
    ours = model(kind)
    network = gpt_twin.gpt(ours)
    loss = gpt_twin.loss_of(network)(torch.from_numpy(TOKENS).long())
    loss.backward()

    def own_loss(model):
        return next_token_loss(model, TOKENS, jax.random.key(0), jnp.zeros(()))[0]

    value, gradient = nnx.jit(nnx.value_and_grad(own_loss))(ours)
    np.testing.assert_allclose(value, loss.item(), rtol=1e-5)
    expected = in_their_layout(with_weights(ours, gradient), gpt_twin.gpt)
    found = {name: p.grad.numpy() for name, p in network.named_parameters()}
    assert expected.keys() == found.keys()
    for name, array in expected.items():
        assert np.abs(array).max() > 0, name
        np.testing.assert_allclose(array, found[name], atol=1e-5, err_msg=name)


@pytest.mark.parametrize("form", twins.FORMS)
def test_every_form_takes_our_steps(torch, form):
    ours, chosen = model("rotary, no bias"), gpt.settings("full")
    twin = gpt_twin.loss_of(gpt_twin.gpt(ours))
    rows = np.tile(np.arange(len(TOKENS)), (5, 1))
    gpt_twin.training(twin, TOKENS, rows, form, **language.options(chosen))()
    step, state = gradient_step(ours, next_token_loss, language.optimizer(chosen))
    for i in range(5):
        state, _ = step(state, jnp.asarray(TOKENS), jax.random.key(i))
    expected = in_their_layout(with_weights(ours, state.params), gpt_twin.gpt)
    for left, right in zip(expected.values(), twin.parameters(), strict=True):
        np.testing.assert_allclose(left, right.detach().numpy(), atol=1e-4)


@pytest.mark.parametrize("form", gpt_twin.WRITING_FORMS)
def test_both_write_the_same_words_until_the_window_is_full(torch, form):
    ours = model("rotary, no bias")
    run = gpt_twin.writing(gpt_twin.gpt(ours), TOKENS[:, :3], 5, form, temperature=0.0)
    np.testing.assert_array_equal(generate(ours, TOKENS[:, :3], 5, temperature=0.0), run().numpy())


def test_with_a_cache_both_go_on_with_half_a_window(torch):
    ours = model("rotary, no bias")
    run = gpt_twin.writing(gpt_twin.gpt(ours), TOKENS[:, :3], 40, gpt_twin.WRITING_FORMS[0], temperature=0.0)
    np.testing.assert_array_equal(generate(ours, TOKENS[:, :3], 40, temperature=0.0), run().numpy())


@pytest.mark.parametrize("form", gpt_twin.WRITING_FORMS)
def test_words_are_drawn_with_their_probabilities(torch, form):
    """Long texts of a model without a past: the share of each token is its probability."""
    torch.manual_seed(0)
    ours = GPT(5, 8, 8, 1, 1, rotary=True, rngs=nnx.Rngs(0))
    ours.token_vectors.embedding[...] = jnp.asarray(RNG.normal(size=(5, 8)), jnp.float32)
    for block in ours.blocks:
        block.attention.out.kernel[...] = jnp.zeros_like(block.attention.out.kernel[...])
        block.narrow.kernel[...] = jnp.zeros_like(block.narrow.kernel[...])
    ours.norm.scale[...] = jnp.zeros_like(ours.norm.scale[...])
    ours.norm.bias[...] = jnp.asarray(RNG.normal(size=8), jnp.float32)
    share = jax.nn.softmax(answers(ours, TOKENS[:1, :1] % 5))[0, 0]
    text = gpt_twin.writing(gpt_twin.gpt(ours), np.zeros((400, 1), np.int32), 20, form)().numpy()
    np.testing.assert_allclose(np.bincount(text.ravel(), minlength=5) / text.size, share, atol=0.02)


def test_the_training_job_gives_a_row_for_each_form(uncompiled, small):
    rows = measure(language.gpt_step(steps=2), rounds=1)
    assert [(row.peer, row.limit) for row in rows] == list(language.LIMITS.items())


def test_the_writing_job_gives_its_rows(torch, small):
    rows = measure(language.gpt_writing(texts=2, tokens=10), rounds=1)
    assert [(row.peer, row.limit) for row in rows] == list(language.WRITING_LIMITS.items())
