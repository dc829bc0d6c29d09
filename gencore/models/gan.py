"""The two players of a generative adversarial network: one makes, the other judges."""

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import jax
import jax.numpy as jnp
from flax import nnx

from gencore.models.adversarial_layers import MinibatchDiscrimination, MinibatchStd, SpectralLinear
from gencore.models.layers import MLP, ModuleList, he_normal, lecun_normal
from gencore.types import Codes, Labels, PerExample, PRNGKey, Vectors

__all__ = ["Critic", "Generator"]


def with_class(x: Vectors, labels: Labels | None, classes: int) -> jax.Array:
    """Append the class as a one-hot vector, or nothing where there are no classes.

    A bare one-hot vector has length 1, and an example of d numbers a length of about the root of d: players would
    hardly notice the class. So it gets half the length of the rest.
    """
    if (labels is None) != (classes == 0):
        fix = "pass labels" if labels is None else "leave out labels, or give the model its classes"
        raise ValueError(f"the model has {classes} classes, and labels is {labels!r}: {fix}")
    x = jnp.asarray(x)
    if labels is None:
        return x
    return jnp.concatenate([x, 0.5 * x.shape[1] ** 0.5 * jax.nn.one_hot(labels, classes)], axis=-1)


class Generator(nnx.Module):
    r"""The forger: noise in, an example out, :math:`x = G(z)` or :math:`G(z, y)` for a class :math:`y`.

    Args:
        latent_dim: Length of the noise vector :math:`z \sim \mathcal N(0, I)`.
        hidden: Widths of the hidden layers.
        output_dim: Length of an example.
        classes: Number of classes that can be asked for; 0 for none.
        output: Last nonlinearity: a sigmoid for pixels in [0, 1], the identity for points.
        rngs: Source of the initial weights.

    Example:
        >>> model = Generator(64, (128,), classes=10, rngs=nnx.Rngs(0))
        >>> model.sample(jax.random.key(0), 3, jnp.array([7, 7, 1])).shape
        (3, 784)

    Reference:
        Goodfellow et al. 2014; Mirza and Osindero 2014 for the class.
    """

    def __init__(
        self,
        latent_dim: int = 64,
        hidden: Sequence[int] = (512, 1024),
        output_dim: int = 784,
        *,
        classes: int = 0,
        output: Callable[[Any], Vectors] = jax.nn.sigmoid,
        rngs: nnx.Rngs,
    ):
        self.network = MLP((latent_dim + classes, *hidden, output_dim), rngs=rngs)
        self.latent_dim, self.classes, self.output = latent_dim, classes, output

    def __call__(self, z: Codes, labels: Labels | None = None) -> Vectors:
        """Make examples: noise (batch, latent_dim) and, with classes, labels (batch,) to (batch, output_dim)."""
        return self.output(self.network(with_class(z, labels, self.classes)))

    def sample(self, key: PRNGKey, n: int, labels: Labels | None = None) -> Vectors:
        """Make ``n`` examples from fresh noise: shape (n, output_dim)."""
        return self(jax.random.normal(key, (n, self.latent_dim)), labels)


class Critic(nnx.Module):
    """The detective: an example in, one logit out, high where it looks real.

    Args:
        input_dim: Length of an example.
        hidden: Widths of the hidden layers.
        classes: Number of classes that an example can claim to be of; 0 for none.
        spectral_norm: Divide every weight matrix by its largest singular value, so that the critic's slope is bounded.
        minibatch: What the critic sees of the batch as a whole, from its last features: a
            :class:`MinibatchStd`, a :class:`MinibatchDiscrimination`, or None for nothing.
        value_range: Lowest and highest value of an input, which are mapped to -1 and 1; None leaves inputs alone.
        rngs: Source of the initial weights.

    Example:
        >>> model = Critic(784, (128,), classes=10, minibatch=MinibatchStd(), rngs=nnx.Rngs(0))
        >>> model(jnp.zeros((3, 784)), jnp.array([7, 7, 1])).shape
        (3,)

    Reference:
        Goodfellow et al. 2014; Miyato et al. 2018 (spectral norm); Karras et al. 2018, section 3 (standard deviation);
        Salimans et al. 2016, section 3.2 (discrimination).
    """

    def __init__(
        self,
        input_dim: int = 784,
        hidden: Sequence[int] = (1024, 512),
        *,
        classes: int = 0,
        spectral_norm: bool = False,
        minibatch: MinibatchStd | MinibatchDiscrimination | None = None,
        value_range: tuple[float, float] | None = (0.0, 1.0),
        rngs: nnx.Rngs,
    ):
        linear = SpectralLinear if spectral_norm else nnx.Linear
        self.layers = ModuleList(
            linear(n_in, n_out, kernel_init=he_normal, rngs=rngs)
            for n_in, n_out in pairwise((input_dim + classes, *hidden))
        )
        width = hidden[-1] + (minibatch.width if minibatch else 0)
        self.head = linear(width, 1, kernel_init=lecun_normal, rngs=rngs)
        self.classes, self.minibatch, self.value_range = classes, minibatch, value_range

    def __call__(self, x: Vectors, labels: Labels | None = None) -> PerExample:
        """Judge examples: (batch, input_dim) and, with classes, labels (batch,) to logits of shape (batch,)."""
        if self.value_range is not None:
            low, high = self.value_range
            x = (2 * jnp.asarray(x) - low - high) / (high - low)
        h = with_class(x, labels, self.classes)
        for layer in self.layers:
            h = jax.nn.leaky_relu(layer(h), 0.2)
        if self.minibatch is not None:
            h = jnp.concatenate([h, self.minibatch(h)], axis=-1)
        return self.head(h)[:, 0]

    def power_iteration(self) -> None:
        """Bring every spectral norm up to date: one step, once for each update of the weights."""
        for layer in (*self.layers, self.head):
            if isinstance(layer, SpectralLinear):
                layer.power_iteration()
