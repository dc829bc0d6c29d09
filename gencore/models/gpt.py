r"""A GPT: a transformer that reads a text from left to right and says, after each token, what may come next.

.. math:: p(x_1, \dots, x_T) = \prod_{t=1}^{T} p(x_t \mid x_1, \dots, x_{t-1})

Each token becomes a vector. Blocks add to these vectors: attention carries over what earlier tokens know, a small
network then thinks about each token alone. The last vectors are compared with the vector of every token: the logits.
"""

from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from flax import nnx
from jax.core import Tracer
from jaxtyping import Float, Int

from gencore.models.layers import ModuleList, on_rows, residual_normal, small_normal
from gencore.models.self_attention import CausalSelfAttention, LayerCache
from gencore.types import AnyArray, Logits, Tokens

__all__ = ["GPT", "Block", "KVCache"]

EPSILON = 1e-5
"""What GPT-2 adds to a variance before it divides by its root."""


class KVCache(NamedTuple):
    """What a model remembers of the tokens it has read: keys and values, so that it need not read them again.

    Attributes:
        layers: One :class:`gencore.models.LayerCache` for each layer, with room for ``context`` tokens.
        length: Number of tokens read so far, an int32 scalar.
    """

    layers: tuple[LayerCache, ...]
    length: Int[AnyArray, ""]


class Block(nnx.Module):
    r"""Add what attention finds, then what a small network makes of it; each sees normalized vectors.

    .. math:: h = x + \mathrm{attention}(\mathrm{norm}(x)), \qquad y = h + \mathrm{network}(\mathrm{norm}(h))

    Args:
        width: Length of a token's vector.
        heads: Number of attention heads.
        layers: Blocks of the model: the more there are, the less each adds at the start.
        rotary: Turn queries and keys by their positions.
        bias: Add a vector in each linear map and each normalization.
        causal: Hide the future.
        rngs: Source of the initial weights.

    Example:
        >>> block = Block(8, heads=2, rngs=nnx.Rngs(0))
        >>> block(jnp.ones((1, 5, 8)))[0].shape
        (1, 5, 8)

    Reference:
        Radford et al. 2019, section 2.3, for the order and the start.
    """

    def __init__(
        self,
        width: int,
        heads: int,
        *,
        layers: int = 1,
        rotary: bool = False,
        bias: bool = True,
        causal: bool = True,
        rngs: nnx.Rngs,
    ):
        norm = partial(nnx.LayerNorm, width, epsilon=EPSILON, use_bias=bias, rngs=rngs)
        self.norm_1, self.norm_2 = norm(), norm()
        self.attention = CausalSelfAttention(
            width, heads, layers=layers, rotary=rotary, bias=bias, causal=causal, rngs=rngs
        )
        self.widen = nnx.Linear(width, 4 * width, use_bias=bias, kernel_init=small_normal, rngs=rngs)
        self.narrow = nnx.Linear(
            4 * width, width, use_bias=bias, kernel_init=residual_normal(layers), rngs=rngs
        )

    def __call__(
        self,
        x: Float[AnyArray, "batch time width"],
        cache: LayerCache | None = None,
        length: int | Int[AnyArray, ""] = 0,
    ) -> tuple[jax.Array, jax.Array, LayerCache | None]:
        """Map vectors (batch, time, width) to vectors, attention weights, and the cache with these tokens in it."""
        found, weights, cache = self.attention(self.norm_1(x), cache, length)
        x = jnp.asarray(x) + found
        thought = on_rows(lambda rows: self.narrow(jax.nn.gelu(self.widen(rows))), self.norm_2(x))
        return x + thought, weights, cache


