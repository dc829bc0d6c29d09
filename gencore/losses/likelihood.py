r"""Likelihoods and divergences: one number for each example, in nats; the caller reduces.

A negative log-likelihood says how surprised a model is by an example. All losses here sum over the dimensions of an
example and leave the batch alone, so that ``loss(...).mean()`` is nats per example, whatever the batch size.
"""

import jax
import jax.numpy as jnp
from jaxtyping import Float

from gencore.types import AnyArray, PerExample, Vectors

__all__ = ["bernoulli_nll", "gaussian_kl", "gaussian_nll", "squared_error"]


def squared_error(prediction: Vectors, target: Vectors) -> PerExample:
    r"""Squared distance between each prediction and its target.

    .. math:: \lVert x - \hat x \rVert^2 = \sum_{i=1}^{d} (x_i - \hat x_i)^2

    The mean squared error that papers and decks quote is this number divided by :math:`d`.

    Args:
        prediction: Predictions :math:`\hat x`, shape (batch, d).
        target: Targets :math:`x`, shape (batch, d).

    Returns:
        Shape (batch,), in squared units of ``x``.

    Example:
        >>> import jax.numpy as jnp
        >>> squared_error(jnp.array([[1.0, 2.0]]), jnp.array([[0.0, 0.0]]))
        Array([5.], dtype=float32)
    """
    return jnp.sum(jnp.square(prediction - target), axis=-1)


@jax.custom_jvp
def _softplus(x: Float[AnyArray, "..."]) -> Float[jax.Array, "..."]:
    """``log(1 + exp(x))``, with the logistic function as its derivative.

    ``jax.nn.softplus`` has the same values. Its derivative, ``exp(x - softplus(x))``, is the logistic function, too,
    but less exact in float32 where ``x`` is large, and slower.
    """
    return jnp.maximum(x, 0) + jnp.log1p(jnp.exp(-jnp.abs(x)))


_softplus.defjvps(lambda tangent, _, x: tangent * jax.nn.sigmoid(x))


def bernoulli_nll(logits: Vectors, x: Vectors) -> PerExample:
    r"""Negative log-likelihood of pixels in [0, 1] under independent Bernoulli variables.

    .. math:: -\log p(x) = -\sum_{i=1}^{d} x_i \log \pi_i + (1 - x_i) \log (1 - \pi_i),
              \qquad \pi_i = \frac{1}{1 + e^{-\ell_i}}

    For :math:`x_i \in \{0, 1\}` this is a likelihood. For gray pixels it is a cross-entropy, which no longer
    integrates to one (Loaiza-Ganem and Cunningham 2019): fine for training, not for comparing likelihoods.

    Args:
        logits: Log-odds :math:`\ell` of a white pixel, shape (batch, d), any real number.
        x: Pixels in [0, 1], shape (batch, d).

    Returns:
        Shape (batch,), nats per example.

    Example:
        >>> import jax.numpy as jnp
        >>> bernoulli_nll(jnp.zeros((1, 2)), jnp.array([[0.0, 1.0]])) / jnp.log(2.0)
        Array([2.], dtype=float32)
    """
    # softplus(l) - x l = -x log(pi) - (1 - x) log(1 - pi), and never overflows. Its derivative is pi - x.
    return jnp.sum(_softplus(logits) - x * logits, axis=-1)


def gaussian_nll(mean: Vectors, x: Vectors, log_std: Float[AnyArray, "..."] | float) -> PerExample:
    r"""Negative log-likelihood under independent Gaussian variables.

    .. math:: -\log p(x) = \sum_{i=1}^{d} \frac{(x_i - \mu_i)^2}{2 \sigma_i^2} + \log \sigma_i
              + \tfrac12 \log 2 \pi

    With a fixed :math:`\sigma` this is the squared error, scaled and shifted: minimizing one minimizes the other.

    Args:
        mean: Means :math:`\mu`, shape (batch, d).
        x: Observations, shape (batch, d).
        log_std: Logarithm of the standard deviation :math:`\sigma`: one number, or any shape that broadcasts
            against ``x``.

    Returns:
        Shape (batch,), nats per example. It is a density: it can be negative.

    Example:
        >>> import jax.numpy as jnp
        >>> gaussian_nll(jnp.zeros((1, 1)), jnp.zeros((1, 1)), 0.0)  # log sqrt(2 pi)
        Array([0.9189385], dtype=float32)
    """
    log_std = jnp.broadcast_to(jnp.asarray(log_std), jnp.shape(x))
    standardized = (x - mean) * jnp.exp(-log_std)
    return jnp.sum(0.5 * jnp.square(standardized) + log_std + 0.5 * jnp.log(2 * jnp.pi), axis=-1)


def gaussian_kl(mean: Vectors, log_var: Vectors) -> PerExample:
    r"""Kullback–Leibler divergence of a diagonal Gaussian from the standard one.

    .. math:: \mathrm{KL}\left(\mathcal N(\mu, \operatorname{diag} \sigma^2) \,\Vert\, \mathcal N(0, I)\right)
              = \tfrac12 \sum_{i=1}^{d} \mu_i^2 + \sigma_i^2 - 1 - \log \sigma_i^2

    Args:
        mean: Means :math:`\mu`, shape (batch, d).
        log_var: Logarithm of the variances :math:`\log \sigma^2` (not of the standard deviations), shape (batch, d).

    Returns:
        Shape (batch,), nats per example, never negative.

    Example:
        >>> import jax.numpy as jnp
        >>> gaussian_kl(jnp.array([[2.0, 0.0]]), jnp.zeros((1, 2)))
        Array([2.], dtype=float32)

    Reference:
        Kingma and Welling 2013, appendix B.
    """
    return 0.5 * jnp.sum(jnp.square(mean) + jnp.exp(log_var) - 1.0 - log_var, axis=-1)
