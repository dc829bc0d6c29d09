"""One training loop for every family of models."""

import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from tqdm import tqdm

from gencore.training.checkpoint import CheckpointError, Checkpoints
from gencore.training.devices import check_same_call, data_mesh, highest, local, part, spread
from gencore.training.history import History
from gencore.training.interrupt import hold_signals
from gencore.training.interval import batch_indices, run_interval
from gencore.training.state import Step
from gencore.types import Batch

__all__ = ["TrainingDiverged", "fit"]


class TrainingDiverged(FloatingPointError):
    """A metric of the training step, or an array of its state, is no longer finite."""


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


def _check_state(state: Any, done: int) -> None:
    """Stop before weights are kept that a finite loss has spoiled."""
    for path, leaf in jax.tree_util.tree_leaves_with_path(state):
        # A single number may well be infinite, as the best loss so far is at the start.
        if leaf.ndim and jnp.issubdtype(leaf.dtype, jnp.inexact) and not np.isfinite(np.asarray(leaf)).all():
            raise TrainingDiverged(
                f"after step {done - 1} the loss is finite, but state{jax.tree_util.keystr(path)} is not. Look for a "
                "gradient that is infinite where its function is not, such as that of sqrt at 0, or try a smaller "
                "learning rate."
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
    devices: Sequence[jax.Device] | None = None,  # pyright: ignore[reportInvalidTypeForm]
    progress: bool = True,
    description: str = "training",
) -> tuple[Any, History]:
    """Train: take steps on shuffled batches, log, watch for divergence, save and resume.

    The loop knows nothing of models. A step is any function from (state, batch, key) to (state, metrics), so GANs
    with two networks and autoencoders with one go through the same code. ``log_every`` steps are compiled into one
    program; the state is donated to it, so weights and optimizer memory are updated in place.

    With a ``checkpoint_dir``, the same call goes on where a run was cut off, and ends with the bits of one that was
    not. Ctrl-C and SIGTERM then wait for the end of the logging interval, and the state is saved first.

    With several devices, each keeps the whole state and all data, and takes an equal share of every batch. Processes
    that have called ``jax.distributed.initialize`` train one model together: each makes this call with the same
    arguments, and ``checkpoint_dir`` is one that all of them see. The draws, the losses and the weights are those of
    one device, but for rounding.

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
        devices: The devices that share the work; None for all that JAX sees, ``jax.local_devices()[:1]`` for one.
        progress: Show a progress bar on stderr.
        description: What the progress bar says.

    Returns:
        The trained state, and the run's :class:`gencore.training.History`.

    Raises:
        ValueError: A number is not positive, arrays of ``data`` differ in length, or ``batch_size`` is not a multiple
            of the number of devices.
        TrainingDiverged: A metric or the state became infinite or NaN; the message says when, and what to try. What
            had been saved before is still there.
        gencore.training.CheckpointError: ``checkpoint_dir`` holds another run's checkpoint, or a broken one.
        KeyboardInterrupt: Ctrl-C, after what can be saved is saved.

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
    mesh = data_mesh(devices, batch_size)
    numbers = {"examples": n, "steps": steps, "batch_size": batch_size, "seed": seed, "log_every": log_every}
    check_same_call(mesh, numbers, {"data": data, "states": state})
    checkpoints, announcement = None, None
    if checkpoint_dir is not None:
        checkpoints = Checkpoints(checkpoint_dir, run={"seed": seed, "batch_size": batch_size}, data=data)
        announcement = (
            f"Stopping: these {log_every} steps are finished, then saved to {checkpoints.directory}. "
            "Ctrl-C once more stops at once."
        )
    data, state = spread(data, mesh), spread(jax.tree.map(jnp.copy, state), mesh)
    key = jax.random.key(seed)
    history = History()
    if checkpoints:
        state, history = checkpoints.restore(state, history)
    done = int(state.step)
    if checkpoints and done > steps:
        raise CheckpointError(
            f"{checkpoints.directory} holds step {done}, past steps={steps}; choose more steps, "
            "or another checkpoint_dir"
        )
    quiet = not progress or jax.process_index() > 0
    try:
        with (
            hold_signals(announcement) as held,
            tqdm(total=steps, initial=done, desc=description, unit="step", disable=quiet) as bar,
        ):
            while done < steps:
                count = min(log_every, steps - done)
                began = time.perf_counter()
                rows = batch_indices(n, batch_size, range(done, done + count), seed)
                state, log = run_interval(step, scan, state, data, rows, key, done, log_every, mesh)
                seconds = time.perf_counter() - began
                _check_finite(log, done)
                previous, done = done, done + count
                history.add(done, seconds, {name: float(values.mean()) for name, values in log.items()})
                bar.update(count)
                bar.set_postfix({name: f"{values[-1]:.4g}" for name, values in history.metrics.items()})
                if evaluate and _due(previous, done, evaluate_every, steps):
                    for name, value in evaluate(local(state, mesh)).items():
                        point = (done, history.total_seconds, float(value))
                        history.evaluations.setdefault(name, []).append(point)
                stop = highest(held.number, mesh) if checkpoints else 0
                if stop or _due(previous, done, checkpoint_every if checkpoints else None, steps):
                    _check_state(state, done)
                    if checkpoints:
                        checkpoints.save(done, state, history)
                if stop:
                    held.number = stop
                    raise KeyboardInterrupt
    except KeyboardInterrupt:
        if jax.process_index() == 0:
            print(_what_is_kept(done, steps, checkpoints), file=sys.stderr, flush=True)
        if held.number == signal.SIGTERM:  # everything is saved: let it do its work
            part(mesh)
            signal.raise_signal(signal.SIGTERM)
        raise
    return local(state, mesh), history


def _what_is_kept(done: int, steps: int, checkpoints: Checkpoints | None) -> str:
    """Say what an interrupted run leaves behind."""
    if checkpoints is None:
        kept = "Nothing is kept. With a checkpoint_dir, Ctrl-C saves there and the same call goes on"
    elif checkpoints.newest is None:
        kept = "Nothing was saved yet"
    else:
        kept = f"Step {checkpoints.newest} is in {checkpoints.directory}; the same call goes on from there"
    return f"\nStopped after step {done} of {steps}. {kept}."


def _due(previous: int, done: int, every: int | None, steps: int) -> bool:
    """Whether a multiple of ``every`` was reached since ``previous``, or the run is over."""
    return done == steps or (every is not None and done // every > previous // every)
