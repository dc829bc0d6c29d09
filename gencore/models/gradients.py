r"""Two ways to differentiate an expectation over codes with respect to the mean of their distribution.

Both estimate :math:`\nabla_\mu \, \mathbb E_{z \sim \mathcal N(\mu, \operatorname{diag} \sigma^2)} f(z)` without bias,
from one draw a row. They differ in their variance, and in what they ask of :math:`f`.
"""

from collections.abc import Callable

import jax
import jax.numpy as jnp
from jaxtyping import Float

from gencore.losses import gaussian_nll
from gencore.models.vae import reparameterize
from gencore.types import AnyArray, Codes, PerExample, PRNGKey

__all__ = ["pathwise_gradients", "score_function_gradients"]


def pathwise_gradients(
    f: Callable[[Codes], PerExample],
    mean: Float[AnyArray, " k"],
    log_var: Float[AnyArray, " k"],
    key: PRNGKey,
    samples: int,
) -> Codes:
    r"""Differentiate through the draw: the reparameterization trick.

    .. math:: \nabla_\mu \, f(\mu + \sigma \odot \epsilon), \qquad \epsilon \sim \mathcal N(0, I)

    It needs an :math:`f` that can be differentiated.

    Args:
        f: From codes (batch, k) to one number each (batch,); rows do not mix.
        mean: Mean :math:`\mu`, shape (k,).
        log_var: Log-variance :math:`\log \sigma^2`, shape (k,).
        key: Randomness of the draws.
        samples: Number of draws.

    Returns:
        One estimate of the gradient for each draw, shape (samples, k).

    Example:
        >>> square = lambda z: jnp.square(z).sum(-1)
        >>> rows = pathwise_gradients(square, jnp.array([1.0]), jnp.zeros(1), jax.random.key(0), 10_000)
        >>> print(f"{rows.mean():.1f}, spread {rows.std():.1f}")  # d/dμ (μ² + σ²) = 2μ
        2.0, spread 2.0

    Reference:
        Kingma and Welling 2013, section 2.4; Rezende et al. 2014, section 3.
    """
    means, log_vars = (jnp.broadcast_to(a, (samples, *a.shape)) for a in (mean, log_var))
    return jax.grad(lambda means: f(reparameterize(means, log_vars, key)).sum())(means)


def score_function_gradients(
    f: Callable[[Codes], PerExample],
    mean: Float[AnyArray, " k"],
    log_var: Float[AnyArray, " k"],
    key: PRNGKey,
    samples: int,
    *,
    baseline: bool = False,
) -> Codes:
    r"""Weigh the gradient of the log-density with the value: the score-function estimator, or REINFORCE.

    .. math:: \left(f(z) - c\right) \nabla_\mu \log q(z), \qquad
              z \sim q = \mathcal N(\mu, \operatorname{diag} \sigma^2)

    It needs values of :math:`f` alone, so it also works where nothing can be differentiated. The score
    :math:`\nabla_\mu \log q` has mean zero, so a baseline :math:`c` that does not depend on the draw leaves no bias.

    Args:
        f: From codes (batch, k) to one number each (batch,).
        mean: Mean :math:`\mu`, shape (k,).
        log_var: Log-variance :math:`\log \sigma^2`, shape (k,).
        key: Randomness of the draws.
        samples: Number of draws; at least 2 with a baseline.
        baseline: Subtract the mean value of the other draws.

    Returns:
        One estimate of the gradient for each draw, shape (samples, k).

    Raises:
        ValueError: A baseline is asked of a single draw.

    Example:
        >>> square = lambda z: jnp.square(z).sum(-1)
        >>> rows = score_function_gradients(square, jnp.array([1.0]), jnp.zeros(1), jax.random.key(0), 200_000)
        >>> print(f"{rows.mean():.1f}, spread {rows.std():.1f}")
        2.0, spread 5.5

    Reference:
        Williams 1992, theorem 1.
    """
    if baseline and samples < 2:
        raise ValueError(f"samples is {samples}; a baseline is the mean of other draws, so draw at least 2")
    means, log_vars = (jnp.broadcast_to(a, (samples, *a.shape)) for a in (mean, log_var))
    z = reparameterize(means, log_vars, key)
    score = jax.grad(lambda means: -gaussian_nll(means, z, 0.5 * log_vars).sum())(means)
    values = f(z)
    if baseline:
        values = values - (values.sum() - values) / (samples - 1)
    return values[:, None] * score
