"""The GAN's step: both players' moves, ours through `fit`."""

from typing import Any

import jax.numpy as jnp
import optax
from flax import nnx

from bench import gan_twin
from bench.turns import Job
from gencore.data import load_mnist
from gencore.losses import non_saturating, r1_penalty
from gencore.models import Critic, Generator, MinibatchStd
from gencore.recipes import gan
from gencore.training import adversarial_step, batch_indices, fit

LIMITS = dict(zip(gan_twin.FORMS, (0.8, 1.0, 1.0), strict=True))


def players(chosen: gan.Settings) -> tuple[Generator, Critic]:
    """The recipe's players, untrained."""
    rngs = nnx.Rngs(0)
    return (
        Generator(chosen.latent_dim, chosen.generator_hidden, classes=chosen.classes, rngs=rngs),
        Critic(784, chosen.critic_hidden, classes=chosen.classes, minibatch=MinibatchStd(), rngs=rngs),
    )


def our_step(both: tuple[Generator, Critic], chosen: gan.Settings) -> Any:
    """The recipe's step at a constant learning rate, without the average of the weights."""

    def penalty(critic: Any, real: Any, fake: Any, key: Any) -> Any:
        return chosen.r1 * r1_penalty(critic, real)

    tx = [optax.adam(chosen.learning_rate, b1=0.0, b2=chosen.beta2) for _ in range(2)]
    return adversarial_step(*both, non_saturating, *tx, penalty=penalty)


def gan_step(steps: int = 60) -> Job:
    """Chapter 06's GAN in its full profile."""
    chosen = gan.settings("full")
    digits = load_mnist("train", source="embedded")
    both = players(chosen)
    step, state = our_step(both, chosen)
    data = (jnp.asarray(digits.flat), jnp.asarray(digits.labels))
    rows = batch_indices(len(digits.labels), chosen.batch_size, range(steps), 0)
    return Job(
        "GAN, step of both players",
        lambda: fit(
            step, state, data, steps=steps, batch_size=chosen.batch_size, log_every=steps, progress=False
        ),
        {
            form: gan_twin.training(both, (digits.flat, digits.labels), rows, chosen, form)
            for form in gan_twin.FORMS
        },
        LIMITS,
        units=steps,
        note=f"batch {chosen.batch_size}, Adam, R1 penalty",
    )
