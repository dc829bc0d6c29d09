"""One training loop for every family of models."""

import time
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from tqdm import tqdm

from gencore.training.checkpoint import Checkpoints
from gencore.training.history import History
from gencore.training.state import Step
from gencore.types import Batch

__all__ = ["TrainingDiverged", "batch_indices", "fit"]


class TrainingDiverged(FloatingPointError):
    """A metric of the training step is no longer a finite number."""


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


@lru_cache(maxsize=16)
def _compiled_step(step: Step) -> Callable[..., Any]:
    """Compile one step: its rows are gathered inside, its state is donated."""

    def run(state: Any, data: Batch, rows: jax.Array, key: jax.Array, start: jax.Array) -> Any:
        batch = jax.tree.map(lambda a: a[rows], data)
        return step(state, batch, jax.random.fold_in(key, start))

    return jax.jit(run, donate_argnums=0)


@lru_cache(maxsize=16)
def _compiled_interval(step: Step) -> Callable[..., Any]:
    """Compile a whole logging interval into one program; the number of steps is an argument, so it never recompiles."""

    def run(
        state: Any, data: Batch, rows: jax.Array, key: jax.Array, start: jax.Array, count: jax.Array
    ) -> Any:
        def one(state: Any, i: jax.Array) -> Any:
            batch = jax.tree.map(lambda a: a[rows[i]], data)
            return step(state, batch, jax.random.fold_in(key, start + i))

        def body(i: jax.Array, carry: Any) -> Any:
            state, log = carry
            state, metrics = one(state, i)
            return state, jax.tree.map(lambda a, value: a.at[i].set(value), log, metrics)

        shapes = jax.eval_shape(lambda: one(state, jnp.zeros((), jnp.int32))[1])
        log = jax.tree.map(lambda s: jnp.zeros((len(rows), *s.shape), s.dtype), shapes)
        return jax.lax.fori_loop(0, count, body, (state, log))

    return jax.jit(run, donate_argnums=0)


def _run_interval(
    step: Step, scan: bool, state: Any, data: Batch, rows: np.ndarray, key: jax.Array, start: int, length: int
) -> tuple[Any, dict[str, np.ndarray]]:
    """Take ``len(rows)`` steps; return the new state and each metric at each step."""
    count = len(rows)
    if scan:
        padded = np.zeros((length, rows.shape[1]), np.int32)
        padded[:count] = rows
        state, log = _compiled_interval(step)(state, data, padded, key, np.int32(start), np.int32(count))
        return state, {name: np.asarray(values)[:count] for name, values in log.items()}
    run, logs = _compiled_step(step), []
    for i, row in enumerate(rows):
        state, metrics = run(state, data, row, key, np.int32(start + i))
        logs.append(metrics)
    logs = jax.device_get(logs)
    return state, {name: np.asarray([entry[name] for entry in logs]) for name in logs[0]}


def _check_finite(log: Mapping[str, np.ndarray], start: int) -> None:
    """Stop with the step, the value before it, and what to try."""
    for name, values in log.items():
        bad = np.flatnonzero(~np.isfinite(values))
        if len(bad):
            first = int(bad[0])
            before = (
                f"{values[first - 1]:.6g} one step before" if first else "its first value in this interval"
            )
            raise TrainingDiverged(
                f"{name} became {values[first]} at step {start + first} ({before}). Try a learning rate ten times "
                "smaller, clip gradients with optax.clip_by_global_norm(1.0), or look for log(0) and 0/0 in the loss."
            )


