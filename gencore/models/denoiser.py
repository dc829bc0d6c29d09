"""Denoisers: networks that say which noise they see, and how a network is told the time."""

from collections.abc import Sequence

import jax
import jax.numpy as jnp
from flax import nnx
from jaxtyping import Float

from gencore.models.layers import MLP
from gencore.types import AnyArray, PerExample, Timesteps, Vectors

__all__ = ["MLPDenoiser", "time_features"]


def time_features(
    t: Timesteps | PerExample, width: int, *, longest: float = 10_000.0
) -> Float[AnyArray, "batch width"]:
    r"""Write a time step as waves, so that near times look alike and far ones do not.

    .. math:: \left( \cos(\omega_k t), \; \sin(\omega_k t) \right)_{k = 0, \dots, h-1},
              \qquad \omega_k = L^{-k/h}, \quad h = \tfrac12 \text{width}

    Args:
        t: Time steps, or other times, shape (batch,).
        width: Number of features, even.
        longest: The wavelength of the slowest wave is about :math:`2 \pi` times this number :math:`L`.

    Returns:
        Shape (batch, width), between -1 and 1.

    Raises:
        ValueError: ``width`` is not even and positive.

    Example:
        >>> time_features(jnp.array([0]), 4)
        Array([[1., 1., 0., 0.]], dtype=float32)

    Reference:
        Vaswani et al. 2017, section 3.5.
    """
    if width < 2 or width % 2:
        raise ValueError(f"width is {width}; choose an even number, such as 32")
    half = width // 2
    frequencies = jnp.exp(-jnp.log(longest) * jnp.arange(half) / half)
    angles = jnp.asarray(t, jnp.float32)[:, None] * frequencies
    return jnp.concatenate([jnp.cos(angles), jnp.sin(angles)], axis=-1)


class MLPDenoiser(nnx.Module):
    r"""A denoiser for short vectors: :math:`\epsilon_\theta(x_t, t)`, a guess of the noise in :math:`x_t`.

    Args:
        input_dim: Length of an example.
        hidden: Widths of the hidden layers.
        time_width: Number of features that tell the time, even.
        rngs: Source of the initial weights.

    Example:
        >>> model = MLPDenoiser(2, (64, 64), rngs=nnx.Rngs(0))
        >>> model(jnp.zeros((3, 2)), jnp.array([0, 500, 999])).shape
        (3, 2)

    Reference:
        Ho et al. 2020, section 3.2, with a plain network.
    """

    def __init__(
        self,
        input_dim: int = 2,
        hidden: Sequence[int] = (64, 64, 64),
        *,
        time_width: int = 32,
        rngs: nnx.Rngs,
    ):
        self.network = MLP((input_dim + time_width, *hidden, input_dim), activation=jax.nn.silu, rngs=rngs)
        self.time_width = time_width

    def __call__(self, x: Vectors, t: Timesteps) -> Vectors:
        """Guess the noise: noisy vectors (batch, input_dim) and their time steps (batch,) to (batch, input_dim)."""
        return self.network(jnp.concatenate([x, time_features(t, self.time_width)], axis=-1))