class GPT(nnx.Module):
    r"""A decoder-only transformer: the next token's logits, at every position of a text.

    Normalization comes before each part, and the vectors of the tokens serve twice, at the entrance and at the exit.
    With the defaults the weights of GPT-2 fit, number by number.

    Args:
        vocab_size: Number of different tokens :math:`V`.
        context: Most tokens that the model reads at once, at least 2.
        width: Length of a token's vector, a multiple of ``heads``.
        layers: Number of blocks, at least 1.
        heads: Attention heads of each block.
        rotary: True turns queries and keys by their positions; False adds a learned vector for each position.
        bias: Add a vector in each linear map and each normalization, as GPT-2 does.
        causal: Hide the future. False only to see what goes wrong.
        rngs: Source of the initial weights.

    Raises:
        ValueError: A number is out of its range.

    Example:
        >>> model = GPT(vocab_size=65, context=16, width=8, layers=2, heads=2, rngs=nnx.Rngs(0))
        >>> model(jnp.zeros((3, 16), jnp.int32)).shape
        (3, 16, 65)

    Reference:
        Radford et al. 2019; Vaswani et al. 2017; Su et al. 2021 for the rotary positions.
    """

    def __init__(
        self,
        vocab_size: int,
        context: int = 64,
        width: int = 128,
        layers: int = 4,
        heads: int = 4,
        *,
        rotary: bool = False,
        bias: bool = True,
        causal: bool = True,
        rngs: nnx.Rngs,
    ):
        for name, value, least in (
            ("vocab_size", vocab_size, 1),
            ("context", context, 2),
            ("layers", layers, 1),
        ):
            if value < least:
                raise ValueError(f"{name} is {value}; choose {least} or more")
        self.token_vectors = nnx.Embed(vocab_size, width, embedding_init=small_normal, rngs=rngs)
        self.position_vectors = (
            None if rotary else nnx.Embed(context, width, embedding_init=small_normal, rngs=rngs)
        )
        self.blocks = ModuleList(
            Block(width, heads, layers=layers, rotary=rotary, bias=bias, causal=causal, rngs=rngs)
            for _ in range(layers)
        )
        self.norm = nnx.LayerNorm(width, epsilon=EPSILON, use_bias=bias, rngs=rngs)
        self.vocab_size, self.context = vocab_size, context

    def __call__(self, tokens: Tokens) -> Logits:
        """Logits of the token after each token: (batch, time) to (batch, time, vocab_size), time at most context."""
        return self._read(tokens)[0]

    def attention_maps(self, tokens: Tokens) -> Float[jax.Array, "layers batch heads time time"]:
        """Who looks at whom: the weights of every layer and head, shape (layers, batch, heads, time, time)."""
        return jnp.stack(self._read(tokens)[1])

    def empty_cache(self, batch: int) -> KVCache:
        """A cache for ``batch`` texts of which nothing is read yet."""
        width, heads = self.token_vectors.features, self.blocks[0].attention.heads
        room = jnp.zeros((batch, heads, self.context, width // heads))
        return KVCache(tuple(LayerCache(room, room) for _ in self.blocks), jnp.zeros((), jnp.int32))

    def extend(self, tokens: Tokens, cache: KVCache) -> tuple[Logits, KVCache]:
        """Read on: the logits after each of the new tokens, as if all had been read at once, and the longer cache.

        It reads a prompt at once, and then one token after another. Both together are at most ``context`` tokens.

        Raises:
            ValueError: The cache has no room for them. (Inside a compiled function nobody can tell; count there.)
        """
        if not isinstance(cache.length, Tracer) and cache.length + tokens.shape[1] > self.context:
            raise ValueError(
                f"{cache.length} tokens are read and {tokens.shape[1]} more do not fit the context of {self.context}; "
                "begin again with an empty cache"
            )
        logits, _, layers = self._read(tokens, cache.layers, cache.length)
        return logits, KVCache(layers, cache.length + tokens.shape[1])

    def _read(
        self,
        tokens: Tokens,
        caches: tuple[LayerCache, ...] | None = None,
        length: int | Int[AnyArray, ""] = 0,
    ) -> tuple[jax.Array, list[jax.Array], tuple[Any, ...]]:
        """Logits, the attention weights of each layer, and the cache of each layer or None."""
        time = tokens.shape[1]
        if time > self.context:
            raise ValueError(
                f"tokens has {time} tokens in a row; the model reads at most {self.context}, its context"
            )
        x = self.token_vectors(jnp.asarray(tokens))  # (batch, time, width)
        if self.position_vectors is not None:
            x = x + self.position_vectors(
                jnp.asarray(length) + jnp.arange(time)
            )  # (time, width), for each text the same
        maps, longer = [], []
        for block, cache in zip(self.blocks, caches or [None] * len(self.blocks), strict=True):
            x, weights, cache = block(x, cache, length)
            maps.append(weights)
            longer.append(cache)
        return self.token_vectors.attend(self.norm(x)), maps, tuple(longer)
