"""Latent diffusion, chapter 07: a flow on an autoencoder's codes, its settings, its training, its record."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax
from flax import nnx

from gencore.diffusion import LatentSpace, guided, latent_space, sample_flow
from gencore.models import ResidualDenoiser
from gencore.profile import Profile, current_profile
from gencore.recipes import vae
from gencore.recipes.recording import Draw, Learn, every_class, learner, record_run, validate_run
from gencore.records import Record
from gencore.training import (
    History,
    fit,
    flow_matching_loss,
    gradient_step,
    logit_normal_times,
    trained_model,
)
from gencore.types import Codes, Labels, Vectors

__all__ = ["LatentFlow", "Run", "Settings", "record", "settings", "train", "validate"]


@dataclass(frozen=True)
class Settings:
    """Hyperparameters of latent diffusion.

    Attributes:
        autoencoder: The VAE whose codes are learned. Its ``beta`` is small: it is to reconstruct, and the flow samples.
        width: Width of the flow's residual blocks.
        blocks: Number of them.
        drop: Share of the labels that are dropped in training, so that guidance is possible.
        learning_rate: Peak of the cosine schedule.
        batch_size: Codes a step.
        steps: Training steps of the flow.
        ema_decay: Decay of the moving average of the weights.
        guidance_scale: Scale of the guidance when images are drawn for scoring.
        sampling_steps: Steps of Heun's method, of two evaluations each.
        samples: Images drawn for scoring, classes in equal numbers.
    """

    autoencoder: vae.Settings = field(
        default_factory=lambda: vae.Settings(
            latent_dim=32, beta=0.1, learning_rate=1.5e-3, steps=6000, ema_decay=0.999
        )
    )
    width: int = 512
    blocks: int = 4
    drop: float = 0.15
    learning_rate: float = 2e-3
    batch_size: int = 512
    steps: int = 7500
    ema_decay: float = 0.999
    guidance_scale: float = 1.2
    sampling_steps: int = 25
    samples: int = 10_000

    def optimizer(self) -> optax.GradientTransformation:
        """What moves the flow's weights."""
        rate = optax.warmup_cosine_decay_schedule(
            0.0, self.learning_rate, min(300, self.steps // 10), self.steps
        )
        return optax.adam(rate)


FULL = Settings()

QUICK = Settings(
    autoencoder=vae.Settings(latent_dim=16, hidden=(256, 256), beta=0.1, learning_rate=3e-3, steps=600),
    width=256,
    blocks=3,
    steps=1500,
    batch_size=256,
    ema_decay=0.99,
    samples=1000,
)


def settings(profile: Profile | None = None) -> Settings:
    """Settings of a profile; None for :func:`gencore.profile.current_profile`.

    Example:
        >>> settings("quick").samples, settings("full").samples
        (1000, 10000)
    """
    return QUICK if (profile or current_profile()) == "quick" else FULL


class LatentFlow(NamedTuple):
    """A trained flow and the space that it moves in.

    Attributes:
        velocity: The network, with classes.
        space: The normalized codes.
    """

    velocity: ResidualDenoiser
    space: LatentSpace

    def draw_codes(
        self, labels: Labels, *, seed: int = 0, steps: int = 25, guidance_scale: float = 1.0
    ) -> Codes:
        """Draw one normalized code of each class that is asked for.

        Args:
            labels: The class of each code, shape (n,); ``velocity.classes`` stands for none.
            seed: Seed of the noise.
            steps: Steps of Heun's method.
            guidance_scale: See :func:`gencore.diffusion.guided`; 1 is half the cost of any other.

        Returns:
            Shape (n, k).
        """
        asked = jnp.asarray(labels)
        steered = guided(self.velocity, asked, guidance_scale, null_label=self.velocity.classes)
        return sample_flow(steered, jax.random.key(seed), (len(asked), len(self.space.mean)), steps=steps)

    def draw(
        self, labels: Labels, *, seed: int = 0, steps: int = 25, guidance_scale: float = 1.0
    ) -> np.ndarray:
        """Draw one image of each class that is asked for.

        Args:
            labels: As for :meth:`draw_codes`, and so are the other arguments.
            seed: Seed of the noise.
            steps: Steps of Heun's method.
            guidance_scale: See :func:`gencore.diffusion.guided`.

        Returns:
            Flat images in [0, 1], shape (n, 784).

        Example:
            >>> space = LatentSpace(lambda x: x, lambda z: z, jnp.zeros(4), jnp.ones(4))
            >>> tiny = LatentFlow(ResidualDenoiser(4, 8, 1, classes=10, rngs=nnx.Rngs(0)), space)
            >>> tiny.draw(np.array([3, 7]), steps=2).shape
            (2, 4)
        """
        codes = self.draw_codes(labels, seed=seed, steps=steps, guidance_scale=guidance_scale)
        return np.asarray(self.space.decode(codes))


class Run(NamedTuple):
    """A trained model and how its training went.

    Attributes:
        flow: The model, with averaged weights.
        history: Curves of the flow's training; the seconds count the autoencoder's training, too.
        autoencoder: Curves of the autoencoder's training.
    """

    flow: LatentFlow
    history: History
    autoencoder: History


def train(
    images: Vectors,
    labels: Labels,
    chosen: Settings,
    *,
    seed: int = 0,
    progress: bool = True,
    evaluate: Callable[[LatentFlow], Mapping[str, float]] | None = None,
    evaluate_every: int | None = None,
    checkpoint_dir: str | Path | None = None,
) -> Run:
    """Train an autoencoder, and then a flow on its normalized codes.

    Args:
        images: Flat images in [0, 1], shape (N, 784).
        labels: Their classes, shape (N,).
        chosen: Hyperparameters.
        seed: Seed of the initial weights, the batches and the noise.
        progress: Show progress bars.
        evaluate: Called with the averaged model; returns named numbers for the history.
        evaluate_every: Steps of the flow between evaluations; None for the end only.
        checkpoint_dir: Folder to save to and to resume from, or None.

    Returns:
        The trained model and its history.

    Example:
        >>> tiny = Settings(vae.Settings(4, (16,), steps=2, batch_size=32), 16, 1, steps=2, batch_size=32)
        >>> run = train(np.ones((64, 784), "f"), np.zeros(64, np.int32), tiny, progress=False)
        >>> run.history.steps, run.flow.draw(np.array([0, 1])).shape
        ([2], (2, 784))
    """
    folder = None if checkpoint_dir is None else Path(checkpoint_dir)
    model, before = vae.train(
        images,
        chosen.autoencoder,
        seed=seed,
        progress=progress,
        checkpoint_dir=folder and folder / "autoencoder",
    )
    space = latent_space(model.encode, model.decode, images)
    network = ResidualDenoiser(
        chosen.autoencoder.latent_dim,
        chosen.width,
        chosen.blocks,
        classes=10,
        time_scale=1000.0,
        rngs=nnx.Rngs(seed),
    )
    loss = flow_matching_loss(times=logit_normal_times, null_label=network.classes, drop=chosen.drop)
    step, state = gradient_step(network, loss, chosen.optimizer(), ema_decay=chosen.ema_decay)

    def averaged(state: Any) -> LatentFlow:
        return LatentFlow(trained_model(network, state), space)

    state, history = fit(
        step,
        state,
        (np.asarray(space.encode(images)), labels),
        steps=chosen.steps,
        batch_size=chosen.batch_size,
        seed=seed,
        progress=progress,
        description="latent flow",
        evaluate=None if evaluate is None else lambda state: evaluate(averaged(state)),
        evaluate_every=evaluate_every,
        checkpoint_dir=folder and folder / "flow",
    )
    return Run(averaged(state), history.after(before), before)


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
        progress: Show progress bars.
        checkpoint_dir: Folder to save to and to resume from, or None.

    Returns:
        The record, with both floors, coverage, and the curve of FID against training seconds; the autoencoder's
        training counts.

    Raises:
        gencore.recipes.recording.DatasetError: No such images.

    Example:
        >>> record("full", seed=0).name  # doctest: +SKIP
        'latent_diffusion-mnist-full-seed0'
    """
    profile = profile or current_profile()
    chosen = settings(profile)
    learn, drawn = _parts(chosen, seed, progress, checkpoint_dir)
    return record_run("latent_diffusion", chosen, learn, drawn, dataset=dataset, profile=profile, seed=seed)


def _parts(
    chosen: Settings, seed: int, progress: bool, checkpoint_dir: str | Path | None = None
) -> tuple[Learn, Draw]:
    """How to train with these settings, and how to draw what is scored."""
    learn = learner(train, chosen, evaluations=5, seed=seed, progress=progress, checkpoint_dir=checkpoint_dir)

    def drawn(flow: LatentFlow) -> tuple[np.ndarray, np.ndarray]:
        asked = every_class(chosen.samples)
        images = flow.draw(
            asked, seed=seed, steps=chosen.sampling_steps, guidance_scale=chosen.guidance_scale
        )
        return images, asked

    return learn, drawn
