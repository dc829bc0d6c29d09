"""The GPT against PyTorch's attention, and against transformers' GPT-2 and Llama rotation with the same weights."""

import warnings

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx
from peers import load_peer, load_torch

from gencore.models import GPT, attention, causal_mask, generate, rotate

pytestmark = pytest.mark.reference

Q, K, V = (np.asarray(jax.random.normal(jax.random.key(i), (2, 3, 17, 8))) for i in range(3))


@pytest.mark.parametrize("causal", [True, False])
def test_attention_is_pytorchs(causal):
    torch = load_torch()
    ours, _ = attention(Q, K, V, causal_mask(17) if causal else None)
    theirs = torch.nn.functional.scaled_dot_product_attention(
        *(torch.tensor(x) for x in (Q, K, V)), is_causal=causal
    )
    np.testing.assert_allclose(ours, theirs.numpy(), atol=2e-6)


def test_rotation_is_llamas():
    torch = load_torch()
    llama = load_peer("transformers.models.llama.modeling_llama")
    angles = np.arange(17)[:, None] * 10_000.0 ** (-np.arange(0, 8, 2) / 8)
    angles = torch.tensor(np.concatenate([angles, angles], -1)[None], dtype=torch.float32)
    q, k = llama.apply_rotary_pos_emb(torch.tensor(Q), torch.tensor(K), angles.cos(), angles.sin())
    np.testing.assert_allclose(rotate(Q, np.arange(17)), q.numpy(), atol=1e-5)
    np.testing.assert_allclose(rotate(K, np.arange(17)), k.numpy(), atol=1e-5)


@pytest.fixture(scope="module")
def both():
    """A GPT-2 of transformers with random weights, and ours with the same."""
    torch = load_torch()
    gpt2 = load_peer("transformers.models.gpt2.modeling_gpt2")
    torch.manual_seed(0)
    config = gpt2.GPT2Config(
        vocab_size=71, n_positions=24, n_embd=32, n_layer=3, n_head=4, initializer_range=0.2
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # theirs about themselves
        theirs = gpt2.GPT2LMHeadModel(config).eval()
    rng = np.random.default_rng(0)
    with torch.no_grad():  # biases start at 0 and norms at 1, which would hide where they go
        for _, parameter in theirs.named_parameters():
            if parameter.ndim == 1:
                parameter += torch.tensor(rng.normal(0, 0.3, parameter.shape), dtype=torch.float32)
    found = {name: jnp.asarray(w.detach().numpy()) for name, w in theirs.state_dict().items()}
    ours = GPT(71, 24, 32, 3, 4, rngs=nnx.Rngs(0))

    def put(layer, name, kernel="kernel"):
        getattr(layer, kernel)[...] = found[f"transformer.{name}.weight"]
        layer.bias[...] = found[f"transformer.{name}.bias"]

    ours.token_vectors.embedding[...] = found["transformer.wte.weight"]
    assert ours.position_vectors is not None
    ours.position_vectors.embedding[...] = found["transformer.wpe.weight"]
    for i, block in enumerate(ours.blocks):
        put(block.norm_1, f"h.{i}.ln_1", "scale")
        put(block.attention.queries_keys_values, f"h.{i}.attn.c_attn")
        put(block.attention.out, f"h.{i}.attn.c_proj")
        put(block.norm_2, f"h.{i}.ln_2", "scale")
        put(block.widen, f"h.{i}.mlp.c_fc")
        put(block.narrow, f"h.{i}.mlp.c_proj")
    put(ours.norm, "ln_f", "scale")
    return ours, theirs


def test_logits_are_gpt2s(both):
    torch = load_torch()
    ours, theirs = both
    tokens = np.random.default_rng(1).integers(0, 71, (5, 24))
    with torch.no_grad():
        expected = theirs(torch.tensor(tokens)).logits.numpy()
    assert expected.std() > 1
    np.testing.assert_allclose(ours(tokens), expected, atol=2e-4)


def test_every_number_of_gpt2_has_its_place(both):
    ours, theirs = both
    count = sum(w.size for w in jax.tree.leaves(nnx.state(ours, nnx.Param)))
    assert count == sum(p.numel() for p in theirs.parameters())


def test_greedy_text_is_gpt2s(both):
    torch = load_torch()
    ours, theirs = both
    prompt = np.random.default_rng(2).integers(0, 71, (3, 4))
    seen = torch.tensor(prompt)
    with torch.no_grad():
        for _ in range(20):
            seen = torch.cat([seen, theirs(seen).logits[:, -1].argmax(-1, keepdim=True)], dim=1)
    np.testing.assert_array_equal(generate(ours, prompt, 20, temperature=0.0), seen[:, 4:].numpy())
