r"""Flow matching: straight lines from data to noise, and a network that knows which way the crowd goes.

Time is a number from 0, the data, to 1, the noise, as everywhere in this package. (Some papers count the other way.)
"""

from collections.abc import Callable
from functools import partial
from typing import Any, TypeAlias

import jax
import jax.numpy as jnp
from jaxtyping import Float

from gencore.diffusion.functions import as_data
from gencore.types import AnyArray, Examples, PerExample, PRNGKey, Vectors, Velocity

__all__ = ["FlowSolver", "euler_step", "flow_point", "heun_step", "mixture_velocity", "sample_flow"]

FlowSolver: TypeAlias = Callable[[Any, Any, Any, Any], Any]
"""How a step along the flow is taken: from (velocity, x, time, next time) to the next x."""


def flow_point(x0: Examples, noise: Examples, time: PerExample) -> Examples:
    r"""The place, at a time, on the straight line from an example to its noise.

    .. math:: x_s = (1 - s)\, x_0 + s\, \epsilon, \qquad \frac{\mathrm d x_s}{\mathrm d s} = \epsilon - x_0

    Args:
        x0: Clean examples, shape (batch, ...).
        noise: Standard normal noise, the same shape.
        time: A time :math:`s` from 0 to 1 for each example, shape (batch,).

    Returns:
        Shape (batch, ...).

    Example:
        >>> flow_point(jnp.array([[1.0], [1.0]]), jnp.array([[3.0], [3.0]]), jnp.array([0.0, 0.5]))
        Array([[1.],
               [2.]], dtype=float32)

    Reference:
        Liu et al. 2023, eq. 1; Lipman et al. 2023, eq. 22, with the time turned around.
    """
    s = jnp.asarray(time).reshape(-1, *(1,) * (x0.ndim - 1))
    return (1 - s) * x0 + s * noise


def euler_step(velocity: Velocity, x: Examples, time: PerExample, then: PerExample) -> Examples:
    r"""Go where the velocity points: :math:`x' = x + (s' - s)\, v(x, s)`.

    Args:
        velocity: From places (n, ...) and times (n,) to velocities (n, ...).
        x: Places, shape (n, ...).
        time: Their times :math:`s`, shape (n,).
        then: The times :math:`s'` to go to, shape (n,).

    Returns:
        The places then, shape (n, ...), with an error that falls with the step.

    Example:
        >>> euler_step(lambda x, s: x, jnp.array([[2.0]]), jnp.array([1.0]), jnp.array([0.5]))
        Array([[1.]], dtype=float32)
    """
    step = (then - time).reshape(-1, *(1,) * (x.ndim - 1))
    return x + step * velocity(x, time)


def heun_step(velocity: Velocity, x: Examples, time: PerExample, then: PerExample) -> Examples:
    """Look where Euler's step arrives, and go along the mean of the velocities here and there.

    Args:
        velocity: From places (n, ...) and times (n,) to velocities (n, ...).
        x: Places, shape (n, ...).
        time: Their times, shape (n,).
        then: The times to go to, shape (n,).

    Returns:
        The places then, shape (n, ...), with an error that falls with the square of the step, for two evaluations.

    Example:
        >>> heun_step(lambda x, s: x, jnp.array([[2.0]]), jnp.array([1.0]), jnp.array([0.5]))  # exactly: 1.2131
        Array([[1.25]], dtype=float32)

    Reference:
        Karras et al. 2022, algorithm 1.
    """
    step = (then - time).reshape(-1, *(1,) * (x.ndim - 1))
    here = velocity(x, time)
    return x + step * 0.5 * (here + velocity(x + step * here, then))


