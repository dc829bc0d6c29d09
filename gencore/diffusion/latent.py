"""Latent diffusion: an autoencoder makes examples short, and a diffusion model makes the short ones."""

from collections.abc import Callable
from typing import Any, NamedTuple

import jax.numpy as jnp
from jaxtyping import Float

from gencore.types import AnyArray, Codes, Examples

__all__ = ["LatentSpace", "latent_space"]


class LatentSpace(NamedTuple):
    """Codes of mean 0 and standard deviation 1 in each dimension, as a diffusion's noise has.

    Attributes:
        encoder: From examples to codes as the autoencoder makes them.
        decoder: From such codes back to examples.
        mean: Mean of the codes of the data, shape (k,).
        std: Their standard deviation, shape (k,).
    """

    encoder: Callable[[Any], Any]
    decoder: Callable[[Any], Any]
    mean: Float[AnyArray, " k"]
    std: Float[AnyArray, " k"]

    def encode(self, x: Examples) -> Codes:
        """Turn examples (batch, ...) into normalized codes (batch, k): what the diffusion model learns to make."""
        return (self.encoder(x) - self.mean) / self.std

    def decode(self, z: Codes) -> Examples:
        """Turn normalized codes (batch, k), such as a sampler makes, into examples (batch, ...)."""
        return self.decoder(z * self.std + self.mean)


def latent_space(
    encoder: Callable[[Any], Any], decoder: Callable[[Any], Any], examples: Examples
) -> LatentSpace:
    """Measure the codes of some examples, and normalize them from there on.

    Noise schedules are made for data of about unit variance. Codes ten times as large would still be plain to see when
    the schedule thinks that they are gone; codes a tenth as large would be gone after a few steps.

    Args:
        encoder: Any function from examples (n, ...) to codes (n, k), such as an autoencoder's ``encode``.
        decoder: Any function from codes back to examples.
        examples: Examples to measure, shape (n, ...): the training set, or a part of it.

    Returns:
        The normalized space. A dimension in which the codes never differ is shifted and not stretched.

    Raises:
        ValueError: There are fewer than two examples.

    Example:
        >>> space = latent_space(lambda x: 10 * x + 3, lambda z: (z - 3) / 10, jnp.array([[0.0], [2.0]]))
        >>> space.encode(jnp.array([[0.0], [2.0]])).tolist(), space.decode(jnp.array([[1.0]])).tolist()
        ([[-1.0], [1.0]], [[2.0]])

    Reference:
        Rombach et al. 2022, section 3.2 and appendix G.
    """
    if len(examples) < 2:
        raise ValueError(
            f"examples has {len(examples)} rows; give at least two, or there is nothing to measure"
        )
    codes = encoder(examples)
    std = jnp.std(codes, axis=0)
    return LatentSpace(encoder, decoder, jnp.mean(codes, axis=0), jnp.where(std > 0, std, 1.0))
