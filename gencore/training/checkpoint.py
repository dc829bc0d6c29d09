"""Checkpoints: a run that was cut off goes on where it was."""

import hashlib
from dataclasses import asdict
from pathlib import Path
from typing import Any

import jax
import numpy as np
import orbax.checkpoint as ocp

from gencore.training.history import History

__all__ = ["CheckpointError", "Checkpoints"]


class CheckpointError(RuntimeError):
    """A checkpoint folder holds something that this run cannot go on from."""


def _named_leaves(state: Any) -> dict[str, Any]:
    """Flatten a state to {path: array}, which survives a change of container classes."""
    return {jax.tree_util.keystr(path): leaf for path, leaf in jax.tree_util.tree_leaves_with_path(state)}


class Checkpoints:
    """The two newest checkpoints of one run, through orbax, which writes each atomically.

    Args:
        directory: Folder of this run alone; made if it is missing.
        run: What makes the run itself: a checkpoint with other values is refused.

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

    def __init__(self, directory: str | Path, run: dict[str, Any]):
        self.directory = Path(directory).expanduser().resolve()
        self.run = run
        self._manager = ocp.CheckpointManager(
            self.directory,
            options=ocp.CheckpointManagerOptions(max_to_keep=2, enable_async_checkpointing=False),
        )

    def save(self, step: int, state: Any, history: History) -> None:
        """Write the state and history of ``step``; an older checkpoint stays until this one is whole."""
        leaves = _named_leaves(state)
        about = {"run": self.run, "layout": _layout(leaves), "history": asdict(history)}
        self._manager.save(
            step, args=ocp.args.Composite(state=ocp.args.StandardSave(leaves), about=ocp.args.JsonSave(about))
        )
        self._manager.wait_until_finished()

    def restore(self, state: Any, history: History) -> tuple[Any, History]:
        """Return the newest checkpoint's state and history, or the arguments where there is none.

        Args:
            state: A state of the same structure, for its shapes and types.
            history: What to return as history where there is no checkpoint.

        Raises:
            CheckpointError: The checkpoint is another run's, another model's, or cannot be read.
        """
        step = self._manager.latest_step()
        if step is None:
            return state, history
        leaves = _named_leaves(state)
        abstract = jax.tree.map(ocp.utils.to_shape_dtype_struct, leaves)
        try:
            about = self._manager.restore(step, args=ocp.args.Composite(about=ocp.args.JsonRestore()))[
                "about"
            ]
        except Exception as error:
            raise self._refuse(step, f"it cannot be read: {error}") from error
        if about["run"] != self.run:
            raise self._refuse(step, f"it belongs to a run with {about['run']}, this one has {self.run}")
        if about["layout"] != _layout(leaves):
            raise self._refuse(step, "it was written by a model or an optimizer of another shape")
        try:
            restored = self._manager.restore(
                step, args=ocp.args.Composite(state=ocp.args.StandardRestore(abstract))
            )["state"]
        except Exception as error:
            raise self._refuse(step, f"it cannot be read: {error}") from error
        structure = jax.tree.structure(state)
        return jax.tree.unflatten(structure, [restored[name] for name in leaves]), History(**about["history"])

    def _refuse(self, step: int, reason: str) -> CheckpointError:
        return CheckpointError(
            f"the checkpoint of step {step} in {self.directory} cannot be used: {reason}. "
            "Choose another checkpoint_dir, or remove that folder to start again."
        )


def _layout(leaves: dict[str, Any]) -> str:
    """Fingerprint of every array's name, shape and type."""
    lines = [f"{name} {np.shape(leaf)} {leaf.dtype}" for name, leaf in leaves.items()]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
