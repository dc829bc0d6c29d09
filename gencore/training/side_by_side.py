"""Several runs of one recipe as one: small networks leave most of a processor idle, ten of them do not."""

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp

from gencore.training.state import Step
from gencore.types import Batch, PRNGKey, Scalar

__all__ = ["side_by_side"]


def side_by_side(step: Step, states: Sequence[Any]) -> tuple[Step, Any]:
    """Take the steps of several runs at once: each has its own state, its own share of the batch and its own key.

    Args:
        step: The step of one run, from :func:`gencore.training.gradient_step` or your own. It serves all runs, so
            they share the model's structure, the loss and the optimizer.
        states: The state that each run starts from, all after the same number of steps.

    Returns:
        A step of all runs for :func:`gencore.training.fit`, whose batch has to be a multiple of the number of runs and
        whose metrics are means over the runs; and the states, stacked along a new first axis but for ``step``.

    Raises:
        ValueError: ``states`` is empty, or the batch cannot be shared among the runs.

    Example:
        >>> import optax
        >>> from flax import nnx
        >>> from gencore.training import gradient_step
        >>> loss = lambda model, x, key, step: (jnp.square(model(x)).mean(), {})
        >>> tx = optax.sgd(0.1)
        >>> runs = [gradient_step(nnx.Linear(2, 1, rngs=nnx.Rngs(seed)), loss, tx) for seed in range(3)]
        >>> step, state = side_by_side(runs[0][0], [state for _, state in runs])
        >>> state, metrics = step(state, jnp.ones((12, 2)), jax.random.key(0))
        >>> state.params["kernel"].shape, metrics["loss"].shape
        ((3, 2, 1), ())
    """
    if not states:
        raise ValueError("states is empty; give the state of at least one run")
    runs = len(states)
    stacked = jax.tree.map(lambda *leaves: jnp.stack(leaves), *states)._replace(step=states[0].step)
    axes = type(stacked)(*(None if name == "step" else 0 for name in stacked._fields))

    def share(a: Any) -> Any:
        if len(a) % runs:
            raise ValueError(
                f"the batch has {len(a)} examples; choose a multiple of {runs}, the number of runs"
            )
        return a.reshape(runs, -1, *a.shape[1:])

    def together(state: Any, batch: Batch, key: PRNGKey) -> tuple[Any, dict[str, Scalar]]:
        mapped = jax.vmap(step, in_axes=(axes, 0, 0), out_axes=(axes, 0))
        state, metrics = mapped(state, jax.tree.map(share, batch), jax.random.split(key, runs))
        return state, {name: values.mean() for name, values in metrics.items()}

    return together, stacked
