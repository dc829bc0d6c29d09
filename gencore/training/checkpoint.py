"""Checkpoints: a run that was cut off goes on where it was."""

import hashlib
import json
import zlib
from dataclasses import asdict
from pathlib import Path
from typing import Any

import jax
import numpy as np
import orbax.checkpoint as ocp

from gencore.training.history import History
from gencore.training.sampling import same, sample
from gencore.types import Batch

__all__ = ["CheckpointError", "Checkpoints"]

_FORMAT = 2


class CheckpointError(RuntimeError):
    """A checkpoint folder holds something that this run cannot go on from, or cannot be written."""


class Checkpoints:
    """The two newest checkpoints of one run, through orbax, which writes each atomically.

    A checkpoint carries a checksum of its content, and says what run it belongs to: ``run``, and a few values of the
    data. They are compared loosely, so that data which a model computes anew, and whose last digits differ from one
    machine to the next, are still the same data. What is not compared is the loss and the learning rate: a run that
    diverged may go on with a smaller one.

    Args:
        directory: Folder of this run alone; made if it is missing.
        run: What makes the run itself: a checkpoint with other values is refused.
        data: What the run learns from: a checkpoint of a run on other data is refused.

    Raises:
        CheckpointError: The folder cannot be made.

    Example:
        >>> import tempfile
        >>> import jax.numpy as jnp
        >>> folder = tempfile.mkdtemp()
        >>> state = {"step": jnp.array(3), "w": jnp.ones(2)}
        >>> Checkpoints(folder, run={"seed": 0}).save(3, state, History([3], [0.1], {"loss": [1.0]}))
        >>> restored, history = Checkpoints(folder, run={"seed": 0}).restore(state, History())
        >>> int(restored["step"]), history.steps
        (3, [3])
    """

    def __init__(self, directory: str | Path, run: dict[str, Any], data: Batch = ()):
        self.directory = Path(directory).expanduser().resolve()
        arrays = [np.asarray(a) for a in jax.tree.leaves(data)]
        self.run = run | {"data": [f"{a.dtype.name}{list(a.shape)}" for a in arrays]}
        self._sample = [sample(a) for a in arrays]
        try:
            self.directory.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise CheckpointError(f"{self.directory} cannot hold checkpoints: {_brief(error)}") from error
        self._manager = ocp.CheckpointManager(
            self.directory,
            options=ocp.CheckpointManagerOptions(
                max_to_keep=2, enable_async_checkpointing=False, cleanup_tmp_directories=True
            ),
        )

    @property
    def newest(self) -> int | None:
        """Step of the newest checkpoint, or None where there is none."""
        return self._manager.latest_step()

    def save(self, step: int, state: Any, history: History) -> None:
        """Write the state and history of ``step``; an older checkpoint stays until this one is whole.

        Raises:
            CheckpointError: It cannot be written, for instance because the disk is full.
        """
        leaves = _named_leaves(state)
        about = {
            "format": _FORMAT,
            "run": self.run,
            "sample": self._sample,
            "layout": _layout(leaves),
            "history": asdict(history),
            "state": _checksum(leaves),
        }
        about["about"] = zlib.crc32(json.dumps(about, sort_keys=True).encode())
        try:
            self._manager.save(
                step,
                args=ocp.args.Composite(state=ocp.args.StandardSave(leaves), about=ocp.args.JsonSave(about)),
            )
            self._manager.wait_until_finished()
        except (OSError, ValueError) as error:
            raise CheckpointError(
                f"the checkpoint of step {step} cannot be written to {self.directory}: {_brief(error)}. "
                "Make room there, or choose another checkpoint_dir; older checkpoints are as they were."
            ) from error

    def restore(self, state: Any, history: History) -> tuple[Any, History]:
        """Return the newest checkpoint's state and history, or the arguments where there is none.

        Args:
            state: A state of the same structure, for its shapes, types and devices.
            history: What to return as history where there is no checkpoint.

        Raises:
            CheckpointError: The checkpoint is another run's, another model's, or damaged.
        """
        step = self.newest
        if step is None:
            return state, history
        leaves = _named_leaves(state)
        about = self._read(step, about=ocp.args.JsonRestore())
        if about.get("format") != _FORMAT:
            raise self._refuse(step, "another version of gencore wrote it")
        if about.pop("about", None) != zlib.crc32(json.dumps(about, sort_keys=True).encode()):
            raise self._damaged(step, "its history does not have the checksum it was written with")
        if about["run"] != self.run:
            raise self._refuse(step, f"it belongs to a run with {about['run']}, this one has {self.run}")
        if not all(map(same, about["sample"], self._sample)):
            raise self._refuse(step, "it belongs to a run on other data of the same shape")
        if about["layout"] != _layout(leaves):
            raise self._refuse(step, "a model or an optimizer of another shape wrote it")
        abstract = jax.tree.map(ocp.utils.to_shape_dtype_struct, leaves)
        restored = self._read(step, state=ocp.args.StandardRestore(abstract))
        if about["state"] != _checksum({name: restored[name] for name in leaves}):
            raise self._damaged(step, "its arrays do not have the checksum they were written with")
        past = about["history"]
        evaluations = {name: [(*point,) for point in curve] for name, curve in past["evaluations"].items()}
        structure = jax.tree.structure(state)
        return (
            jax.tree.unflatten(structure, [restored[name] for name in leaves]),
            History(**past | {"evaluations": evaluations}),  # JSON knows no tuples
        )

    def _read(self, step: int, **item: Any) -> Any:
        """Read one item, the state or what there is to know about it."""
        try:
            return self._manager.restore(step, args=ocp.args.Composite(**item))[next(iter(item))]
        except Exception as error:  # whatever a damaged file makes of orbax, JSON and TensorStore
            raise self._damaged(step, _brief(error)) from error

    def _damaged(self, step: int, reason: str) -> CheckpointError:
        older = [other for other in self._manager.all_steps() if other < step]
        way_out = (
            f"Remove the folder {self.directory / str(step)} to go on from step {max(older)}" if older else ""
        )
        return self._refuse(step, f"it is damaged: {reason}", way_out)

    def _refuse(self, step: int, reason: str, way_out: str = "") -> CheckpointError:
        return CheckpointError(
            f"the checkpoint of step {step} in {self.directory} cannot be used: {reason}. "
            f"{way_out or 'Choose another checkpoint_dir, or remove that folder to start again'}."
        )


def _named_leaves(state: Any) -> dict[str, Any]:
    """Flatten a state to {path: array}, which survives a change of container classes."""
    return {jax.tree_util.keystr(path): leaf for path, leaf in jax.tree_util.tree_leaves_with_path(state)}


def _layout(leaves: dict[str, Any]) -> str:
    """Fingerprint of every array's name, shape and type."""
    lines = [f"{name} {np.shape(leaf)} {leaf.dtype}" for name, leaf in leaves.items()]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _checksum(leaves: dict[str, Any]) -> int:
    """CRC-32 of every array's bytes, one after the other: the files' own format does not notice a changed bit."""
    crc = 0
    for leaf in leaves.values():
        if jax.numpy.issubdtype(leaf.dtype, jax.dtypes.prng_key):
            leaf = jax.random.key_data(leaf)
        crc = zlib.crc32(np.ascontiguousarray(leaf).tobytes(), crc)
    return crc


def _brief(error: Exception) -> str:
    """First words of an error: TensorStore's run to pages."""
    text = (
        (str(error) or type(error).__name__)
        .strip()
        .partition("\n")[0]
        .partition(" See full ")[0]
        .rstrip(".: ")
    )
    return text if len(text) <= 160 else text[:160] + " …"
