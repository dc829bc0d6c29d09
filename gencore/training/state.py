"""What training carries from step to step, and the step of a model with one loss."""

from collections.abc import Callable
from typing import Any, NamedTuple, TypeAlias

import jax
import jax.numpy as jnp
import optax
from flax import nnx

from gencore.types import Batch, PRNGKey, Scalar

__all__ = ["Loss", "Step", "TrainState", "gradient_step", "trained_model"]

Step: TypeAlias = Callable[[Any, Batch, PRNGKey], tuple[Any, dict[str, Scalar]]]
"""One step of any family: (state, batch, key) to (new state, metrics). The state has a field ``step``."""

Loss: TypeAlias = Callable[[Any, Any, PRNGKey, Scalar], tuple[Scalar, dict[str, Scalar]]]
"""(model, batch, key, step number) to (loss to minimize, metrics to log)."""


class TrainState(NamedTuple):
    """Everything that a model with one loss carries from step to step.

    Attributes:
        params: What the optimizer changes.
        extra: What the model itself changes, such as running statistics.
        opt_state: The optimizer's memory.
        average: Exponential moving average of ``params``, or None.
        step: Number of steps taken, an int32 scalar.
    """

    params: Any
    extra: Any
    opt_state: Any
    average: Any
    step: jax.Array


def ema(average: Any, params: Any, step: Scalar, decay: float | None) -> Any:
    """Move the average of the weights one step; without a decay there is no average."""
    if decay is None:
        return average
    now = jnp.minimum(decay, (1.0 + step) / (10.0 + step))
    return optax.incremental_update(params, average, 1.0 - now)


def gradient_step(
    model: nnx.Module, loss: Loss, tx: optax.GradientTransformation, *, ema_decay: float | None = None
) -> tuple[Step, TrainState]:
    r"""Make the training step of a model with one loss, and the state it starts from.

    The step is a plain function of arrays, so :func:`gencore.training.fit` can compile many of them into one program.
    With ``ema_decay`` :math:`\rho` it also keeps an average of the weights,
    :math:`\bar\theta_{t+1} = \rho_t \bar\theta_t + (1 - \rho_t)\, \theta_{t+1}` with
    :math:`\rho_t = \min(\rho, (1 + t) / (10 + t))`, which forgets the random start quickly.

    Args:
        model: The model; it is read, not changed.
        loss: The loss: (model, batch, key, step number) to (scalar, metrics).
        tx: An optax optimizer. Make it once: a new one means a new compilation.
        ema_decay: Decay of the average in (0, 1), or None for no average.

    Returns:
        The step, and the first state.

    Raises:
        ValueError: ``ema_decay`` is not between 0 and 1.

    Example:
        >>> model = nnx.Linear(2, 1, rngs=nnx.Rngs(0))
        >>> def loss(model, x, key, step):
        ...     return jnp.square(model(x)).mean(), {}
        >>> step, state = gradient_step(model, loss, optax.sgd(0.1))
        >>> state, metrics = step(state, jnp.ones((4, 2)), jax.random.key(0))
        >>> int(state.step), sorted(metrics)
        (1, ['loss'])
    """
    if ema_decay is not None and not 0.0 < ema_decay < 1.0:
        raise ValueError(f"ema_decay is {ema_decay}; choose a number between 0 and 1, such as 0.999, or None")
    graph, params, extra = nnx.split(model, nnx.Param, ...)

    def step(state: TrainState, batch: Batch, key: PRNGKey) -> tuple[TrainState, dict[str, Scalar]]:
        def objective(params: Any) -> tuple[Scalar, tuple[dict[str, Scalar], Any]]:
            merged = nnx.merge(graph, params, state.extra, copy=True)
            value, metrics = loss(merged, batch, key, state.step)
            return value, (metrics, nnx.split(merged, nnx.Param, ...)[2])

        (value, (metrics, extra)), gradient = jax.value_and_grad(objective, has_aux=True)(state.params)
        updates, opt_state = tx.update(gradient, state.opt_state, state.params)
        params = optax.apply_updates(state.params, updates)
        average = ema(state.average, params, state.step, ema_decay)
        return TrainState(params, extra, opt_state, average, state.step + 1), {"loss": value, **metrics}

    average = None if ema_decay is None else params
    return step, TrainState(params, extra, tx.init(params), average, jnp.zeros((), jnp.int32))


def trained_model(model: nnx.Module, state: TrainState, *, average: bool = True) -> Any:
    """Put trained weights into a copy of the model.

    Args:
        model: The model that :func:`gradient_step` was given; it is not changed.
        state: The trained state.
        average: Take the moving average of the weights where the state has one.

    Returns:
        A model of the same class.

    Example:
        >>> model = nnx.Linear(2, 1, rngs=nnx.Rngs(0))
        >>> _, state = gradient_step(model, lambda *a: (jnp.zeros(()), {}), optax.sgd(0.1))
        >>> trained_model(model, state)(jnp.ones((3, 2))).shape
        (3, 1)
    """
    graph, _, _ = nnx.split(model, nnx.Param, ...)
    params = state.params if state.average is None or not average else state.average
    return nnx.merge(graph, params, state.extra, copy=True)
