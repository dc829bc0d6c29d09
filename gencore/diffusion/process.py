r"""The two directions of a diffusion, in closed form: noise to any time step at once, and one step back.

Forward, a step shrinks what is there and adds noise, :math:`q(x_t \mid x_{t-1}) =
\mathcal N(\sqrt{1 - \beta_t}\, x_{t-1}, \beta_t I)`. Gaussians of Gaussians are Gaussians, so all steps together are
one jump.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Float

from gencore.diffusion.schedules import NoiseSchedule
from gencore.types import AnyArray, Examples, Timesteps

__all__ = ["Posterior", "add_noise", "at_steps", "posterior", "x0_from_noise"]


class Posterior(NamedTuple):
    """A Gaussian for each example.

    Attributes:
        mean: Its mean, shape (batch, ...).
        variance: Its variance, the same in all dimensions: shape (batch, 1, ...), which broadcasts against the mean.
    """

    mean: Examples
    variance: Examples


def at_steps(table: Float[AnyArray, " timesteps"], t: Timesteps, like: Examples) -> jax.Array:
    """Look a table up for each example.

    Args:
        table: One number for each time step of a schedule.
        t: A time step for each example, shape (batch,).
        like: The examples, shape (batch, ...).

    Returns:
        Their entries, shape (batch, 1, ...), which multiply the examples.

    Example:
        >>> at_steps(jnp.array([0.5, 0.25]), jnp.array([1, 0, 1]), jnp.zeros((3, 28, 28))).shape
        (3, 1, 1)
    """
    return jnp.asarray(table)[t].reshape(-1, *(1,) * (like.ndim - 1))


def add_noise(schedule: NoiseSchedule, x0: Examples, noise: Examples, t: Timesteps) -> Examples:
    r"""Corrupt examples up to time step ``t``, in one jump: a draw from :math:`q(x_t \mid x_0)`.

    .. math:: x_t = \sqrt{\bar\alpha_t}\, x_0 + \sqrt{1 - \bar\alpha_t}\, \epsilon,
              \qquad \epsilon \sim \mathcal N(0, I)

    Args:
        schedule: The noise schedule.
        x0: Clean examples :math:`x_0`, shape (batch, ...).
        noise: Standard normal noise :math:`\epsilon`, the same shape.
        t: A time step from 0 to T - 1 for each example, shape (batch,).

    Returns:
        Noisy examples :math:`x_t`, the same shape.

    Example:
        >>> from gencore.diffusion import linear_schedule
        >>> x0, noise = jnp.ones((2, 3)), jnp.zeros((2, 3))
        >>> add_noise(linear_schedule(), x0, noise, jnp.array([0, 999]))[:, 0].round(2)
        Array([1.  , 0.01], dtype=float32)

    Reference:
        Ho et al. 2020, eq. 4.
    """
    return (
        at_steps(schedule.sqrt_alphas_cumprod, t, x0) * x0
        + at_steps(schedule.sqrt_one_minus_alphas_cumprod, t, x0) * noise
    )


def x0_from_noise(schedule: NoiseSchedule, noise: Examples, x_t: Examples, t: Timesteps) -> Examples:
    r"""Solve :func:`add_noise` for the clean example: what :math:`x_0` is, if the noise was this.

    .. math:: x_0 = \frac{x_t - \sqrt{1 - \bar\alpha_t}\, \epsilon}{\sqrt{\bar\alpha_t}}

    Args:
        schedule: The noise schedule.
        noise: The noise :math:`\epsilon`, or a network's guess of it, shape (batch, ...).
        x_t: Noisy examples, the same shape.
        t: Their time steps, shape (batch,).

    Returns:
        Clean examples, the same shape.

    Example:
        >>> from gencore.diffusion import linear_schedule
        >>> schedule, t = linear_schedule(), jnp.array([500])
        >>> x0, noise = jnp.array([[1.0, -2.0]]), jnp.array([[0.3, 0.7]])
        >>> x0_from_noise(schedule, noise, add_noise(schedule, x0, noise, t), t).round(3)
        Array([[ 1., -2.]], dtype=float32)

    Reference:
        Ho et al. 2020, eq. 15.
    """
    spread = at_steps(schedule.sqrt_one_minus_alphas_cumprod, t, x_t)
    return (x_t - spread * noise) / at_steps(schedule.sqrt_alphas_cumprod, t, x_t)


def posterior(schedule: NoiseSchedule, x0: Examples, x_t: Examples, t: Timesteps) -> Posterior:
    r"""One step back when the clean example is known: :math:`q(x_{t-1} \mid x_t, x_0)`, by Bayes' rule.

    .. math::

        \tilde\mu_t = \frac{\sqrt{\bar\alpha_{t-1}}\, \beta_t}{1 - \bar\alpha_t}\, x_0
                    + \frac{\sqrt{1 - \beta_t}\, (1 - \bar\alpha_{t-1})}{1 - \bar\alpha_t}\, x_t,
        \qquad
        \tilde\beta_t = \frac{1 - \bar\alpha_{t-1}}{1 - \bar\alpha_t}\, \beta_t

    Before step 0 lie the clean data, :math:`\bar\alpha_{-1} = 1`: there the mean is :math:`x_0` and the variance 0.

    Args:
        schedule: The noise schedule.
        x0: Clean examples, or a guess of them, shape (batch, ...).
        x_t: Noisy examples, the same shape.
        t: Their time steps, shape (batch,).

    Returns:
        Mean and variance of :math:`x_{t-1}`.

    Example:
        >>> from gencore.diffusion import linear_schedule
        >>> x0, x_t = jnp.ones((1, 2)), jnp.zeros((1, 2))
        >>> back = posterior(linear_schedule(), x0, x_t, jnp.array([0]))
        >>> back.mean.round(4), back.variance
        (Array([[1., 1.]], dtype=float32), Array([[0.]], dtype=float32))

    Reference:
        Ho et al. 2020, eq. 6 and 7.
    """
    first = (jnp.asarray(t) == 0).reshape(-1, *(1,) * (x_t.ndim - 1))
    before = jnp.maximum(jnp.asarray(t) - 1, 0)
    beta = at_steps(schedule.betas, t, x_t)
    spread = jnp.square(at_steps(schedule.sqrt_one_minus_alphas_cumprod, t, x_t))
    spread_before = jnp.square(at_steps(schedule.sqrt_one_minus_alphas_cumprod, before, x_t))
    spread_before = jnp.where(first, 0.0, spread_before)
    scale_before = jnp.where(first, 1.0, at_steps(schedule.sqrt_alphas_cumprod, before, x_t))
    mean = (scale_before * beta * x0 + jnp.sqrt(1 - beta) * spread_before * x_t) / spread
    return Posterior(mean, spread_before / spread * beta)
