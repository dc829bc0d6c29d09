"""Autoencoders: squeeze an image through a bottleneck, and ask for it back."""

from collections.abc import Sequence

import jax
from flax import nnx

from gencore.losses import squared_error
from gencore.models.layers import MLP
from gencore.types import PRNGKey, Scalar, Vectors

__all__ = ["Autoencoder", "reconstruction_loss"]


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

    def encode(self, x: Vectors) -> Vectors:
        """Return the codes of flat images: (batch, input_dim) to (batch, latent_dim)."""
        return self.encoder(x)

    def decode(self, z: Vectors) -> Vectors:
        """Return the images of codes: (batch, latent_dim) to (batch, input_dim), each pixel in [0, 1]."""
        return jax.nn.sigmoid(self.decoder(nnx.gelu(z)))

    def __call__(self, x: Vectors) -> Vectors:
        """Reconstruct flat images: (batch, input_dim) to (batch, input_dim)."""
        return self.decode(self.encode(x))


def reconstruction_loss(
    model: Autoencoder, batch: tuple[Vectors, Vectors], key: PRNGKey, step: Scalar
) -> tuple[Scalar, dict[str, Scalar]]:
    """Mean squared error per pixel between the reconstruction of the input and the target, as a training loss.

    Args:
        model: The autoencoder.
        batch: Inputs and targets, two arrays of shape (batch, input_dim). The same array twice trains a plain
            autoencoder; noisy inputs with clean targets train a denoising one (Vincent et al. 2008).
        key: Not used: the loss is deterministic.
        step: Not used.

    Returns:
        The loss, a scalar, and the metrics to log.

    Example:
        >>> import jax.numpy as jnp
        >>> model, x = Autoencoder(4, 2, rngs=nnx.Rngs(0)), jnp.full((3, 4), 0.5)
        >>> loss, metrics = reconstruction_loss(model, (x, x), jax.random.key(0), jnp.zeros(()))
        >>> loss.shape, sorted(metrics)
        ((), ['mse'])
    """
    x, target = batch
    mse = squared_error(model(x), target).mean() / target.shape[-1]
    return mse, {"mse": mse}
