r"""Causal self-attention: each token looks back at the tokens before it, and takes a weighted average of them.

A token at position :math:`i` asks with a query :math:`q_i`; each token answers with a key :math:`k_j` and offers a
value :math:`v_j`. How well query and key agree decides the weight of the value. What lies in the future has weight 0.
"""

import math
from typing import NamedTuple

import jax
import jax.numpy as jnp
from flax import nnx
from jaxtyping import Bool, Float, Int

from gencore.models.layers import on_rows, residual_normal, small_normal
from gencore.types import AnyArray

__all__ = ["CausalSelfAttention", "LayerCache", "attention", "causal_mask", "rotate"]


def causal_mask(time: int) -> Bool[jax.Array, "time time"]:
    """Say which token may see which: row i is True at the columns 0 to i.

    Args:
        time: Number of tokens, at least 1.

    Returns:
        Shape (time, time), True where the row's token may look.

    Example:
        >>> causal_mask(3).astype(int)
        Array([[1, 0, 0],
               [1, 1, 0],
               [1, 1, 1]], dtype=int32)
    """
    return jnp.tril(jnp.ones((time, time), bool))


def attention(
    q: Float[AnyArray, "batch heads time d"],
    k: Float[AnyArray, "batch heads past d"],
    v: Float[AnyArray, "batch heads past d"],
    mask: Bool[AnyArray, "time past"] | None = None,
) -> tuple[Float[jax.Array, "batch heads time d"], Float[jax.Array, "batch heads time past"]]:
    r"""Average the values, each with a weight that says how well its key answers the query.

    .. math:: w_{ij} = \frac{\exp(q_i \cdot k_j / \sqrt d)}{\sum_{l \text{ seen by } i} \exp(q_i \cdot k_l / \sqrt d)},
              \qquad o_i = \sum_{j \text{ seen by } i} w_{ij} \, v_j

    Without the root the scores of :math:`d` random numbers would have variance :math:`d`, and nearly all of the weight
    would fall on one token.

    Args:
        q: Queries, shape (batch, heads, time, d).
        k: Keys, shape (batch, heads, past, d); ``past`` is the number of tokens to look at.
        v: Values, shape (batch, heads, past, d).
        mask: True where a query may look, shape (time, past), at least one in each row; None for everywhere.

    Returns:
        The averages, shape (batch, heads, time, d), and the weights, shape (batch, heads, time, past), whose rows sum
        to 1.

    Example:
        >>> x = jax.random.normal(jax.random.key(0), (1, 1, 3, 2))
        >>> out, weights = attention(x, x, x, causal_mask(3))
        >>> bool((out[..., 0, :] == x[..., 0, :]).all())  # the first token sees itself alone
        True

    Reference:
        Vaswani et al. 2017, eq. 1.
    """
    scores = jnp.einsum("bhtd,bhsd->bhts", q * (1 / math.sqrt(q.shape[-1])), k)
    if mask is not None:
        scores = jnp.where(mask, scores, -jnp.inf)
    weights = jax.nn.softmax(scores, axis=-1)
    return jnp.einsum("bhts,bhsd->bhtd", weights, v), weights


