r"""The variational autoencoder: codes are distributions, and random codes decode.

The model is a story about how images come to be: draw a code :math:`z \sim \mathcal N(0, I)`, then draw an image from
:math:`p_\theta(x \mid z)`. The likelihood of an image sums over all codes, which nobody can compute. The encoder
:math:`q_\phi(z \mid x) = \mathcal N(\mu(x), \operatorname{diag} \sigma^2(x))` guesses the codes that matter, and gives
a lower bound, the ELBO.
"""

from collections.abc import Sequence
from typing import NamedTuple

import jax
import jax.numpy as jnp
from flax import nnx

from gencore.losses import gaussian_kl, gaussian_nll
from gencore.models.layers import MLP
from gencore.models.likelihood import Bernoulli, Likelihood
from gencore.types import Codes, PerExample, PRNGKey, Vectors

__all__ = ["VAE", "ElboTerms", "elbo", "iwae_bound", "reparameterize"]

LOG_VAR_RANGE = (-14.0, 14.0)
"""The encoder's log-variances are clipped to this range: exp stays finite, and a float32 code stays distinct."""


def reparameterize(mean: Codes, log_var: Codes, key: PRNGKey) -> Codes:
    r"""Draw :math:`z = \mu + \sigma \odot \epsilon` with :math:`\epsilon \sim \mathcal N(0, I)`.

    The noise comes from outside, so :math:`z` is a differentiable function of :math:`\mu` and :math:`\sigma`, and
    gradients flow through the draw.

    Args:
        mean: Means :math:`\mu`, shape (batch, d).
        log_var: Log-variances :math:`\log \sigma^2`, shape (batch, d).
        key: Randomness of the draw.

    Returns:
        One draw for each row, shape (batch, d).

    Example:
        >>> reparameterize(jnp.ones((2, 3)), jnp.full((2, 3), -jnp.inf), jax.random.key(0))  # no variance, no noise
        Array([[1., 1., 1.],
               [1., 1., 1.]], dtype=float32)

    Reference:
        Kingma and Welling 2013, section 2.4.
    """
    return mean + jnp.exp(0.5 * log_var) * jax.random.normal(key, mean.shape)


class VAE(nnx.Module):
    r"""A variational autoencoder with a diagonal Gaussian posterior and a standard normal prior.

    Args:
        input_dim: Number of pixels.
        latent_dim: Length of the code :math:`z`.
        hidden: Widths of the encoder's hidden layers; the decoder has them in reverse.
        likelihood: What the decoder's output says about pixels: ``Bernoulli()`` or ``Gaussian(std)``.
        rngs: Source of the initial weights.

    Example:
        >>> model = VAE(784, latent_dim=2, hidden=(64,), rngs=nnx.Rngs(0))
        >>> model.sample(jax.random.key(1), 5).shape
        (5, 784)

    Reference:
        Kingma and Welling 2013; Rezende et al. 2014.
    """

    def __init__(
        self,
        input_dim: int = 784,
        latent_dim: int = 16,
        hidden: Sequence[int] = (512, 512),
        *,
        likelihood: Likelihood = Bernoulli(),  # noqa: B008 (frozen: safe to share)
        rngs: nnx.Rngs,
    ):
        self.encoder = MLP((input_dim, *hidden, 2 * latent_dim), rngs=rngs)
        self.decoder = MLP((latent_dim, *reversed(hidden), input_dim), rngs=rngs)
        self.likelihood = likelihood
        self.latent_dim = latent_dim

    def posterior(self, x: Vectors) -> tuple[Codes, Codes]:
        r"""Mean and log-variance of :math:`q(z \mid x)`: (batch, input_dim) to two of (batch, latent_dim)."""
        mean, log_var = jnp.split(self.encoder(x), 2, axis=-1)
        return mean, jnp.clip(log_var, *LOG_VAR_RANGE)

    def encode(self, x: Vectors) -> Codes:
        """The posterior mean, as the code of ``x``: (batch, input_dim) to (batch, latent_dim)."""
        return self.posterior(x)[0]

    def decode(self, z: Codes) -> Vectors:
        r"""Mean image of :math:`p(x \mid z)`: (batch, latent_dim) to (batch, input_dim)."""
        return self.likelihood.mean(self.decoder(z))

    def sample(self, key: PRNGKey, n: int) -> Vectors:
        """Decode ``n`` random codes from the prior: shape (n, input_dim)."""
        return self.decode(jax.random.normal(key, (n, self.latent_dim)))

    def __call__(self, x: Vectors, key: PRNGKey) -> Vectors:
        """Reconstruct through a random code: (batch, input_dim) to (batch, input_dim)."""
        return self.decode(reparameterize(*self.posterior(x), key))


