"""A fresh critic for two frozen sets of samples: can anyone tell them apart?"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import optax
from flax import nnx

from gencore.losses import non_saturating
from gencore.metrics import jensen_shannon_bound
from gencore.models import Critic
from gencore.training import Step, TrainState, fit, gradient_step, trained_model
from gencore.types import Features

__all__ = ["Detection", "tell_apart"]


class Detection(NamedTuple):
    r"""What a fresh critic found, on samples that it had not seen.

    Attributes:
        critic: The trained critic, which takes the samples as they are: its logit estimates
            :math:`\ln p(x) - \ln q(x)`.
        accuracy: Fraction of held-out samples that it calls right, real and fake counted alike; 0.5 is a coin's.
        divergence: What it proves of the Jensen-Shannon divergence, in nats; near or below 0 is nothing.
    """

    critic: Critic
    accuracy: float
    divergence: float


@lru_cache(maxsize=16)
def _newcomer(
    columns: int, hidden: tuple[int, ...], steps: int, learning_rate: float, decay: float, seed: int
) -> tuple[Critic, Step, TrainState]:
    """A critic that has seen nothing, and its step: the same objects for the same numbers, which compile once."""
    model = Critic(columns, hidden, value_range=None, rngs=nnx.Rngs(seed))

    def loss(critic: Critic, batch: Any, key: Any, step: Any) -> Any:
        x, y = batch
        return non_saturating.real(critic(x)).mean() + non_saturating.fake(critic(y)).mean(), {}

    tx = optax.adamw(optax.cosine_decay_schedule(learning_rate, steps), weight_decay=decay)
    return (model, *gradient_step(model, loss, tx))


def tell_apart(
    real: Features,
    fake: Features,
    *,
    hidden: Sequence[int] = (64, 64),
    steps: int = 1000,
    batch_size: int = 128,
    learning_rate: float = 1e-3,
    decay: float = 0.0,
    seed: int = 0,
) -> Detection:
    """Train a new critic on one half of two sets, and test it on the other: a classifier two-sample test.

    If the two sets come from one distribution, every critic is right half of the time. If a critic does better on
    samples that it has not seen, the distributions differ. A critic that does no better proves nothing: another might.

    Args:
        real: Samples of the first distribution, shape (n, d); those of the second follow it.
        fake: Samples of the second, shape (m, d).
        hidden: Widths of the critic's hidden layers.
        steps: Training steps.
        batch_size: Samples of each set in a step.
        learning_rate: Adam's rate at the start; it falls to 0 along a cosine.
        decay: Weight decay: how hard the weights are pulled to 0, against learning samples by heart.
        seed: Seed of the halves, of the weights and of the batches.

    Returns:
        The critic, its accuracy, and its bound of the divergence, both on the held-out halves.

    Raises:
        ValueError: the sets differ in columns, or half of one is smaller than a batch.

    Example:
        >>> rng = np.random.default_rng(0)
        >>> left, right = rng.normal(-3, 1, (400, 1)), rng.normal(3, 1, (400, 1))
        >>> found = tell_apart(left.astype("f"), right.astype("f"), steps=200, batch_size=64)
        >>> bool(found.accuracy > 0.98), bool(found.divergence > 0.6)
        (True, True)

    Reference:
        Lopez-Paz and Oquab 2017, section 3.
    """
    if real.shape[1] != fake.shape[1]:
        raise ValueError(
            f"real has {real.shape[1]} columns and fake has {fake.shape[1]}; they must be samples of one space"
        )
    half = min(len(real), len(fake)) // 2
    if half < batch_size:
        raise ValueError(
            f"half of the smaller set has {half} samples, and batch_size is {batch_size}; "
            "give more samples, or choose a smaller batch"
        )
    rng = np.random.default_rng(seed)
    (seen_real, new_real), (seen_fake, new_fake) = (
        np.split(np.asarray(x)[rng.permutation(len(x))[: 2 * half]], 2) for x in (real, fake)
    )
    model, step, state = _newcomer(real.shape[1], tuple(hidden), steps, learning_rate, decay, seed)
    state, _ = fit(
        step, state, (seen_real, seen_fake), steps=steps, batch_size=batch_size, seed=seed, progress=False
    )
    critic: Any = trained_model(model, state)
    on_real, on_fake = np.asarray(critic(new_real)), np.asarray(critic(new_fake))
    accuracy = 0.5 * float((on_real > 0).mean() + (on_fake < 0).mean())
    return Detection(critic, accuracy, jensen_shannon_bound(on_real, on_fake))