def rotate(
    x: Float[AnyArray, "batch heads time d"], positions: Int[AnyArray, " time"], *, longest: float = 10_000.0
) -> Float[jax.Array, "batch heads time d"]:
    r"""Turn queries or keys by angles that grow with the position: rotary position embedding.

    The numbers :math:`(x_m, x_{m + d/2})` are a point in a plane; at position :math:`p` it is turned by
    :math:`p \, \omega_m` with :math:`\omega_m = L^{-2m/d}`. Two turned vectors have a scalar product that depends on
    the difference of their positions alone, so a score knows how far apart two tokens are, not where they stand.

    Args:
        x: Queries or keys, shape (batch, heads, time, d), with an even d.
        positions: Position of each token, shape (time,).
        longest: :math:`L`, which sets the slowest turn.

    Returns:
        The turned vectors, of the same length each.

    Raises:
        ValueError: d is odd.

    Example:
        >>> x = jnp.ones((1, 1, 2, 4))
        >>> bool((rotate(x, jnp.array([0, 0])) == x).all())  # position 0: no turn
        True

    Reference:
        Su et al. 2021, eq. 34, with the pairs of GPT-NeoX and Llama: halves, not neighbors.
    """
    d = x.shape[-1]
    if d % 2:
        raise ValueError(
            f"the heads have {d} numbers each, which make no pairs; choose a width of an even number a head"
        )
    angles = positions[:, None] * longest ** (-jnp.arange(0, d, 2) / d)  # (time, d / 2)
    cos, sin = jnp.cos(angles), jnp.sin(angles)
    first, second = x[..., : d // 2], x[..., d // 2 :]
    return jnp.concatenate([first * cos - second * sin, second * cos + first * sin], axis=-1)


class LayerCache(NamedTuple):
    """What one layer remembers of the tokens it has read.

    Attributes:
        keys: Shape (batch, heads, context, d).
        values: Shape (batch, heads, context, d).
    """

    keys: jax.Array
    values: jax.Array


class CausalSelfAttention(nnx.Module):
    r"""Attention of a sequence to itself, by several heads side by side.

    Args:
        width: Length of a token's vector.
        heads: Number of heads; each works with ``width / heads`` numbers.
        layers: Layers of the model, which make the last linear map start smaller.
        rotary: Turn queries and keys by their positions.
        bias: Add a vector after each linear map.
        causal: Hide the future. False only to see what goes wrong.
        rngs: Source of the initial weights.

    Raises:
        ValueError: ``width`` is not a multiple of ``heads``.

    Example:
        >>> layer = CausalSelfAttention(8, heads=2, rngs=nnx.Rngs(0))
        >>> out, weights, _ = layer(jnp.ones((1, 5, 8)))
        >>> out.shape, weights.shape
        ((1, 5, 8), (1, 2, 5, 5))

    Reference:
        Vaswani et al. 2017, section 3.2; Radford et al. 2019.
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
        if heads < 1 or width % heads:
            raise ValueError(f"width is {width} and heads {heads}; the width must be a multiple of the heads")
        self.queries_keys_values = nnx.Linear(
            width, 3 * width, use_bias=bias, kernel_init=small_normal, rngs=rngs
        )
        self.out = nnx.Linear(width, width, use_bias=bias, kernel_init=residual_normal(layers), rngs=rngs)
        self.heads, self.rotary, self.causal = heads, rotary, causal

    def __call__(
        self,
        x: Float[AnyArray, "batch time width"],
        cache: LayerCache | None = None,
        length: int | Int[AnyArray, ""] = 0,
    ) -> tuple[jax.Array, jax.Array, LayerCache | None]:
        """Look back, at the tokens in ``x`` and at the ``length`` tokens before them that are in the cache.

        Returns the new vectors (batch, time, width), the weights (batch, heads, time, tokens), and the cache with the
        new tokens in it.
        """
        batch, time, width = x.shape
        qkv = on_rows(self.queries_keys_values, jnp.asarray(x))  # (batch, time, 3 width)
        qkv = qkv.reshape(batch, time, 3, self.heads, width // self.heads)  # (batch, time, 3, heads, d)
        q, k, v = qkv.transpose(2, 0, 3, 1, 4)  # three of (batch, heads, time, d)
        positions = length + jnp.arange(time)
        if self.rotary:
            q, k = rotate(q, positions), rotate(k, positions)
        if cache is not None:
            at = (0, 0, length, 0)
            k = jax.lax.dynamic_update_slice(cache.keys, k, at)  # (batch, heads, context, d)
            v = jax.lax.dynamic_update_slice(cache.values, v, at)
            cache = LayerCache(k, v)
        seen = (
            positions[:, None] >= jnp.arange(k.shape[2]) if self.causal else None
        )  # (time, time or context)
        mixed, weights = attention(q, k, v, seen)
        mixed = mixed.transpose(0, 2, 1, 3).reshape(batch, time, width)  # the heads side by side again
        return on_rows(self.out, mixed), weights, cache
