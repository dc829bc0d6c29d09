"""The small diffusion model that ships with the library: its settings, its training, its weights file."""

import hashlib
from functools import cache
from pathlib import Path

import numpy as np
from flax import nnx

from gencore.data import LabeledImages
from gencore.models import pack_weights, read_weights, unpack_weights
from gencore.recipes import diffusion
from gencore.recipes.diffusion import PixelDiffusion
from gencore.recipes.recording import DatasetError, Evaluate, every_class, record_run
from gencore.records import Record
from gencore.training import History

__all__ = ["SETTINGS", "load", "record"]

SETTINGS = diffusion.Settings(width=384, blocks=3, learning_rate=2e-3, steps=18_000, ema_decay=0.9995)

WEIGHTS_PATH = Path(__file__).parents[1] / "models" / "digit_denoiser.safetensors"

WEIGHTS_SHA256 = "82e54941cdecd6a79621d2f65213079986bd0af9e71aa792f8bb64b85292adab"
"""Hash of the shipped weights; ``gencore train small_diffusion`` writes the file, and its record holds the hash."""


@cache
def load() -> PixelDiffusion:
    """Load the small diffusion model, trained on all of MNIST.

    Notebooks draw with it where a training of their own would take too long.

    Returns:
        The model; treat it as read-only, everyone shares it.

    Raises:
        gencore.models.WeightsError: The weights file is missing or changed.

    Example:
        >>> load().draw(np.array([3, 7]), steps=5).shape
        (2, 784)
    """
    model = SETTINGS.network(784, rngs=nnx.Rngs(0))
    content = read_weights(WEIGHTS_PATH, WEIGHTS_SHA256)
    return PixelDiffusion(unpack_weights(model, content), SETTINGS.schedule())


def record(
    *,
    weights: Path = WEIGHTS_PATH,
    dataset: str = "mnist",
    seed: int = 0,
    progress: bool = True,
    checkpoint_dir: str | Path | None = None,
) -> Record:
    """Train on the full MNIST, write the weights file in half precision, and return the run's record.

    Args:
        weights: Where to write the weights.
        dataset: ``"mnist"``; there is no small model of anything else.
        seed: Seed of the run.
        progress: Show a progress bar.
        checkpoint_dir: Folder to save to and to resume from, or None.

    Returns:
        The record, whose scores are those of the rounded weights; its settings hold the SHA-256 of the file.

    Raises:
        gencore.recipes.recording.DatasetError: Another data set.

    Example:
        ``gencore train small_diffusion`` has written what the book shows:

        >>> from gencore.records import load_records
        >>> [record.seed for record in load_records("small_diffusion", "mnist", "full")]
        [0]
    """
    if dataset != "mnist":
        raise DatasetError(f"dataset is {dataset!r}; the small model is of 'mnist' only")

    def learn(data: LabeledImages, evaluate: Evaluate | None) -> tuple[PixelDiffusion, History]:
        run = diffusion.train(
            data.flat, data.labels, SETTINGS, seed=seed, progress=progress, checkpoint_dir=checkpoint_dir
        )
        content = pack_weights(run.diffusion.model, dtype=np.float16)
        weights.write_bytes(content)
        return run.diffusion._replace(model=unpack_weights(run.diffusion.model, content)), run.history

    def draw(model: PixelDiffusion) -> tuple[np.ndarray, np.ndarray]:
        asked = every_class(SETTINGS.samples)
        return model.draw(asked, seed=seed, steps=SETTINGS.sampling_steps), asked

    made = record_run("small_diffusion", SETTINGS, learn, draw, seed=seed)
    made.settings["weights_sha256"] = hashlib.sha256(weights.read_bytes()).hexdigest()
    return made
