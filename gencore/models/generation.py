r"""Writing with a language model: how the next token is drawn, and how a long text is written fast.

The model gives every token a probability. Drawn from these as they are, a token now and then makes no sense, and all
that follows builds on it. Temperature, top-k and top-p take from the unlikely tokens, and so from the variety.
"""

from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx
from jaxtyping import Float, Int

from gencore.losses import cross_entropy
from gencore.models.gpt import GPT
from gencore.types import AnyArray, PRNGKey, Tokenizer, Tokens

__all__ = ["generate", "next_token_distribution", "token_nll", "write"]

ROWS = 8
"""Texts that are written side by side. It is the same for any batch, and so is each text, bit by bit."""


def next_token_distribution(
    logits: Float[AnyArray, "*batch vocabulary"],
    *,
    temperature: float | Float[AnyArray, ""] = 1.0,
    top_k: int | Int[AnyArray, ""] | None = None,
    top_p: float | Float[AnyArray, ""] | None = None,
) -> Float[jax.Array, "*batch vocabulary"]:
    r"""From logits to the log-probabilities that are drawn from: temper, keep the k best, keep the likeliest p.

    .. math:: p_T(w) \propto p(w)^{1/T}

    Then ``top_k`` keeps the k most probable tokens, and ``top_p`` the smallest set of most probable ones that holds at
    least the probability p. Tokens as probable as the last one kept are kept, too. What is left sums to 1 again.

    Args:
        logits: Shape (..., vocabulary).
        temperature: :math:`T`, 0 or more; 1 leaves the probabilities alone, 0 keeps the most probable token.
        top_k: How many tokens to keep, 1 or more; None for all.
        top_p: How much probability to keep, in (0, 1]; None for all.

    Returns:
        Log-probabilities, shape (..., vocabulary); minus infinity for what was cut.

    Example:
        >>> logits = jnp.log(jnp.array([0.5, 0.3, 0.15, 0.05]))
        >>> np.exp(np.asarray(next_token_distribution(logits, top_k=2), float)).round(3)
        array([0.625, 0.375, 0.   , 0.   ])
        >>> np.exp(np.asarray(next_token_distribution(logits, top_p=0.9), float)).round(3)
        array([0.526, 0.316, 0.158, 0.   ])

    Reference:
        Fan et al. 2018 (top-k); Holtzman et al. 2020, section 3.1 (top-p).
    """
    logits = jnp.asarray(logits)
    best = jnp.max(logits, axis=-1, keepdims=True)
    greedy = jnp.where(logits == best, 0.0, -jnp.inf)
    tempered = (logits - best) / jnp.where(jnp.asarray(temperature) > 0, temperature, 1.0)
    logits = jnp.where(jnp.asarray(temperature) > 0, tempered, greedy)
    if top_k is not None:
        falling = jnp.sort(logits, axis=-1, descending=True)
        last = jnp.minimum(top_k, logits.shape[-1]) - 1
        logits = jnp.where(logits >= jnp.take(falling, last, axis=-1)[..., None], logits, -jnp.inf)
    if top_p is not None:
        falling = jnp.sort(logits, axis=-1, descending=True)
        p = jax.nn.softmax(falling, axis=-1)
        needed = jnp.cumsum(p, axis=-1) - p < top_p  # the more probable ones do not yet hold enough
        least = jnp.min(jnp.where(needed, falling, jnp.inf), axis=-1, keepdims=True)
        logits = jnp.where(logits >= least, logits, -jnp.inf)
    return jax.nn.log_softmax(logits, axis=-1)


