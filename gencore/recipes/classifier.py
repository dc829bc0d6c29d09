"""The frozen classifiers, of digits and of clothes: their settings, their training, their weights files."""

import hashlib
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import optax
from flax import nnx

from gencore.data import LabeledImages
from gencore.models import DigitClassifier, pack_weights
from gencore.models.classifier import FROZEN
from gencore.recipes.recording import DatasetError, load_images
from gencore.records import Record, provenance
from gencore.training import History, classifier_loss, fit, gradient_step, trained_model

__all__ = ["Settings", "accuracy", "record", "train"]


@dataclass(frozen=True)
class Settings:
    """Hyperparameters of the frozen classifier.

    Attributes:
        learning_rate: Peak of the one-cycle schedule.
        batch_size: Images a step.
        steps: Training steps; 5,616 are 12 epochs of the 60,000 digits.
        ema_decay: Decay of the moving average of the weights.
    """

    learning_rate: float = 3e-3
    batch_size: int = 128
    steps: int = 5616
    ema_decay: float = 0.998


def accuracy(model: DigitClassifier, data: LabeledImages) -> float:
    """Share of images whose class the model names, from 0 to 1.

    Example:
        >>> from gencore.data import load_mnist
        >>> from gencore.models import load_classifier
        >>> accuracy(load_classifier(), load_mnist("test", source="embedded")) > 0.99
        True
    """
    hits = [
        np.asarray(model(data.images[i : i + 1000])).argmax(-1) == data.labels[i : i + 1000]
        for i in range(0, len(data.labels), 1000)
    ]
    return float(np.concatenate(hits).mean())


def train(
    data: LabeledImages,
    chosen: Settings = Settings(),
    *,
    seed: int = 0,
    progress: bool = True,
    checkpoint_dir: str | Path | None = None,
) -> tuple[DigitClassifier, History]:
    """Train the classifier on images moved by up to two pixels.

    Args:
        data: Training images.
        chosen: Hyperparameters.
        seed: Seed of the initial weights, the batches and the shifts.
        progress: Show a progress bar.
        checkpoint_dir: Folder to save to and to resume from, or None.

    Returns:
        The classifier with averaged weights, and its history.

    Example:
        >>> from gencore.data import load_mnist
        >>> data = load_mnist("train", source="embedded")
        >>> model, history = train(data, Settings(steps=2), progress=False)
        >>> history.steps
        [2]
    """
    model = DigitClassifier(rngs=nnx.Rngs(seed))
    tx = optax.adam(optax.cosine_onecycle_schedule(chosen.steps, chosen.learning_rate))
    step, state = gradient_step(model, classifier_loss, tx, ema_decay=chosen.ema_decay)
    state, history = fit(
        step,
        state,
        (data.images, data.labels),
        steps=chosen.steps,
        batch_size=chosen.batch_size,
        seed=seed,
        scan=False,  # convolutions
        progress=progress,
        description="classifier",
        checkpoint_dir=checkpoint_dir,
    )
    return trained_model(model, state), history


def record(
    *,
    dataset: str = "mnist",
    weights: Path | None = None,
    seed: int = 0,
    progress: bool = True,
    checkpoint_dir: str | Path | None = None,
) -> Record:
    """Train on a full data set, write the weights file, and return the run's record.

    Args:
        dataset: ``"mnist"`` or ``"fashion_mnist"``.
        weights: Where to write the weights; None for the file that ships with the library.
        seed: Seed of the run.
        progress: Show a progress bar.
        checkpoint_dir: Folder to save to and to resume from, or None.

    Returns:
        The record; its settings hold the SHA-256 of the weights.

    Raises:
        gencore.recipes.recording.DatasetError: No such images.

    Example:
        ``gencore train classifier`` has written what the book shows:

        >>> from gencore.records import load_records
        >>> [record.seed for record in load_records("classifier", "mnist", "full")]
        [0]
    """
    if weights is None and dataset not in FROZEN:
        raise DatasetError(f"dataset is {dataset!r}; no classifier of it ships, so say where its weights go")
    path = weights or FROZEN[dataset].path
    images, test = (load_images(dataset, split, "full") for split in ("train", "test"))
    chosen = Settings()
    model, history = train(images, chosen, seed=seed, progress=progress, checkpoint_dir=checkpoint_dir)
    content = pack_weights(model)
    path.write_bytes(content)
    return Record(
        family="classifier",
        dataset=dataset,
        profile="full",
        seed=seed,
        n_train=len(images.labels),
        settings=asdict(chosen) | {"weights_sha256": hashlib.sha256(content).hexdigest()},
        train_seconds=history.total_seconds,
        metrics={"test_accuracy": {"value": accuracy(model, test), "interval": None}},
        history={"loss": [list(pair) for pair in zip(history.seconds, history.metrics["loss"], strict=True)]},
        provenance=provenance([images.images, images.labels]),
    )