def fit(
    step: Step,
    state: Any,
    data: Batch,
    *,
    steps: int,
    batch_size: int,
    seed: int = 0,
    log_every: int = 100,
    scan: bool = True,
    evaluate: Callable[[Any], Mapping[str, float]] | None = None,
    evaluate_every: int | None = None,
    checkpoint_dir: str | Path | None = None,
    checkpoint_every: int = 1000,
    progress: bool = True,
    description: str = "training",
) -> tuple[Any, History]:
    """Train: take steps on shuffled batches, log, watch for divergence, save and resume.

    The loop knows nothing of models. A step is any function from (state, batch, key) to (state, metrics), so GANs
    with two networks and autoencoders with one go through the same code. ``log_every`` steps are compiled into one
    program; the state is donated to it, so weights and optimizer memory are updated in place.

    Args:
        step: The step, from :func:`gencore.training.gradient_step` or your own.
        state: The state to start from, with a field ``step``; it is copied, not changed.
        data: An array, or a tuple of arrays, whose first axis is the example.
        steps: Total number of steps; a resumed run counts those already taken.
        batch_size: Examples a step.
        seed: Seed of the batches and of each step's key. The same seed gives the same run.
        log_every: Steps in a logging interval.
        scan: True runs a logging interval as one compiled loop: best for matrix products. False calls the compiled
            step from Python: best for convolutions, which XLA runs about ten times slower inside a loop on a CPU.
        evaluate: Called with the state every ``evaluate_every`` steps and at the end; returns named numbers. Its
            time is not counted as training.
        evaluate_every: Steps between evaluations, rounded up to whole logging intervals; None for the end only.
        checkpoint_dir: Folder to save to and to resume from, or None.
        checkpoint_every: Steps between checkpoints, rounded up to whole logging intervals.
        progress: Show a progress bar on stderr.
        description: What the progress bar says.

    Returns:
        The trained state, and the run's :class:`gencore.training.History`.

    Raises:
        ValueError: A number is not positive, or arrays of ``data`` differ in length.
        TrainingDiverged: A metric became infinite or NaN; the message says when, and what to try.
        gencore.training.CheckpointError: ``checkpoint_dir`` holds another run's checkpoint, or a broken one.

    Example:
        >>> import optax
        >>> from flax import nnx
        >>> from gencore.training import gradient_step
        >>> model = nnx.Linear(2, 1, rngs=nnx.Rngs(0))
        >>> def loss(model, x, key, step):
        ...     return jnp.square(model(x)).mean(), {}
        >>> step, state = gradient_step(model, loss, optax.sgd(0.1))
        >>> state, history = fit(step, state, np.ones((8, 2), "f"), steps=200, batch_size=4, progress=False)
        >>> history.steps, bool(history["loss"][-1] < 1e-6)
        ([100, 200], True)
    """
    for name, value in {"steps": steps, "log_every": log_every, "checkpoint_every": checkpoint_every}.items():
        if value < 1:
            raise ValueError(f"{name} is {value}; choose a positive number")
    lengths = {len(a) for a in jax.tree.leaves(data)}
    if len(lengths) != 1:
        raise ValueError(f"data holds arrays of {sorted(lengths)} examples; their first axes must agree")
    n = lengths.pop()
    batch_indices(n, batch_size, range(0), seed)  # says at once if batch_size does not fit
    data = jax.tree.map(jnp.asarray, data)
    state = jax.tree.map(jnp.copy, state)
    key = jax.random.key(seed)
    history = History()
    checkpoints = None
    if checkpoint_dir is not None:
        checkpoints = Checkpoints(checkpoint_dir, run={"seed": seed, "batch_size": batch_size, "examples": n})
        state, history = checkpoints.restore(state, history)
    done = int(state.step)
    with tqdm(total=steps, initial=done, desc=description, unit="step", disable=not progress) as bar:
        while done < steps:
            count = min(log_every, steps - done)
            began = time.perf_counter()
            rows = batch_indices(n, batch_size, range(done, done + count), seed)
            state, log = _run_interval(step, scan, state, data, rows, key, done, log_every)
            seconds = time.perf_counter() - began
            _check_finite(log, done)
            previous, done = done, done + count
            history.add(done, seconds, {name: float(values.mean()) for name, values in log.items()})
            bar.update(count)
            bar.set_postfix({name: f"{values[-1]:.4g}" for name, values in history.metrics.items()})
            if evaluate and _due(previous, done, evaluate_every, steps):
                for name, value in evaluate(state).items():
                    point = (done, history.total_seconds, float(value))
                    history.evaluations.setdefault(name, []).append(point)
            if checkpoints and _due(previous, done, checkpoint_every, steps):
                checkpoints.save(done, state, history)
    return state, history


def _due(previous: int, done: int, every: int | None, steps: int) -> bool:
    """Whether a multiple of ``every`` was reached since ``previous``, or the run is over."""
    return done == steps or (every is not None and done // every > previous // every)
