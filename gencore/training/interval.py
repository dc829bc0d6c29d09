"""One logging interval: which rows its steps see, and the program that takes them."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.sharding import Mesh

from gencore.training.devices import replicated, share
from gencore.training.state import Step
from gencore.types import Batch

__all__ = ["batch_indices"]


def batch_indices(n: int, batch_size: int, steps: range, seed: int) -> np.ndarray:
    """Rows that each training step sees: a new shuffle for each epoch, whole batches only.

    A step's rows depend on the seed and on its number alone, so a resumed run sees what the interrupted one would
    have seen.

    Args:
        n: Number of examples.
        batch_size: Examples a step, from 1 to ``n``.
        steps: Step numbers, counted from 0.
        seed: Seed of the shuffles.

    Returns:
        Row numbers, int32, shape (len(steps), batch_size).

    Raises:
        ValueError: ``batch_size`` is not between 1 and ``n``.

    Example:
        >>> rows = batch_indices(6, 2, range(3), seed=0)
        >>> sorted(rows.ravel().tolist())
        [0, 1, 2, 3, 4, 5]
    """
    if not 1 <= batch_size <= n:
        raise ValueError(f"batch_size is {batch_size}; with {n} examples choose a number from 1 to {n}")
    per_epoch = n // batch_size
    rows = np.empty((len(steps), batch_size), np.int32)
    epoch, order = -1, np.empty(0, np.int32)
    for row, step in zip(rows, steps, strict=True):
        if step // per_epoch != epoch:
            epoch = step // per_epoch
            order = np.random.default_rng([seed, epoch]).permutation(n)
        start = step % per_epoch * batch_size
        row[:] = order[start : start + batch_size]
    return rows


def _gather(data: Batch, rows: jax.Array, mesh: Mesh | None) -> Any:
    """Take a batch's rows; with several devices, each takes its own share of them."""
    rows = share(rows, mesh)
    return jax.tree.map(lambda a: share(a[rows], mesh), data)


def _compile(run: Callable[..., Any], mesh: Mesh | None) -> Callable[..., Any]:
    """Compile; the state is donated, and with several devices all of them end up with the whole of it."""
    if mesh is None:
        return jax.jit(run, donate_argnums=0)
    return jax.jit(run, donate_argnums=0, out_shardings=replicated(mesh))


@lru_cache(maxsize=16)
def compiled_step(step: Step, mesh: Mesh | None = None) -> Callable[..., Any]:
    """Compile one step: its rows are gathered inside, its state is donated."""

    def run(state: Any, data: Batch, rows: jax.Array, key: jax.Array, start: jax.Array) -> Any:
        return step(state, _gather(data, rows, mesh), jax.random.fold_in(key, start))

    return _compile(run, mesh)


@lru_cache(maxsize=16)
def compiled_interval(step: Step, mesh: Mesh | None = None) -> Callable[..., Any]:
    """Compile a whole logging interval into one program; the number of steps is an argument, so it never recompiles."""

    def run(
        state: Any, data: Batch, rows: jax.Array, key: jax.Array, start: jax.Array, count: jax.Array
    ) -> Any:
        def one(state: Any, i: jax.Array) -> Any:
            return step(state, _gather(data, rows[i], mesh), jax.random.fold_in(key, start + i))

        def body(i: jax.Array, carry: Any) -> Any:
            state, log = carry
            state, metrics = one(state, i)
            return state, jax.tree.map(lambda a, value: a.at[i].set(value), log, metrics)

        shapes = jax.eval_shape(lambda: one(state, jnp.zeros((), jnp.int32))[1])
        log = jax.tree.map(lambda s: jnp.zeros((len(rows), *s.shape), s.dtype), shapes)
        return jax.lax.fori_loop(0, count, body, (state, log))

    return _compile(run, mesh)


def run_interval(
    step: Step,
    scan: bool,
    state: Any,
    data: Batch,
    rows: np.ndarray,
    key: jax.Array,
    start: int,
    length: int,
    mesh: Mesh | None = None,
) -> tuple[Any, dict[str, np.ndarray]]:
    """Take ``len(rows)`` steps; return the new state and each metric at each step."""
    count = len(rows)
    if scan:
        padded = np.zeros((length, rows.shape[1]), np.int32)
        padded[:count] = rows
        run = compiled_interval(step, mesh)
        state, log = run(state, data, padded, key, np.int32(start), np.int32(count))
        return state, {name: np.asarray(values)[:count] for name, values in log.items()}
    run, logs = compiled_step(step, mesh), []
    for i, row in enumerate(rows):
        state, metrics = run(state, data, row, key, np.int32(start + i))
        logs.append(metrics)
    logs = jax.device_get(logs)
    return state, {name: np.asarray([entry[name] for entry in logs]) for name in logs[0]}