def sample_flow(
    velocity: Velocity,
    key: PRNGKey,
    shape: tuple[int, ...],
    *,
    steps: int = 25,
    solver: FlowSolver = heun_step,
    start: Examples | None = None,
) -> Examples:
    r"""Follow the flow from noise to data, :math:`\mathrm d x = v_\theta(x, s)\, \mathrm d s` from :math:`s = 1` to 0.

    The whole walk is one compiled loop; a new number of steps compiles it again, new weights do not.

    Args:
        velocity: From places (n, ...) and times (n,) to velocities (n, ...): a model, or a function.
        key: Randomness of the start.
        shape: Shape of the samples, (n, ...).
        steps: Number of steps, all of the same length, at least 1.
        solver: How a step is taken, such as :func:`heun_step` or :func:`euler_step`.
        start: Where to start instead of noise, shape (n, ...).

    Returns:
        Samples, shape (n, ...).

    Raises:
        ValueError: ``steps`` is below 1, or ``start`` does not fit the shape.

    Example:
        >>> velocity = mixture_velocity(jnp.array([[5.0, -5.0]]), std=0.1)
        >>> sample_flow(velocity, jax.random.key(0), (500, 2)).mean(0).round(1)
        Array([ 5., -5.], dtype=float32)

    Reference:
        Liu et al. 2023, algorithm 1.
    """
    if steps < 1:
        raise ValueError(f"steps is {steps}; choose 1 or more, such as 25")
    if start is not None and start.shape != tuple(shape):
        raise ValueError(f"start has shape {start.shape} and shape is {tuple(shape)}; make them the same")
    first = None if start is None else jnp.asarray(start)
    return _follow(as_data(velocity), key, first, shape=tuple(shape), steps=steps, solver=solver)


@partial(jax.jit, static_argnames=("shape", "steps", "solver"))
def _follow(velocity: Any, key: Any, first: Any, *, shape: Any, steps: int, solver: FlowSolver) -> Any:
    def step(x: Any, i: Any) -> Any:
        time, then = (jnp.full(shape[0], at / steps) for at in (i, i - 1))
        return solver(velocity, x, time, then), None

    x = jax.random.normal(key, shape) if first is None else first
    return jax.lax.scan(step, x, jnp.arange(1, steps + 1), reverse=True)[0]


def mixture_velocity(centers: Float[AnyArray, "modes d"], std: float) -> Velocity:
    r"""The expected velocity, for data from equally likely Gaussians: what a perfect network would answer.

    A place :math:`x` at time :math:`s` belongs to mode :math:`k` with a probability :math:`w_k(x)`, as in
    :func:`mixture_denoiser`, now with centers :math:`(1 - s) \mu_k` and variance
    :math:`v_s = (1 - s)^2 \sigma^2 + s^2`. Then

    .. math:: \mathbb E \left[ \epsilon - x_0 \mid x_s = x \right]
              = \sum_k w_k(x) \left( \frac{s - (1 - s)\, \sigma^2}{v_s} \left( x - (1 - s) \mu_k \right)
              - \mu_k \right).

    Args:
        centers: The modes :math:`\mu_k`, shape (modes, d).
        std: Standard deviation :math:`\sigma` of each mode, positive.

    Returns:
        A function from places (n, d) and times (n,) to velocities (n, d).

    Raises:
        ValueError: ``std`` is not positive.

    Example:
        >>> velocity = mixture_velocity(jnp.array([[3.0]]), std=1.0)
        >>> velocity(jnp.array([[0.0]]), jnp.array([1.0]))  # in the middle of the noise, towards the data: 0 - 3
        Array([[-3.]], dtype=float32)

    Reference:
        Lipman et al. 2023, theorem 1, applied to a mixture.
    """
    if std <= 0:
        raise ValueError(f"std is {std}; give the modes' standard deviation, above 0")

    def velocity(x: Vectors, time: PerExample) -> Vectors:
        s = jnp.asarray(time)[:, None]
        variance = jnp.square((1 - s) * std) + jnp.square(s)
        modes = jnp.asarray(centers)
        gaps = x[:, None] - (1 - s)[:, None] * modes  # (n, modes, d)
        weights = jax.nn.softmax(-0.5 * jnp.square(gaps).sum(-1) / variance, axis=-1)
        pull = (s - (1 - s) * std**2) / variance
        return jnp.einsum("nk,nkd->nd", weights, pull[:, None] * gaps - modes)

    return velocity
