"""GANs on points in the plane: small enough to train ten at once, and to film while they train."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

import jax
import jax.numpy as jnp
import numpy as np
import optax
from flax import nnx
from jaxtyping import Float

from gencore.losses import AdversarialLoss, non_saturating, r1_penalty
from gencore.models import Critic, Generator, MinibatchDiscrimination, MinibatchStd
from gencore.training import GameState, Penalty, adversarial_step
from gencore.types import AnyArray, Points, PRNGKey

__all__ = ["PLAIN", "REPAIRED", "Film", "Settings", "play"]

Draw: TypeAlias = Callable[[PRNGKey, int], Any]
"""(key, n) to n fresh points of the data, such as :func:`gencore.data.ring_of_gaussians`."""


@dataclass(frozen=True)
class Settings:
    """Hyperparameters of a GAN in the plane.

    Attributes:
        latent_dim: Length of the noise vector.
        generator_hidden: Widths of the generator's hidden layers.
        critic_hidden: Widths of the critic's.
        batch_size: Points that each update of the critic sees.
        steps: Training steps: ``critic_steps`` updates of the critic and one of the generator.
        critic_steps: Updates of the critic in a step.
        learning_rate: Both players' Adam rate.
        beta1: Adam's momentum.
        beta2: Adam's decay of squared gradients.
        r1: Weight of the zero-centered gradient penalty on the data.
        ema_decay: Decay of the average of the generator's weights, or None for the last weights.
    """

    latent_dim: int = 2
    generator_hidden: tuple[int, ...] = (64, 64)
    critic_hidden: tuple[int, ...] = (64, 64)
    batch_size: int = 128
    steps: int = 3000
    critic_steps: int = 1
    learning_rate: float = 3e-3
    beta1: float = 0.5
    beta2: float = 0.999
    r1: float = 0.0
    ema_decay: float | None = None


PLAIN = Settings()
"""The game as the slide states it, without any help."""

REPAIRED = Settings(beta1=0.0, beta2=0.99, r1=1.0, ema_decay=0.99)
"""The same game and networks; a gradient penalty, no momentum, and averaged weights."""


class Film(NamedTuple):
    """A training of several seeds, with what was seen on the way.

    Attributes:
        steps: Training step of each frame, shape (frames,); the first is 0.
        samples: What the generators made, shape (seeds, frames, n, 2).
        curves: For each name (``critic_loss``, ``generator_loss``, ``penalty``, ``critic_accuracy``) its value at each
            step, shape (seeds, steps).
        critic: The judge's function: from its weights and points to logits.
        critics: Weights of the critics, stacked over seeds and frames.
    """

    steps: np.ndarray
    samples: np.ndarray
    curves: Mapping[str, np.ndarray]
    critic: Callable[[Any, Any], Any]
    critics: Any

    def logits(self, seed: int, frame: int, points: Points) -> Float[AnyArray, " batch"]:
        """What a critic thought of points (batch, 2): its logits (batch,), above 0 where it believed.

        Args:
            seed: Position among the seeds.
            frame: Position among the frames.
            points: Where to ask.
        """
        return np.asarray(self.critic(jax.tree.map(lambda a: a[seed, frame], self.critics), points))


def play(
    draw: Draw,
    chosen: Settings,
    *,
    seeds: Sequence[int] = (0,),
    loss: AdversarialLoss = non_saturating,
    penalty: Penalty | None = None,
    spectral_norm: bool = False,
    minibatch: MinibatchStd | MinibatchDiscrimination | None = None,
    simultaneous: bool = False,
    critic_until: int | None = None,
    frames: int = 8,
    samples: int = 1000,
) -> Film:
    """Train a GAN on fresh points, once for each seed, all in one compiled call, and film it.

    Args:
        draw: Gives fresh data; it is compiled into the step.
        chosen: Hyperparameters.
        seeds: Seeds of the initial weights, the data and the noise.
        loss: The rules of the game.
        penalty: What the critic pays on top, as :func:`gencore.training.adversarial_step` takes it; None for
            ``chosen.r1`` times the R1 penalty.
        spectral_norm: Bound the critic's slope by its weights' largest singular values.
        minibatch: What the critic sees of the batch as a whole, or None.
        simultaneous: Let both players move at once.
        critic_until: Step from which on the critic learns no more; None for never.
        frames: Moments that are kept, at equal distances from the start to the end.
        samples: Points that are drawn at each of them.

    Returns:
        The film.

    Raises:
        ValueError: ``seeds`` is empty, ``frames`` is below 2, or the steps cannot be shared among the frames.

    Example:
        >>> from gencore.data import ring_of_gaussians
        >>> film = play(ring_of_gaussians, Settings(steps=2), seeds=(0, 1), frames=3, samples=5)
        >>> film.steps.tolist(), film.samples.shape, film.curves["critic_loss"].shape
        ([0, 1, 2], (2, 3, 5, 2), (2, 2))
        >>> film.logits(1, 2, np.zeros((4, 2), np.float32)).shape
        (4,)
    """
    if not seeds:
        raise ValueError("seeds is empty; give at least one seed")
    if frames < 2 or chosen.steps % (frames - 1):
        raise ValueError(
            f"frames is {frames} and steps is {chosen.steps}; choose 2 frames or more, so that frames - 1 divides steps"
        )

    def weighted(critic: Any, real: Any, fake: Any, key: Any) -> Any:
        return chosen.r1 * r1_penalty(critic, real)

    def players(seed: int) -> tuple[Generator, Critic]:
        rngs = nnx.Rngs(seed)
        generator = Generator(
            chosen.latent_dim, chosen.generator_hidden, 2, output=lambda points: points, rngs=rngs
        )
        critic = Critic(
            2,
            chosen.critic_hidden,
            spectral_norm=spectral_norm,
            minibatch=minibatch,
            value_range=None,
            rngs=rngs,
        )
        return generator, critic

    rules = {
        "penalty": penalty or (weighted if chosen.r1 else None),
        "critic_steps": chosen.critic_steps,
        "simultaneous": simultaneous,
        "ema_decay": chosen.ema_decay,
    }
    games = [players(seed) for seed in seeds]
    rate = chosen.learning_rate
    stopping = rate
    if critic_until is not None:
        stopping = optax.piecewise_constant_schedule(rate, {critic_until * chosen.critic_steps: 0.0})
    txs = [optax.adam(r, b1=chosen.beta1, b2=chosen.beta2) for r in (rate, stopping)]
    made = [adversarial_step(*game, loss, *txs, **rules) for game in games]
    step = made[0][0]
    states = jax.tree.map(lambda *leaves: jnp.stack(leaves), *[state for _, state in made])
    keys = jax.vmap(jax.random.key)(jnp.asarray(seeds))
    maker, judge = (nnx.split(player, nnx.Param, ...)[0] for player in games[0])
    every = chosen.steps // (frames - 1)

    def advance(state: GameState, key: PRNGKey, start: Any) -> Any:
        def one(state: GameState, i: Any) -> Any:
            data, own = jax.random.split(jax.random.fold_in(key, i))
            return step(state, draw(data, chosen.batch_size * chosen.critic_steps), own)

        return jax.lax.scan(one, state, start + jnp.arange(every))

    def look(state: GameState, key: PRNGKey) -> Any:
        weights = state.generator.params if state.average is None else state.average
        generator: Any = nnx.merge(maker, weights, state.generator.extra, copy=True)
        return generator.sample(jax.random.fold_in(key, chosen.steps), samples)

    advance_all, look_all = jax.jit(jax.vmap(advance, in_axes=(0, 0, None))), jax.jit(jax.vmap(look))
    pictures, critics, logs = [], [], []
    for frame in range(frames):
        if frame:
            states, log = advance_all(states, keys, (frame - 1) * every)
            logs.append(log)
        pictures.append(look_all(states, keys))
        critics.append((states.critic.params, states.critic.extra))

    @jax.jit
    def critic(weights: Any, points: Any) -> Any:
        model: Any = nnx.merge(judge, *weights, copy=True)
        return model(points)

    return Film(
        steps=np.arange(frames) * every,
        samples=np.stack(pictures, axis=1),
        curves={name: np.concatenate([log[name] for log in logs], axis=1) for name in logs[0]},
        critic=critic,
        critics=jax.tree.map(lambda *leaves: jnp.stack(leaves, axis=1), *critics),
    )
