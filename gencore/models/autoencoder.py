"""Autoencoders: squeeze an image through a bottleneck, and ask for it back."""

from collections.abc import Sequence

import jax
from flax import nnx

from gencore.models.layers import MLP
from gencore.types import Codes, Vectors

__all__ = ["Autoencoder"]


class Autoencoder(nnx.Module):
    r"""An encoder :math:`f` to a short code and a decoder :math:`g` back: :math:`\hat x = g(f(x))`.

    With no hidden layers this is the deck's network, 784 → 128 → 784, with one nonlinearity at the bottleneck and
    a sigmoid at the output, which keeps pixels in [0, 1].

    Args:
        input_dim: Number of pixels.
        latent_dim: Length of the code.
        hidden: Widths of the encoder's hidden layers; the decoder has them in reverse.
        rngs: Source of the initial weights.

    Example:
        >>> import jax.numpy as jnp
        >>> model = Autoencoder(784, 128, rngs=nnx.Rngs(0))
        >>> model(jnp.zeros((5, 784))).shape, model.encode(jnp.zeros((5, 784))).shape
        ((5, 784), (5, 128))

    Reference:
        Hinton and Salakhutdinov 2006.
    """

    def __init__(
        self, input_dim: int = 784, latent_dim: int = 128, hidden: Sequence[int] = (), *, rngs: nnx.Rngs
    ):
        self.encoder = MLP((input_dim, *hidden, latent_dim), rngs=rngs)
        self.decoder = MLP((latent_dim, *reversed(hidden), input_dim), rngs=rngs)

    def encode(self, x: Vectors) -> Codes:
        """Return the codes of flat images: (batch, input_dim) to (batch, latent_dim)."""
        return self.encoder(x)

    def decode(self, z: Codes) -> Vectors:
        """Return the images of codes: (batch, latent_dim) to (batch, input_dim), each pixel in [0, 1]."""
        return jax.nn.sigmoid(self.decoder(nnx.gelu(z)))

    def __call__(self, x: Vectors) -> Vectors:
        """Reconstruct flat images: (batch, input_dim) to (batch, input_dim)."""
        return self.decode(self.encode(x))
