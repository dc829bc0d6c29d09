"""The GANs' steps: both players' moves, ours through `fit`; and the race to a good score."""

from collections.abc import Callable, Sequence
from typing import Any

import jax.numpy as jnp
from flax import nnx

from bench import conv_twin, gan_twin
from bench.turns import Job
from gencore.data import load_mnist
from gencore.losses import non_saturating, r1_penalty
from gencore.models import ConvCritic, ConvGenerator, Critic, Generator, MinibatchStd
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


def conv_players(chosen: gan.Settings, width: int = 32) -> tuple[ConvGenerator, ConvCritic]:
    """The same game for convolutional players."""
    rngs = nnx.Rngs(0)
    return (
        ConvGenerator(chosen.latent_dim, width, classes=chosen.classes, rngs=rngs),
        ConvCritic(width, classes=chosen.classes, minibatch=MinibatchStd(), rngs=rngs),
    )


def our_step(both: tuple[Any, Any], chosen: gan.Settings) -> Any:
    """The recipe's step, without the average of the weights."""

    def penalty(critic: Any, real: Any, fake: Any, key: Any) -> Any:
        return chosen.r1 * r1_penalty(critic, real)

    tx = chosen.optimizer(), chosen.optimizer()
    return adversarial_step(*both, non_saturating, *tx, penalty=penalty, penalty_every=chosen.r1_every)


def game_job(
    name: str, both: tuple[Any, Any], twin: Any, forms: Sequence[str], limits: Any, steps: int, scan: bool
) -> Job:
    """``steps`` steps of a game on the embedded digits, in gencore and in forms of PyTorch."""
    chosen = gan.settings("full")
    digits = load_mnist("train", source="embedded")
    step, state = our_step(both, chosen)
    data = (jnp.asarray(digits.flat), jnp.asarray(digits.labels))
    rows = batch_indices(len(digits.labels), chosen.batch_size, range(steps), 0)

    def peer(form: str) -> Callable[[], object]:
        g, d = twin.maker(both[0]), twin.judge(both[1])
        return gan_twin.training(g, d, (digits.flat, digits.labels), rows, chosen, form)

    options = {"batch_size": chosen.batch_size, "log_every": steps, "scan": scan, "progress": False}
    return Job(
        name,
        lambda: fit(step, state, data, steps=steps, **options),
        {form: peer(form) for form in forms},
        limits,
        units=steps,
        note=f"batch {chosen.batch_size}, clip, Adam, R1 penalty every {chosen.r1_every} steps",
    )


def gan_step(steps: int = 60) -> Job:
    """Chapter 06's GAN in its full profile."""
    both = players(gan.settings("full"))
    return game_job("GAN, step of both players", both, gan_twin, gan_twin.FORMS, LIMITS, steps, scan=True)


def conv_gan_step(steps: int = 12, width: int = 32) -> Job:
    """Convolutional players: no promise, XLA's gradients of convolutions are slow on a CPU."""
    both, forms = conv_players(gan.settings("full"), width), gan_twin.FORMS[:2]
    return game_job("convolutional GAN, step of both", both, conv_twin, forms, {}, steps, scan=False)
