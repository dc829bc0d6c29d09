"""The VAE of chapter 04: its settings, its training, its results record."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import jax
import numpy as np
import optax
from flax import nnx

from gencore.data import LabeledImages
from gencore.models import VAE, Bernoulli, Gaussian, Likelihood, elbo
from gencore.profile import Profile, current_profile
from gencore.recipes.recording import Evaluate, record_run
from gencore.records import Record
from gencore.training import History, fit, gradient_step, trained_model, vae_loss
from gencore.types import Vectors

__all__ = ["Run", "Settings", "record", "settings", "train"]


@dataclass(frozen=True)
class Settings:
    """Hyperparameters of chapter 04.

    Attributes:
        latent_dim: Length of the code.
        hidden: Widths of the encoder's hidden layers; the decoder has them in reverse.
        beta: Weight of the KL term once warm.
        warmup_steps: Steps over which the weight climbs from 0 to ``beta``; 0 for none.
        learning_rate: Peak of the cosine schedule.
        clip_norm: Longest gradient, in nats per unit of weight; longer ones are shortened.
        batch_size: Images a step.
        steps: Training steps.
        ema_decay: Decay of the moving average of the weights.
        samples: Images drawn from the prior for scoring.
        pixel_std: Standard deviation of a Gaussian decoder; None for a Bernoulli one.
    """

    latent_dim: int = 16
    hidden: tuple[int, ...] = (512, 512)
    beta: float = 1.0
    warmup_steps: int = 0
    learning_rate: float = 1e-3
    clip_norm: float = 100.0
    batch_size: int = 128
    steps: int = 1500
    ema_decay: float = 0.99
    samples: int = 1000
    pixel_std: float | None = None

    def beta_schedule(self) -> float | optax.Schedule:
        """The weight of the KL term, as a number or as a schedule."""
        return optax.linear_schedule(0.0, self.beta, self.warmup_steps) if self.warmup_steps else self.beta

    def likelihood(self) -> Likelihood:
        """What the decoder's output says about pixels."""
        return Bernoulli() if self.pixel_std is None else Gaussian(self.pixel_std)


def settings(profile: Profile | None = None) -> Settings:
    """Settings of a profile; None for :func:`gencore.profile.current_profile`.

    Example:
        >>> settings("quick").samples, settings("full").samples
        (1000, 10000)
    """
    if (profile or current_profile()) == "quick":
        return QUICK
    return FULL


QUICK = Settings(hidden=(256, 256), learning_rate=5e-3, steps=600)

FULL = Settings(latent_dim=8, beta=1.5, learning_rate=1.5e-3, steps=17_000, ema_decay=0.999, samples=10_000)


class Run(NamedTuple):
    """A trained VAE and how its training went.

    Attributes:
        model: The VAE, with averaged weights.
        history: Curves of the training.
    """

    model: VAE
    history: History


def train(
    images: Vectors,
    chosen: Settings,
    *,
    seed: int = 0,
    progress: bool = True,
    evaluate: Callable[[VAE], Mapping[str, float]] | None = None,
    evaluate_every: int | None = None,
    checkpoint_dir: str | Path | None = None,
) -> Run:
    """Train a VAE with Adam, clipped gradients, a cosine learning rate and averaged weights.

    Args:
        images: Flat images in [0, 1], shape (N, 784).
        chosen: Hyperparameters.
        seed: Seed of the initial weights, the batches and the draws.
        progress: Show a progress bar.
        evaluate: Called with the averaged model; returns named numbers for the history.
        evaluate_every: Steps between evaluations; None for the end only.
        checkpoint_dir: Folder to save to and to resume from, or None.

    Returns:
        The trained VAE and its history.

    Example:
        >>> run = train(np.zeros((64, 784), "f"), Settings(hidden=(16,), steps=2, batch_size=32), progress=False)
        >>> run.history.steps
        [2]
    """
    likelihood = chosen.likelihood()
    model = VAE(images.shape[1], chosen.latent_dim, chosen.hidden, likelihood=likelihood, rngs=nnx.Rngs(seed))
    schedule = optax.warmup_cosine_decay_schedule(
        0.0, chosen.learning_rate, min(200, chosen.steps // 10), chosen.steps
    )
    tx = optax.chain(optax.clip_by_global_norm(chosen.clip_norm), optax.adam(schedule))
    step, state = gradient_step(model, vae_loss(chosen.beta_schedule()), tx, ema_decay=chosen.ema_decay)
    state, history = fit(
        step,
        state,
        images,
        steps=chosen.steps,
        batch_size=chosen.batch_size,
        seed=seed,
        progress=progress,
        description="VAE",
        evaluate=None if evaluate is None else lambda state: evaluate(trained_model(model, state)),
        evaluate_every=evaluate_every,
        checkpoint_dir=checkpoint_dir,
    )
    return Run(trained_model(model, state), history)


def record(
    profile: Profile | None = None,
    *,
    seed: int = 0,
    dataset: str = "mnist",
    progress: bool = True,
    checkpoint_dir: str | Path | None = None,
) -> Record:
    """Train, draw images from the prior, score them against the test images, and return the run's record.

    Args:
        profile: ``"quick"`` or ``"full"``; None for :func:`gencore.profile.current_profile`.
        seed: Seed of the run.
        dataset: ``"mnist"`` or ``"fashion_mnist"``.
        progress: Show a progress bar.
        checkpoint_dir: Folder to save to and to resume from, or None.

    Returns:
        The record, with both floors, coverage, the loss on the test images, and the curve of FID against training
        seconds.

    Raises:
        gencore.recipes.recording.DatasetError: No such images.

    Example:
        ``gencore train vae --profile full`` has written what the book shows:

        >>> from gencore.records import load_records
        >>> [record.seed for record in load_records("vae", "mnist", "full")]
        [0, 1, 2]
    """
    profile = profile or current_profile()
    chosen = settings(profile)

    def learn(data: LabeledImages, evaluate: Evaluate | None) -> tuple[VAE, History]:
        run = train(
            data.flat,
            chosen,
            seed=seed,
            progress=progress,
            evaluate=evaluate,
            evaluate_every=max(1, chosen.steps // 8),
            checkpoint_dir=checkpoint_dir,
        )
        return run.model, run.history

    def draw(model: VAE) -> tuple[np.ndarray, None]:
        return np.asarray(model.sample(jax.random.key(seed), chosen.samples)), None

    def more_scores(model: VAE, test: LabeledImages) -> dict[str, float]:
        return {"val_loss": float(-elbo(model, test.flat, jax.random.key(seed)).value.mean())}

    return record_run(
        "vae", chosen, learn, draw, dataset=dataset, profile=profile, seed=seed, more_scores=more_scores
    )
