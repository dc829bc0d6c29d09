"""The two players made of convolutions: fewer weights, better edges, and slower steps on a CPU."""

import jax
import jax.numpy as jnp
from flax import nnx

from gencore.models.adversarial_layers import MinibatchDiscrimination, MinibatchStd
from gencore.models.gan import with_class
from gencore.models.layers import he_normal
from gencore.types import Codes, Labels, PerExample, PRNGKey, Vectors

__all__ = ["ConvCritic", "ConvGenerator"]


class ConvGenerator(nnx.Module):
    r"""A forger that grows an image: 7 × 7 features, then 14 × 14, then 28 × 28 pixels.

    Each growth is a transposed convolution of stride 2 with a 4 × 4 kernel, so that every output pixel hears equally
    many inputs.

    Args:
        latent_dim: Length of the noise vector :math:`z \sim \mathcal N(0, I)`.
        width: Channels at 14 × 14; twice as many at 7 × 7.
        classes: Number of classes that can be asked for; 0 for none.
        rngs: Source of the initial weights.

    Example:
        >>> model = ConvGenerator(64, 16, classes=10, rngs=nnx.Rngs(0))
        >>> model.sample(jax.random.key(0), 3, jnp.array([7, 7, 1])).shape
        (3, 784)

    Reference:
        Radford et al. 2016.
    """

    def __init__(self, latent_dim: int = 64, width: int = 64, *, classes: int = 0, rngs: nnx.Rngs):
        self.linear = nnx.Linear(latent_dim + classes, 7 * 7 * 2 * width, kernel_init=he_normal, rngs=rngs)
        grow = {"kernel_size": (4, 4), "strides": (2, 2), "rngs": rngs}
        self.grow1 = nnx.ConvTranspose(2 * width, width, kernel_init=he_normal, **grow)
        self.grow2 = nnx.ConvTranspose(width, 1, **grow)
        self.latent_dim, self.width, self.classes = latent_dim, width, classes

    def __call__(self, z: Codes, labels: Labels | None = None) -> Vectors:
        """Make images in [0, 1]: noise (batch, latent_dim) and, with classes, labels (batch,) to (batch, 784)."""
        h = nnx.gelu(self.linear(with_class(z, labels, self.classes)))
        h = nnx.gelu(self.grow1(h.reshape(len(h), 7, 7, 2 * self.width)))  # (batch, 14, 14, width)
        return jax.nn.sigmoid(self.grow2(h)).reshape(len(h), 784)

    def sample(self, key: PRNGKey, n: int, labels: Labels | None = None) -> Vectors:
        """Make ``n`` images from fresh noise: shape (n, 784)."""
        return self(jax.random.normal(key, (n, self.latent_dim)), labels)


class ConvCritic(nnx.Module):
    """A detective that looks at patches: two convolutions of stride 2, then a linear map with the class beside it.

    Args:
        width: Channels at 14 × 14; twice as many at 7 × 7.
        features: Width of the layer that sees the whole image and the class.
        classes: Number of classes that an image can claim to be of; 0 for none.
        minibatch: What the critic sees of the batch as a whole, from its last features, or None for nothing.
        rngs: Source of the initial weights.

    Example:
        >>> model = ConvCritic(16, classes=10, rngs=nnx.Rngs(0))
        >>> model(jnp.zeros((3, 784)), jnp.array([7, 7, 1])).shape
        (3,)

    Reference:
        Radford et al. 2016.
    """

    def __init__(
        self,
        width: int = 64,
        features: int = 256,
        *,
        classes: int = 0,
        minibatch: MinibatchStd | MinibatchDiscrimination | None = None,
        rngs: nnx.Rngs,
    ):
        shrink = {"kernel_size": (4, 4), "strides": (2, 2), "kernel_init": he_normal, "rngs": rngs}
        self.shrink1 = nnx.Conv(1, width, **shrink)
        self.shrink2 = nnx.Conv(width, 2 * width, **shrink)
        self.linear = nnx.Linear(7 * 7 * 2 * width + classes, features, kernel_init=he_normal, rngs=rngs)
        self.head = nnx.Linear(features + (minibatch.width if minibatch else 0), 1, rngs=rngs)
        self.classes, self.minibatch = classes, minibatch

    def __call__(self, x: Vectors, labels: Labels | None = None) -> PerExample:
        """Judge images in [0, 1]: (batch, 784) and, with classes, labels (batch,) to logits of shape (batch,)."""
        h = (2 * jnp.asarray(x) - 1).reshape(len(x), 28, 28, 1)
        h = jax.nn.leaky_relu(self.shrink1(h), 0.2)  # (batch, 14, 14, width)
        h = jax.nn.leaky_relu(self.shrink2(h), 0.2)  # (batch, 7, 7, 2 * width)
        h = with_class(h.reshape(len(x), -1), labels, self.classes)
        h = jax.nn.leaky_relu(self.linear(h), 0.2)
        if self.minibatch is not None:
            h = jnp.concatenate([h, self.minibatch(h)], axis=-1)
        return self.head(h)[:, 0]

    def power_iteration(self) -> None:
        """Nothing: these layers keep no singular vectors."""
