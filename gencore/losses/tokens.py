"""What a guess of the next token costs."""

import jax
import jax.numpy as jnp
from jaxtyping import Float, Int

from gencore.types import AnyArray

__all__ = ["cross_entropy"]


def cross_entropy(
    logits: Float[AnyArray, "*batch vocabulary"], targets: Int[AnyArray, "*batch"]
) -> Float[jax.Array, "*batch"]:
    r"""Negative log-likelihood of the right token: how surprised the model is, in nats.

    .. math:: -\log p(w) = \log \sum_{v=1}^{V} e^{\ell_v} - \ell_w

    Written so, nothing overflows, and a token of probability zero in float32 still has its finite cost. A guess that
    holds all :math:`V` tokens equally likely costs :math:`\log V`.

    Args:
        logits: :math:`\ell`, shape (..., vocabulary), any real numbers.
        targets: The right tokens :math:`w`, shape (...), from 0 to vocabulary - 1.

    Returns:
        Nats for each token, shape (...); the caller reduces.

    Example:
        >>> cross_entropy(jnp.zeros((1, 27)), jnp.array([3])) / jnp.log(27.0)
        Array([1.], dtype=float32)
        >>> cross_entropy(jnp.array([[0.0, -1000.0]]), jnp.array([1]))
        Array([1000.], dtype=float32)
    """
    logits, targets = jnp.asarray(logits), jnp.asarray(targets)
    right = jnp.take_along_axis(logits, targets[..., None], axis=-1)[..., 0]
    return jax.nn.logsumexp(logits, axis=-1) - right