def generate(
    model: GPT,
    prompt: Tokens,
    n: int,
    *,
    seed: int = 0,
    temperature: float = 1.0,
    top_k: int | None = None,
    top_p: float | None = None,
) -> Int[np.ndarray, "batch n"]:
    """Write on: draw ``n`` more tokens after each prompt.

    Every token is read once, and its keys and values are kept in a cache; all tokens are written by one compiled
    program. When the window is full, the model forgets all but the last half of its context, reads that half again as
    if the text began there, and goes on. A prompt that fills the window is cut in the same way.

    Row i is drawn with a key made of ``seed``, i and the token's number alone. So the same seed gives the same texts,
    whatever the number of rows, and the first tokens of a long text are those of a short one. (They may not be where
    ``n`` is so small that another program is compiled, and two tokens are equally probable up to rounding.)

    Args:
        model: The language model.
        prompt: What the text begins with, shape (batch, time), at least one token each.
        n: Number of new tokens, at least 1.
        seed: Seed of the draws.
        temperature: 1 draws from the model's own probabilities, less is safer, 0 takes the most probable token.
        top_k: Draw from the k most probable tokens; None for all.
        top_p: Draw from the most probable tokens that hold the probability p; None for all.

    Returns:
        The new tokens, int32, shape (batch, n), without the prompt.

    Raises:
        ValueError: A number is out of its range, or the prompt is empty or holds a token that the model does not know.

    Example:
        >>> model = GPT(vocab_size=5, context=8, width=8, layers=1, heads=2, rngs=nnx.Rngs(0))
        >>> generate(model, np.zeros((2, 1), int), 20).shape
        (2, 20)

    Reference:
        Radford et al. 2019 (drawing); Pope et al. 2023, section 2 (the cache).
    """
    prompt = np.asarray(prompt, np.int32)
    _check_draws(n, temperature, top_k, top_p)
    if prompt.size == 0:
        raise ValueError(f"prompt has shape {prompt.shape}; give at least one text of at least one token")
    if prompt.min() < 0 or prompt.max() >= model.vocab_size:
        raise ValueError(
            f"prompt holds tokens from {prompt.min()} to {prompt.max()}; the model knows 0 to {model.vocab_size - 1}"
        )
    if prompt.shape[1] >= model.context:
        prompt = prompt[:, -(model.context // 2) :]
    rows = len(prompt)
    padded = np.concatenate([prompt, np.repeat(prompt[:1], -rows % ROWS, axis=0)])
    graph, weights = nnx.split(model)
    keys = _row_keys(jax.random.key(seed), len(padded))
    groups = range(0, len(padded), ROWS)
    written = [
        _write(graph, weights, padded[i : i + ROWS], keys[i : i + ROWS], n, temperature, top_k, top_p)
        for i in groups
    ]
    return np.concatenate(written)[:rows]


@partial(jax.jit, static_argnums=1)
def _row_keys(key: PRNGKey, rows: int) -> jax.Array:
    """One key for each row, whatever the number of rows."""
    return jax.vmap(partial(jax.random.fold_in, key))(jnp.arange(rows))


@partial(jax.jit, static_argnames=("graph", "n"))
def _write(
    graph: Any,
    weights: Any,
    prompt: jax.Array,
    keys: jax.Array,
    n: int,
    temperature: jax.Array,
    top_k: jax.Array | None,
    top_p: jax.Array | None,
) -> jax.Array:
    """Write n tokens after each prompt: the first window, then one more each time it is full."""
    model = nnx.merge(graph, weights)

    def draw(logits: jax.Array, number: jax.Array) -> jax.Array:
        log_p = next_token_distribution(logits, temperature=temperature, top_k=top_k, top_p=top_p)
        return jax.vmap(jax.random.categorical)(jax.vmap(jax.random.fold_in, (0, None))(keys, number), log_p)

    def window(read: jax.Array, first: jax.Array | int, count: int) -> jax.Array:
        """Read (rows, time) at once, then write ``count`` tokens, of which the earliest is number ``first``."""
        logits, cache = model.extend(read, model.empty_cache(len(read)))

        def one(carry: Any, number: jax.Array) -> Any:
            logits, cache = carry
            token = draw(logits, number)
            logits, cache = model.extend(token[:, None], cache)
            return (logits[:, -1], cache), token

        return jax.lax.scan(one, (logits[:, -1], cache), first + jnp.arange(count))[1].T  # (rows, count)

    kept = model.context // 2
    count = min(n, model.context - prompt.shape[1])
    text = jnp.concatenate([prompt, window(prompt, 0, count)], axis=1)
    if count == n:
        return text[:, prompt.shape[1] :]

    def next_window(last: jax.Array, first: jax.Array) -> tuple[jax.Array, jax.Array]:
        new = window(last, first, model.context - kept)
        return jnp.concatenate([last, new], axis=1)[:, -kept:], new

    numbers = jnp.arange(count, n, model.context - kept)
    _, more = jax.lax.scan(next_window, text[:, -kept:], numbers)  # (windows, rows, context - kept)
    more = more.transpose(1, 0, 2).reshape(len(prompt), -1)  # (rows, windows × (context - kept))
    return jnp.concatenate([text[:, prompt.shape[1] :], more], axis=1)[:, :n]


def _check_draws(n: int, temperature: float, top_k: int | None, top_p: float | None) -> None:
    if n < 1:
        raise ValueError(f"n is {n}; write at least 1 token")
    if not 0 <= temperature < float("inf"):
        raise ValueError(f"temperature is {temperature}; choose 0 or more, such as 1.0")
    if top_k is not None and top_k < 1:
        raise ValueError(f"top_k is {top_k}; keep at least 1 token, or None for all")
    if top_p is not None and not 0 < top_p <= 1:
        raise ValueError(f"top_p is {top_p}; choose a probability above 0 and at most 1, or None")


def write(
    model: GPT,
    tokenizer: Tokenizer,
    prompt: str,
    n: int,
    *,
    copies: int = 1,
    seed: int = 0,
    temperature: float = 1.0,
    top_k: int | None = None,
    top_p: float | None = None,
) -> list[str]:
    """Write ``n`` tokens after a text, in words: :func:`generate` between a tokenizer's two directions.

    Args:
        model: The language model.
        tokenizer: What the model was trained with.
        prompt: What the text begins with, at least one token.
        n: Number of new tokens.
        copies: How many texts, all different.
        seed: Seed of the draws.
        temperature: As for :func:`generate`.
        top_k: As for :func:`generate`.
        top_p: As for :func:`generate`.

    Returns:
        The new texts, without the prompt.

    Raises:
        ValueError: As for :func:`generate`.

    Example:
        >>> from gencore.data import Characters
        >>> letters = Characters("abc")
        >>> model = GPT(letters.size, context=8, width=8, layers=1, heads=2, rngs=nnx.Rngs(0))
        >>> [len(text) for text in write(model, letters, "a", 12, copies=2)]
        [12, 12]
    """
    tokens = np.tile(np.asarray(tokenizer.encode(prompt))[None], (copies, 1))
    new = generate(model, tokens, n, seed=seed, temperature=temperature, top_k=top_k, top_p=top_p)
    return [tokenizer.decode(row) for row in new]


@partial(jax.jit, static_argnames="graph")
def _blocks_nll(graph: Any, weights: Any, blocks: jax.Array) -> jax.Array:
    """Nats of each token but the first of each block, one group of blocks after another."""
    model = nnx.merge(graph, weights)
    return jax.lax.map(lambda group: cross_entropy(model(group[:, :-1]), group[:, 1:]), blocks)


def token_nll(
    model: GPT, tokens: Int[AnyArray, " time"], *, stride: int | None = None, batch_size: int = 64
) -> Float[np.ndarray, " targets"]:
    r"""Negative log-likelihood of each token of a text after the first, in nats.

    The text is read in windows of the model's context. With windows side by side each token is predicted from 1 to
    ``context`` tokens before it. With windows that overlap, only the last ``stride`` tokens of each count, so all but
    the text's first have at least ``context - stride`` tokens before them: lower numbers, for more work.

    Args:
        model: The language model.
        tokens: A text, shape (time,), at least two tokens.
        stride: How far apart windows begin, from 1 to ``context``; None for ``context``: side by side.
        batch_size: Windows at a time.

    Returns:
        One number for each token but the first, float64, shape (time - 1,).

    Raises:
        ValueError: The text has fewer than two tokens, or ``stride`` does not fit.

    Example:
        >>> model = GPT(vocab_size=5, context=8, width=8, layers=1, heads=2, rngs=nnx.Rngs(0))
        >>> token_nll(model, np.arange(30) % 5).shape
        (29,)
    """
    tokens, context = np.asarray(tokens, np.int32), model.context
    stride = context if stride is None else stride
    targets = len(tokens) - 1
    if targets < 1:
        raise ValueError(
            f"tokens has {len(tokens)} tokens; the first has nothing before it, so give 2 or more"
        )
    if not 1 <= stride <= context:
        raise ValueError(f"stride is {stride}; choose 1 to {context}, the context")
    count = 1 + max(0, -(-(targets - context) // stride))
    batch_size = min(batch_size, count)
    groups = -(-count // batch_size)
    # What pads the last windows comes after their targets, and so changes none of them.
    padded = np.zeros((groups * batch_size - 1) * stride + context + 1, np.int32)
    padded[: len(tokens)] = tokens
    blocks = np.lib.stride_tricks.sliding_window_view(padded, context + 1)[::stride]
    graph, weights = nnx.split(model)
    nll = np.asarray(_blocks_nll(graph, weights, blocks.reshape(groups, batch_size, -1)), np.float64)
    nll = nll.reshape(-1, context)  # (windows, context)
    return np.concatenate([nll[0], nll[1:, -stride:].ravel()])[:targets]