class ElboTerms(NamedTuple):
    """The two terms of the bound, nats per example, each of shape (batch,).

    Example:
        >>> ElboTerms(jnp.array([3.0]), jnp.array([1.0])).value
        Array([-4.], dtype=float32)
    """

    reconstruction: PerExample
    kl: PerExample

    @property
    def value(self) -> PerExample:
        """The bound itself: minus reconstruction, minus KL."""
        return -self.reconstruction - self.kl


def elbo(model: VAE, x: Vectors, key: PRNGKey) -> ElboTerms:
    r"""The evidence lower bound of each image, from one draw of its code, as its two terms.

    .. math:: \log p(x) \ge
              \underbrace{\mathbb E_{q(z \mid x)} \log p(x \mid z)}_{-\text{reconstruction}}
              - \underbrace{\mathrm{KL}\left(q(z \mid x) \,\Vert\, p(z)\right)}_{\text{KL}}

    The KL term is exact; the reconstruction term is an unbiased estimate from one code. The gap to
    :math:`\log p(x)` is :math:`\mathrm{KL}(q(z \mid x) \Vert p(z \mid x))`.

    Args:
        model: The VAE.
        x: Flat images, shape (batch, input_dim).
        key: Randomness of the draw.

    Returns:
        Reconstruction and KL, nats per example. Training minimizes reconstruction + :math:`\beta` · KL.

    Example:
        >>> model = VAE(4, latent_dim=2, hidden=(8,), rngs=nnx.Rngs(0))
        >>> terms = elbo(model, jnp.ones((3, 4)), jax.random.key(0))
        >>> terms.value.shape, bool((terms.kl >= 0).all())
        ((3,), True)

    Reference:
        Kingma and Welling 2013, eq. 10; Higgins et al. 2017 for :math:`\beta`.
    """
    mean, log_var = model.posterior(x)
    output = model.decoder(reparameterize(mean, log_var, key))
    return ElboTerms(model.likelihood.nll(output, x), gaussian_kl(mean, log_var))


def iwae_bound(model: VAE, x: Vectors, key: PRNGKey, samples: int) -> PerExample:
    r"""A tighter lower bound of :math:`\log p(x)`: the importance-weighted average over several codes.

    .. math:: \mathcal L_K(x) = \mathbb E \log \frac1K \sum_{k=1}^{K}
              \frac{p(x \mid z_k)\, p(z_k)}{q(z_k \mid x)}, \qquad z_k \sim q(z \mid x)

    :math:`K = 1` is the ELBO (with its KL estimated from the draw); the bound rises with :math:`K` to
    :math:`\log p(x)`.

    Args:
        model: The VAE.
        x: Flat images, shape (batch, input_dim).
        key: Randomness of the draws.
        samples: Number :math:`K` of codes for each image, at least 1.

    Returns:
        The bound, nats per example, shape (batch,).

    Raises:
        ValueError: ``samples`` is less than 1.

    Example:
        >>> model = VAE(4, latent_dim=2, hidden=(8,), rngs=nnx.Rngs(0))
        >>> iwae_bound(model, jnp.ones((3, 4)), jax.random.key(0), samples=16).shape
        (3,)

    Reference:
        Burda et al. 2016, eq. 8.
    """
    if samples < 1:
        raise ValueError(f"samples is {samples}; draw at least 1 code for each image")
    mean, log_var = model.posterior(x)

    def log_weight(key: PRNGKey) -> PerExample:
        z = reparameterize(mean, log_var, key)
        log_joint = -model.likelihood.nll(model.decoder(z), x) - gaussian_nll(jnp.zeros_like(z), z, 0.0)
        return log_joint + gaussian_nll(mean, z, 0.5 * log_var)

    log_weights = jax.lax.map(log_weight, jax.random.split(key, samples))  # (samples, batch)
    return jax.nn.logsumexp(log_weights, axis=0) - jnp.log(samples)
