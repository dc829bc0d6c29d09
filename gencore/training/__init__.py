"""Training: one loop for every family, its steps, and its checkpoints."""

from gencore.training.checkpoint import CheckpointError, Checkpoints
from gencore.training.history import History
from gencore.training.loop import TrainingDiverged, batch_indices, fit
from gencore.training.state import Loss, Step, TrainState, gradient_step, trained_model

__all__ = [
    "CheckpointError",
    "Checkpoints",
    "History",
    "Loss",
    "Step",
    "TrainState",
    "TrainingDiverged",
    "batch_indices",
    "fit",
    "gradient_step",
    "trained_model",
]
