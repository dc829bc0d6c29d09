"""The GAN of chapter 06: its settings, its training, its results record."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax
from flax import nnx

from gencore.losses import non_saturating, r1_penalty
from gencore.models import Critic, Generator, MinibatchStd
from gencore.profile import Profile, current_profile
from gencore.recipes.recording import Draw, Learn, learner, record_run, validate_run
from gencore.records import Record
from gencore.training import History, adversarial_step, fit, trained_generator
from gencore.types import Labels, Vectors

__all__ = ["Run", "Settings", "draw", "record", "settings", "train", "unconditional", "validate"]


@dataclass(frozen=True)
class Settings:
    """Hyperparameters of chapter 06.

    Attributes:
        classes: Number of classes that the generator is asked for; 0 for a GAN without classes.
        latent_dim: Length of the noise vector.
        generator_hidden: Widths of the generator's hidden layers.
        critic_hidden: Widths of the critic's.
        r1: Weight of the zero-centered gradient penalty on real images.
        r1_every: Steps from one payment of the penalty to the next.
        learning_rate: Both players' Adam rate at the start; it falls to a tenth along a line.
        clip_norm: Longest gradient of a player; longer ones are shortened. Without it a player leaps now and then, and
            the game needs a thousand steps to find its balance again.
        beta2: Adam's decay of squared gradients; its momentum is 0.
        batch_size: Images a step.
        steps: Training steps: one update of the critic and one of the generator.
        ema_decay: Decay of the moving average of the generator's weights.
        samples: Images drawn for scoring, classes in equal numbers.
    """

    classes: int = 10
    latent_dim: int = 64
    generator_hidden: tuple[int, ...] = (512, 1024)
    critic_hidden: tuple[int, ...] = (1024, 512)
    r1: float = 0.5
    r1_every: int = 4
    learning_rate: float = 2e-3
    clip_norm: float = 0.3
    beta2: float = 0.99
    batch_size: int = 256
    steps: int = 7000
    ema_decay: float = 0.998
    samples: int = 10_000

    def rate(self) -> optax.Schedule:
        """The learning rate of each step."""
        return optax.linear_schedule(self.learning_rate, self.learning_rate / 10, self.steps)

    def optimizer(self) -> optax.GradientTransformation:
        """What moves a player."""
        return optax.chain(
            optax.clip_by_global_norm(self.clip_norm), optax.adam(self.rate(), b1=0.0, b2=self.beta2)
        )


FULL = Settings()

QUICK = Settings(
    generator_hidden=(256, 256), critic_hidden=(256, 256), batch_size=128, steps=1500, samples=1000
)


def settings(profile: Profile | None = None) -> Settings:
    """Settings of a profile; None for :func:`gencore.profile.current_profile`.

    Example:
        >>> settings("quick").samples, settings("full").samples
        (1000, 10000)
    """
    return QUICK if (profile or current_profile()) == "quick" else FULL


def unconditional(chosen: Settings) -> Settings:
    """The same game without classes.

    Example:
        >>> unconditional(settings("full")).classes
        0
    """
    return replace(chosen, classes=0)


class Run(NamedTuple):
    """A trained GAN and how its training went.

    Attributes:
        generator: The generator, with averaged weights.
        critic: The critic of the last step.
        history: Curves of the training.
    """

    generator: Generator
    critic: Critic
    history: History


def train(
    images: Vectors,
    labels: Labels,
    chosen: Settings,
    *,
    seed: int = 0,
    progress: bool = True,
    evaluate: Callable[[Generator], Mapping[str, float]] | None = None,
    evaluate_every: int | None = None,
    checkpoint_dir: str | Path | None = None,
) -> Run:
    """Train a GAN with the non-saturating loss, the R1 penalty, a look at the whole batch, and averaged weights.

    Args:
        images: Flat images in [0, 1], shape (N, 784).
        labels: Their classes, shape (N,); not used by a GAN without classes.
        chosen: Hyperparameters.
        seed: Seed of the initial weights, the batches and the draws.
        progress: Show a progress bar.
        evaluate: Called with the averaged generator; returns named numbers for the history.
        evaluate_every: Steps between evaluations; None for the end only.
        checkpoint_dir: Folder to save to and to resume from, or None.

    Returns:
        The trained players and their history.

    Example:
        >>> tiny = Settings(generator_hidden=(16,), critic_hidden=(16,), steps=2, batch_size=32)
        >>> run = train(np.zeros((64, 784), "f"), np.zeros(64, np.int32), tiny, progress=False)
        >>> run.history.steps
        [2]
    """
    d, rngs = images.shape[1], nnx.Rngs(seed)
    generator = Generator(chosen.latent_dim, chosen.generator_hidden, d, classes=chosen.classes, rngs=rngs)
    critic = Critic(d, chosen.critic_hidden, classes=chosen.classes, minibatch=MinibatchStd(), rngs=rngs)

    def penalty(critic: Any, real: Any, fake: Any, key: Any) -> Any:
        return chosen.r1 * r1_penalty(critic, real)

    step, state = adversarial_step(
        generator,
        critic,
        non_saturating,
        chosen.optimizer(),
        chosen.optimizer(),
        penalty=penalty,
        penalty_every=chosen.r1_every,
        ema_decay=chosen.ema_decay,
    )
    state, history = fit(
        step,
        state,
        (images, labels) if chosen.classes else images,
        steps=chosen.steps,
        batch_size=chosen.batch_size,
        seed=seed,
        progress=progress,
        description="GAN",
        evaluate=None if evaluate is None else lambda state: evaluate(trained_generator(generator, state)),
        evaluate_every=evaluate_every,
        checkpoint_dir=checkpoint_dir,
    )
    graph, _, _ = nnx.split(critic, nnx.Param, ...)
    judge = nnx.merge(graph, state.critic.params, state.critic.extra, copy=True)
    return Run(trained_generator(generator, state), judge, history)


def draw(generator: Generator, n: int, *, seed: int = 0) -> tuple[np.ndarray, np.ndarray | None]:
    """Draw images, classes in equal numbers where the generator knows classes.

    Args:
        generator: The trained generator.
        n: Number of images.
        seed: Seed of the noise.

    Returns:
        Flat images, shape (n, 784), and the classes that were asked for, or None.

    Example:
        >>> images, labels = draw(Generator(4, (8,), 9, classes=3, rngs=nnx.Rngs(0)), 6)
        >>> images.shape, labels.tolist()
        ((6, 9), [0, 1, 2, 0, 1, 2])
    """
    labels = np.arange(n, dtype=np.int32) % generator.classes if generator.classes else None
    asked = None if labels is None else jnp.asarray(labels)
    return np.asarray(generator.sample(jax.random.key(seed), n, asked)), labels


def validate(chosen: Settings, *, seed: int = 0, progress: bool = True) -> dict[str, float]:
    """Score settings on a part of MNIST's training digits, as :func:`gencore.recipes.recording.validate_run` does.

    Args:
        chosen: Hyperparameters to try.
        seed: Seed of the run.
        progress: Show a progress bar.

    Returns:
        The scores, and ``seconds`` of training.

    Example:
        >>> validate(settings("full"), seed=0)["fid"]  # doctest: +SKIP
        3.5
    """
    return validate_run(*_parts(chosen, seed, progress))


def record(
    profile: Profile | None = None,
    *,
    seed: int = 0,
    classes: bool = True,
    dataset: str = "mnist",
    progress: bool = True,
    checkpoint_dir: str | Path | None = None,
) -> Record:
    """Train, draw images, score them against the test images, and return the run's record.

    Args:
        profile: ``"quick"`` or ``"full"``; None for :func:`gencore.profile.current_profile`.
        seed: Seed of the run.
        classes: False trains the GAN without classes.
        dataset: ``"mnist"`` or ``"fashion_mnist"``.
        progress: Show a progress bar.
        checkpoint_dir: Folder to save to and to resume from, or None.

    Returns:
        The record, with both floors, coverage, and the curve of FID against training seconds.

    Raises:
        gencore.recipes.recording.DatasetError: No such images.

    Example:
        ``gencore train gan --profile full`` has written what the book shows:

        >>> from gencore.records import load_records
        >>> [record.seed for record in load_records("gan", "mnist", "full")]
        [0, 1, 2]
    """
    profile = profile or current_profile()
    chosen = settings(profile) if classes else unconditional(settings(profile))
    family = "gan" if classes else "unconditional_gan"
    learn, drawn = _parts(chosen, seed, progress, checkpoint_dir)
    return record_run(family, chosen, learn, drawn, dataset=dataset, profile=profile, seed=seed)


def _parts(
    chosen: Settings, seed: int, progress: bool, checkpoint_dir: str | Path | None = None
) -> tuple[Learn, Draw]:
    """How to train with these settings, and how to draw what is scored."""
    learn = learner(train, chosen, seed=seed, progress=progress, checkpoint_dir=checkpoint_dir)

    return learn, lambda generator: draw(generator, chosen.samples, seed=seed)
