r"""What the two players of a GAN minimize, and the penalties that keep the critic smooth.

The critic gives each example a number :math:`\ell(x)`. In the games of probability it is a logit: the critic believes
that :math:`x` is real with probability :math:`D(x) = 1 / (1 + e^{-\ell(x)})`. All losses are written in logits, where
:math:`-\log D = \operatorname{softplus}(-\ell)` and :math:`-\log(1 - D) = \operatorname{softplus}(\ell)`, which never
overflow.
"""

from collections.abc import Callable
from typing import Any, NamedTuple, TypeAlias

import jax
import jax.numpy as jnp

from gencore.types import PerExample, PRNGKey, Vectors

__all__ = [
    "AdversarialLoss",
    "gradient_penalty",
    "hinge",
    "interpolate",
    "least_squares",
    "minimax",
    "non_saturating",
    "r1_penalty",
    "smoothed",
    "wasserstein",
]

LogitLoss: TypeAlias = Callable[[Any], Any]
"""From logits, shape (batch,), to one loss for each example."""


class AdversarialLoss(NamedTuple):
    """The rules of a game: what each player pays for the critic's logit of an example.

    Attributes:
        real: What the critic pays for a real example.
        fake: What the critic pays for a generated one.
        generator: What the generator pays for its own example.

    Example:
        >>> undecided = jnp.zeros(1)  # the critic gives 50 % to everything
        >>> non_saturating.real(undecided) + non_saturating.fake(undecided)  # 2 ln 2
        Array([1.3862944], dtype=float32)
    """

    real: LogitLoss
    fake: LogitLoss
    generator: LogitLoss


minimax = AdversarialLoss(
    real=lambda logits: jax.nn.softplus(-logits),
    fake=jax.nn.softplus,
    generator=lambda logits: -jax.nn.softplus(logits),
)
r"""The game of the theory: the generator pays :math:`\log(1 - D(x))`, what the critic gains on it.

Its gradient in the logit is :math:`-D(x)`, so it vanishes just where the generator is worst. Goodfellow et al. 2014,
eq. 1.
"""

non_saturating = AdversarialLoss(
    real=lambda logits: jax.nn.softplus(-logits),
    fake=jax.nn.softplus,
    generator=lambda logits: jax.nn.softplus(-logits),
)
r"""The game that is played: the generator pays :math:`-\log D(x)`, with gradient :math:`D(x) - 1`.

Goodfellow et al. 2014, section 3.
"""

least_squares = AdversarialLoss(
    real=lambda logits: 0.5 * jnp.square(logits - 1),
    fake=lambda logits: 0.5 * jnp.square(logits),
    generator=lambda logits: 0.5 * jnp.square(logits - 1),
)
"""Squared distance of the critic's number to 1 for real and to 0 for fake. Mao et al. 2017, eq. 9."""

hinge = AdversarialLoss(
    real=lambda logits: jax.nn.relu(1 - logits),
    fake=lambda logits: jax.nn.relu(1 + logits),
    generator=lambda logits: -logits,
)
"""No pay for examples on the right side of a margin. Lim and Ye 2017, eq. 4."""

wasserstein = AdversarialLoss(
    real=lambda logits: -logits, fake=lambda logits: logits, generator=lambda logits: -logits
)
"""The difference of two means. It needs a critic of bounded slope: :func:`gradient_penalty`, or a spectral norm.

Arjovsky et al. 2017, eq. 2.
"""


def smoothed(loss: AdversarialLoss, target: float = 0.9) -> AdversarialLoss:
    r"""One-sided label smoothing: real examples count as real with probability ``target`` only.

    The best critic can then not be surer than ``target`` anywhere. Fake examples keep their label: a smoothed fake
    label would reward the generator for staying where it is.

    Args:
        loss: The game, of which the critic's part on real examples changes.
        target: Probability in (0.5, 1] that a real example is called real.

    Returns:
        The softer game.

    Raises:
        ValueError: ``target`` is not above 0.5 and at most 1.

    Example:
        >>> sure = smoothed(non_saturating, 0.9).real(jnp.array([jnp.log(9.0)]))  # D = 0.9, the best it can do
        >>> bool(jnp.isclose(sure[0], -0.9 * jnp.log(0.9) - 0.1 * jnp.log(0.1)))
        True

    Reference:
        Salimans et al. 2016, section 3.4.
    """
    if not 0.5 < target <= 1:
        raise ValueError(f"target is {target}; choose a probability above 0.5 and at most 1, such as 0.9")
    return loss._replace(real=lambda logits: target * loss.real(logits) + (1 - target) * loss.fake(logits))


def interpolate(real: Vectors, fake: Vectors, key: PRNGKey) -> Vectors:
    r"""Points on the straight lines between real examples and generated ones: where WGAN-GP's penalty looks.

    .. math:: \hat x = \epsilon x + (1 - \epsilon) \tilde x, \qquad \epsilon \sim \mathcal U(0, 1)

    Args:
        real: Real examples :math:`x`, shape (batch, d).
        fake: Generated examples :math:`\tilde x`, shape (batch, d).
        key: Randomness of the places, one for each pair.

    Returns:
        Shape (batch, d).

    Example:
        >>> points = interpolate(jnp.ones((3, 2)), jnp.zeros((3, 2)), jax.random.key(0))
        >>> bool(((points >= 0) & (points <= 1) & (points[:, :1] == points)).all())
        True

    Reference:
        Gulrajani et al. 2017, algorithm 1.
    """
    place = jax.random.uniform(key, (len(real), 1))
    return place * real + (1 - place) * fake


def _squared_slope(critic: Callable[[Any], Any], x: Vectors) -> PerExample:
    """Squared length of the critic's gradient at each example."""
    slope = jax.grad(lambda x: critic(x).sum())(jnp.asarray(x))
    return jnp.sum(jnp.square(slope), axis=-1)


def gradient_penalty(critic: Callable[[Any], Any], x: Vectors) -> PerExample:
    r"""WGAN-GP's penalty: the critic's slope should be 1 at ``x``.

    .. math:: \left( \lVert \nabla_x \ell(x) \rVert - 1 \right)^2

    Args:
        critic: From examples of shape (batch, d) to logits of shape (batch,).
        x: Where to look, shape (batch, d): see :func:`interpolate`.

    Returns:
        The penalty of each example, shape (batch,); the paper weighs it with 10.

    Example:
        >>> gradient_penalty(lambda x: 3 * x[:, 0], jnp.zeros((2, 5)))  # slope 3 everywhere
        Array([4., 4.], dtype=float32)

    Reference:
        Gulrajani et al. 2017, eq. 3.
    """
    # The root's gradient is infinite at 0; the small number keeps it finite where the critic is flat.
    return jnp.square(jnp.sqrt(_squared_slope(critic, x) + 1e-12) - 1)


def r1_penalty(critic: Callable[[Any], Any], real: Vectors) -> PerExample:
    r"""The zero-centered penalty: the critic should be flat where the data are.

    .. math:: \tfrac12 \lVert \nabla_x \ell(x) \rVert^2

    With it, alternating gradient steps converge near the equilibrium, where without it they circle.

    Args:
        critic: From examples of shape (batch, d) to logits of shape (batch,).
        real: Real examples, shape (batch, d).

    Returns:
        The penalty of each example, shape (batch,).

    Example:
        >>> r1_penalty(lambda x: 3 * x[:, 0], jnp.zeros((2, 5)))
        Array([4.5, 4.5], dtype=float32)

    Reference:
        Mescheder et al. 2018, eq. 9.
    """
    return 0.5 * _squared_slope(critic, real)
