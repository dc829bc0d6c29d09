"""Training: one loop for every family, what each minimizes, and checkpoints."""

from gencore.training.checkpoint import CheckpointError, Checkpoints
from gencore.training.denoising import (
    FlowTimes,
    denoising_loss,
    flow_matching_loss,
    logit_normal_times,
    uniform_times,
)
from gencore.training.game import GameState, Penalty, Player, adversarial_step, trained_generator
from gencore.training.history import History
from gencore.training.interval import batch_indices
from gencore.training.loop import TrainingDiverged, fit
from gencore.training.memory import peak_memory
from gencore.training.objectives import (
    autoencoder_loss,
    classifier_loss,
    next_token_loss,
    noise_prediction_loss,
    vae_loss,
)
from gencore.training.side_by_side import side_by_side
from gencore.training.state import Loss, Step, TrainState, gradient_step, trained_model

__all__ = [
    "CheckpointError",
    "Checkpoints",
    "FlowTimes",
    "GameState",
    "History",
    "Loss",
    "Penalty",
    "Player",
    "Step",
    "TrainState",
    "TrainingDiverged",
    "adversarial_step",
    "autoencoder_loss",
    "batch_indices",
    "classifier_loss",
    "denoising_loss",
    "fit",
    "flow_matching_loss",
    "gradient_step",
    "logit_normal_times",
    "next_token_loss",
    "noise_prediction_loss",
    "peak_memory",
    "side_by_side",
    "trained_generator",
    "trained_model",
    "uniform_times",
    "vae_loss",
]
