"""Diffusion in pixels, chapter 07: its settings, its training, its results record."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import isqrt
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import jax
import jax.numpy as jnp
import numpy as np
import optax
from flax import nnx

from gencore.diffusion import (
    NoiseSchedule,
    Prediction,
    cosine_schedule,
    evenly_noisy_timesteps,
    guided,
    noise_predictor,
    on_schedule,
    predict_x0,
    sample_dpm_solver,
)
from gencore.models import RefinedDenoiser, ResidualDenoiser
from gencore.profile import Profile, current_profile
from gencore.recipes.recording import Draw, Learn, every_class, learner, record_run, validate_run
from gencore.records import Record
from gencore.training import History, denoising_loss, fit, gradient_step, trained_model
from gencore.types import Denoiser, Examples, Labels, Vectors

__all__ = [
    "Network",
    "PixelDiffusion",
    "RefinedSettings",
    "Run",
    "Settings",
    "record",
    "settings",
    "train",
    "validate",
]

Network: TypeAlias = ResidualDenoiser | RefinedDenoiser
"""What is trained here: a denoiser of whole images, or one that also looks at windows."""


@dataclass(frozen=True)
class Settings:
    """Hyperparameters of diffusion in pixels, with a denoiser of whole images.

    Attributes:
        width: Width of the denoiser's residual blocks.
        blocks: Number of them.
        timesteps: Steps of the noise schedule.
        min_snr: Limit of the min-SNR weight; None for the same weight at every step.
        drop: Share of the labels that are dropped in training, so that guidance is possible.
        learning_rate: Peak of the cosine schedule.
        clip_norm: Longest gradient; longer ones are shortened.
        batch_size: Images a step.
        steps: Training steps.
        ema_decay: Decay of the moving average of the weights.
        sampling_steps: Steps of the solver.
        samples: Images drawn for scoring, classes in equal numbers.
    """

    width: int = 1024
    blocks: int = 4
    timesteps: int = 1000
    min_snr: float | None = None
    drop: float = 0.1
    learning_rate: float = 1e-3
    clip_norm: float = 1.0
    batch_size: int = 256
    steps: int = 16_000
    ema_decay: float = 0.999
    sampling_steps: int = 25
    samples: int = 10_000

    def schedule(self) -> NoiseSchedule:
        """How fast images drown in noise."""
        return cosine_schedule(self.timesteps)

    def optimizer(self) -> optax.GradientTransformation:
        """What moves the weights."""
        rate = optax.warmup_cosine_decay_schedule(
            0.0, self.learning_rate, min(300, self.steps // 10), self.steps
        )
        return optax.chain(optax.clip_by_global_norm(self.clip_norm), optax.adam(rate))

    def network(self, pixels: int, *, rngs: nnx.Rngs) -> Network:
        """The network, untrained, for images of that many pixels in ten classes."""
        return ResidualDenoiser(pixels, self.width, self.blocks, classes=10, rngs=rngs)

    def scale(self) -> float:
        """Scale of the guidance when images are drawn for scoring."""
        return 1.0


@dataclass(frozen=True)
class RefinedSettings(Settings):
    """Hyperparameters of diffusion in pixels, with a denoiser that also looks at windows.

    Attributes:
        detail_width: Width of the residual blocks that look at windows.
        guidance_scale: Scale of the guidance when images are drawn for scoring.
    """

    width: int = 512
    learning_rate: float = 1.5e-3
    detail_width: int = 128
    guidance_scale: float = 1.5

    def network(self, pixels: int, *, rngs: nnx.Rngs) -> Network:
        """The network, untrained, for square images of that many pixels in ten classes."""
        return RefinedDenoiser(
            isqrt(pixels), self.width, self.blocks, detail_width=self.detail_width, classes=10, rngs=rngs
        )

    def scale(self) -> float:
        """Scale of the guidance when images are drawn for scoring."""
        return self.guidance_scale


FULL = RefinedSettings()

QUICK = Settings(width=384, blocks=3, steps=1000, batch_size=128, ema_decay=0.99, samples=1000)


def settings(profile: Profile | None = None) -> Settings:
    """Settings of a profile; None for :func:`gencore.profile.current_profile`.

    Example:
        >>> settings("quick").samples, settings("full").samples
        (1000, 10000)
    """
    return QUICK if (profile or current_profile()) == "quick" else FULL


class PixelDiffusion(NamedTuple):
    """A trained network, and what has to be known to draw images with it.

    Attributes:
        model: The network, with classes.
        schedule: The noise schedule that it was trained with.
        prediction: What it predicts.
    """

    model: Network
    schedule: NoiseSchedule
    prediction: Prediction = predict_x0

    def denoiser(
        self,
        labels: Labels,
        guidance_scale: float = 1.0,
        *,
        rescale: float = 0.0,
        schedule: NoiseSchedule | None = None,
    ) -> Denoiser:
        """What a sampler takes: the noise in a batch of images of these classes.

        Args:
            labels: The class of each image, shape (batch,); ``model.classes`` stands for none.
            guidance_scale: See :func:`gencore.diffusion.guided`; 1 is half the cost of any other.
            rescale: See :func:`gencore.diffusion.guided`.
            schedule: The schedule to sample under; None for the one that the network was trained with.

        Returns:
            A denoiser for batches of that many images.

        Example:
            >>> labels = jnp.array([3, 7])
            >>> tiny = PixelDiffusion(ResidualDenoiser(9, 8, 1, classes=10, rngs=nnx.Rngs(0)), cosine_schedule(100))
            >>> tiny.denoiser(labels, 2.0)(jnp.zeros((2, 9)), jnp.array([5, 5])).shape
            (2, 9)
        """
        null = self.model.classes
        steered = guided(self.model, labels, guidance_scale, null_label=null, rescale=rescale)
        denoise = noise_predictor(steered, self.schedule, self.prediction)
        return denoise if schedule is None else on_schedule(denoise, self.schedule, schedule)

    def draw(
        self, labels: Labels, *, seed: int = 0, steps: int = 25, guidance_scale: float = 1.0
    ) -> np.ndarray:
        """Draw one image of each class that is asked for, a thousand at a time.

        Args:
            labels: The class of each image, shape (n,).
            seed: Seed of the noise.
            steps: Steps of the second-order solver, between which the noise grows evenly.
            guidance_scale: See :meth:`denoiser`.

        Returns:
            Flat images in [0, 1], shape (n, 784).

        Example:
            >>> tiny = PixelDiffusion(ResidualDenoiser(9, 8, 1, classes=10, rngs=nnx.Rngs(0)), cosine_schedule(100))
            >>> tiny.draw(np.array([3, 7]), steps=5).shape
            (2, 9)
        """
        chosen = evenly_noisy_timesteps(self.schedule, steps)
        parts, size = [], min(len(labels), 1000)
        for i in range(0, len(labels), size):
            some = np.resize(labels[i : i + size], size)  # the last part, too, has the compiled size
            denoise = self.denoiser(jnp.asarray(some), guidance_scale)
            key = jax.random.fold_in(jax.random.key(seed), i)
            x0 = sample_dpm_solver(
                denoise, self.schedule, key, (size, self.model.input_dim), timesteps=chosen
            ).x0
            parts.append(np.asarray(to_pixels(x0)))
        return np.concatenate(parts)[: len(labels)]


def from_pixels(images: Examples) -> Examples:
    """Move pixels in [0, 1] to [-1, 1], where the noise expects them.

    Example:
        >>> from_pixels(np.array([[0.0, 1.0]]))
        array([[-1.,  1.]])
    """
    return 2 * images - 1


def to_pixels(x: Examples) -> Examples:
    """Move samples from [-1, 1] to pixels in [0, 1]; what lies outside is clipped.

    Example:
        >>> to_pixels(np.array([[-1.1, 0.0, 1.0]]))
        array([[0. , 0.5, 1. ]])
    """
    return ((x + 1) / 2).clip(0, 1)


class Run(NamedTuple):
    """A trained model and how its training went.

    Attributes:
        diffusion: The model, with averaged weights.
        history: Curves of the training.
    """

    diffusion: PixelDiffusion
    history: History


def train(
    images: Vectors,
    labels: Labels,
    chosen: Settings,
    *,
    prediction: Prediction = predict_x0,
    schedule: NoiseSchedule | None = None,
    seed: int = 0,
    progress: bool = True,
    evaluate: Callable[[PixelDiffusion], Mapping[str, float]] | None = None,
    evaluate_every: int | None = None,
    checkpoint_dir: str | Path | None = None,
) -> Run:
    """Train a class-conditional denoiser with Adam, clipped gradients, a cosine rate and averaged weights.

    Args:
        images: Flat images in [0, 1], shape (N, 784).
        labels: Their classes, shape (N,).
        chosen: Hyperparameters.
        prediction: What the network predicts.
        schedule: The noise schedule; None for that of the settings.
        seed: Seed of the initial weights, the batches and the noise.
        progress: Show a progress bar.
        evaluate: Called with the averaged model; returns named numbers for the history.
        evaluate_every: Steps between evaluations; None for the end only.
        checkpoint_dir: Folder to save to and to resume from, or None.

    Returns:
        The trained model and its history.

    Example:
        >>> tiny = Settings(width=16, blocks=1, steps=2, batch_size=32)
        >>> run = train(np.zeros((64, 784), "f"), np.zeros(64, np.int32), tiny, progress=False)
        >>> run.history.steps
        [2]
    """
    schedule = chosen.schedule() if schedule is None else schedule
    model = chosen.network(images.shape[1], rngs=nnx.Rngs(seed))
    loss = denoising_loss(
        schedule, prediction=prediction, min_snr=chosen.min_snr, null_label=model.classes, drop=chosen.drop
    )
    step, state = gradient_step(model, loss, chosen.optimizer(), ema_decay=chosen.ema_decay)

    def averaged(state: Any) -> PixelDiffusion:
        return PixelDiffusion(trained_model(model, state), schedule, prediction)

    state, history = fit(
        step,
        state,
        (np.asarray(from_pixels(images)), labels),
        steps=chosen.steps,
        batch_size=chosen.batch_size,
        seed=seed,
        progress=progress,
        description="diffusion",
        evaluate=None if evaluate is None else lambda state: evaluate(averaged(state)),
        evaluate_every=evaluate_every,
        checkpoint_dir=checkpoint_dir,
    )
    return Run(averaged(state), history)


def validate(chosen: Settings, *, seed: int = 0, progress: bool = True) -> dict[str, float]:
    """Score settings on a part of MNIST's training digits, as :func:`gencore.recipes.recording.validate_run` does.

    Args:
        chosen: Hyperparameters to try.
        seed: Seed of the run.
        progress: Show a progress bar.

    Returns:
        The scores, and ``seconds`` of training.

    Example:
        >>> scores = validate(settings("full"), seed=0)  # doctest: +SKIP
    """
    return validate_run(*_parts(chosen, seed, progress))


def record(
    profile: Profile | None = None,
    *,
    seed: int = 0,
    dataset: str = "mnist",
    progress: bool = True,
    checkpoint_dir: str | Path | None = None,
) -> Record:
    """Train, draw images, score them against the test images, and return the run's record.

    Args:
        profile: ``"quick"`` or ``"full"``; None for :func:`gencore.profile.current_profile`.
        seed: Seed of the run.
        dataset: ``"mnist"`` or ``"fashion_mnist"``.
        progress: Show a progress bar.
        checkpoint_dir: Folder to save to and to resume from, or None.

    Returns:
        The record, with both floors, coverage, and the curve of FID against training seconds.

    Raises:
        gencore.recipes.recording.DatasetError: No such images.

    Example:
        >>> record("full", seed=0).name  # doctest: +SKIP
        'diffusion-mnist-full-seed0'
    """
    profile = profile or current_profile()
    chosen = settings(profile)
    learn, drawn = _parts(chosen, seed, progress, checkpoint_dir)
    return record_run("diffusion", chosen, learn, drawn, dataset=dataset, profile=profile, seed=seed)


def _parts(
    chosen: Settings, seed: int, progress: bool, checkpoint_dir: str | Path | None = None
) -> tuple[Learn, Draw]:
    """How to train with these settings, and how to draw what is scored."""
    learn = learner(train, chosen, evaluations=5, seed=seed, progress=progress, checkpoint_dir=checkpoint_dir)

    def drawn(diffusion: PixelDiffusion) -> tuple[np.ndarray, np.ndarray]:
        asked = every_class(chosen.samples)
        images = diffusion.draw(asked, seed=seed, steps=chosen.sampling_steps, guidance_scale=chosen.scale())
        return images, asked

    return learn, drawn
