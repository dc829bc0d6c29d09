"""The smallest GAN there is: two numbers play, and every question about their game has an exact answer."""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from gencore.losses import AdversarialLoss, minimax
from gencore.types import AnyArray

__all__ = ["DiracGAN"]


class DiracGAN(NamedTuple):
    r"""All data at 0, all generated mass at :math:`\theta`, and a critic that is a straight line.

    The critic's logit is :math:`\ell(x) = \psi x`. The only equilibrium is :math:`\theta = \psi = 0`: the generator
    matches the data, and the critic is undecided everywhere. In the games of probability and in Wasserstein's, the
    Jacobian of :meth:`field` there is

    .. math:: J = \begin{pmatrix} 0 & c \\ -c & -\gamma \end{pmatrix}, \qquad
        \lambda = \tfrac12 \left( -\gamma \pm \sqrt{\gamma^2 - 4 c^2} \right),

    with :math:`c = \tfrac12` for :data:`gencore.losses.minimax` and :data:`gencore.losses.non_saturating`, and
    :math:`c = 1` for :data:`gencore.losses.wasserstein`. Without a penalty, :math:`\lambda = \pm i c`: a pure rotation.

    Attributes:
        loss: The rules of the game.
        r1: Weight :math:`\gamma` of the critic's penalty :math:`\tfrac12 \ell'(0)^2 = \tfrac12 \psi^2` on the data, as
            :func:`gencore.losses.r1_penalty` has it; 0 for none.

    Example:
        >>> sorted(np.linalg.eigvals(DiracGAN().jacobian()).imag.round(3).tolist())
        [-0.5, 0.5]

    Reference:
        Mescheder et al. 2018, section 2 and lemma 2.3; theorem 4.1 for the penalty.
    """

    loss: AdversarialLoss = minimax
    r1: float = 0.0

    def field(
        self, theta: Float[AnyArray, "*n"], psi: Float[AnyArray, "*n"]
    ) -> tuple[Float[AnyArray, "*n"], Float[AnyArray, "*n"]]:
        """Where each player wants to go: minus the gradients of the two losses, at one point or at many."""
        logits = psi * theta  # the critic's judgment of what the generator makes
        generator_slope = jax.grad(lambda v: self.loss.generator(v).sum())(logits)
        critic_slope = jax.grad(lambda v: self.loss.fake(v).sum())(
            logits
        )  # at the data, 0, the logit stays 0
        return -generator_slope * psi, -critic_slope * theta - self.r1 * psi

    def jacobian(self) -> np.ndarray:
        """Jacobian of :meth:`field` at the equilibrium, in (theta, psi), shape (2, 2)."""
        at = jnp.zeros(2)
        return np.asarray(jax.jacobian(lambda point: jnp.stack(self.field(point[0], point[1])))(at))

    def trajectory(
        self,
        start: tuple[float, float],
        *,
        rate: float,
        steps: int,
        simultaneous: bool = False,
    ) -> np.ndarray:
        """Play by gradient steps.

        Args:
            start: The first theta and psi.
            rate: Step size of both players, positive.
            steps: Number of steps, at least 1.
            simultaneous: Let both players move at once; else the critic moves first and the generator meets the new
                critic, as GANs are trained.

        Returns:
            (theta, psi) before the first step and after each, shape (steps + 1, 2).

        Raises:
            ValueError: ``rate`` is not positive, or ``steps`` is below 1.

        Example:
            >>> path = DiracGAN(r1=1.0).trajectory((1.0, 0.5), rate=0.3, steps=200)
            >>> path.shape, bool(np.abs(path[-1]).max() < 1e-3)
            ((201, 2), True)
        """
        if not rate > 0:
            raise ValueError(f"rate is {rate}; choose a positive step size, such as 0.1")
        if steps < 1:
            raise ValueError(f"steps is {steps}; choose 1 or more")

        def step(state, _):
            theta, psi = state
            new_psi = psi + rate * self.field(theta, psi)[1]
            new_theta = theta + rate * self.field(theta, psi if simultaneous else new_psi)[0]
            return (new_theta, new_psi), jnp.stack([new_theta, new_psi])

        first = jnp.asarray(start, jnp.float32)
        _, path = jax.lax.scan(step, (first[0], first[1]), length=steps)
        return np.concatenate([first[None], path])
