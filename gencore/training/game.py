"""The step of a game: the critic moves, then the generator, in one compiled call."""

from collections.abc import Callable
from typing import Any, NamedTuple, TypeAlias

import jax
import jax.numpy as jnp
import optax
from flax import nnx

from gencore.losses import AdversarialLoss
from gencore.training.state import Step, ema
from gencore.types import Batch, PRNGKey, Scalar

__all__ = ["GameState", "Penalty", "Player", "adversarial_step", "trained_generator"]

Penalty: TypeAlias = Callable[[Callable[[Any], Any], Any, Any, PRNGKey], Any]
"""(critic of x alone, real, fake, key) to the penalty of each example; already weighted."""


class Player(NamedTuple):
    """What one player carries from step to step.

    Attributes:
        params: What its optimizer changes.
        extra: What the model itself changes, such as singular vectors.
        opt_state: Its optimizer's memory.
    """

    params: Any
    extra: Any
    opt_state: Any


class GameState(NamedTuple):
    """Everything that a GAN carries from step to step.

    Attributes:
        generator: The maker.
        critic: The judge.
        average: Exponential moving average of the generator's weights, or None.
        step: Number of steps taken, an int32 scalar.
    """

    generator: Player
    critic: Player
    average: Any
    step: jax.Array


def adversarial_step(
    generator: nnx.Module,
    critic: nnx.Module,
    loss: AdversarialLoss,
    generator_tx: optax.GradientTransformation,
    critic_tx: optax.GradientTransformation,
    *,
    penalty: Penalty | None = None,
    penalty_every: int = 1,
    critic_steps: int = 1,
    simultaneous: bool = False,
    ema_decay: float | None = None,
) -> tuple[Step, GameState]:
    r"""Make the step of a game, for :func:`gencore.training.fit`, and the state it starts from.

    A step is ``critic_steps`` updates of the critic, each on its own share of the batch and on fresh noise, and then
    one of the generator against the new critic. A batch is an array of examples, or a pair of examples and labels
    where the players know classes; the generator is then asked for the batch's own labels.

    Args:
        generator: The maker, such as a :class:`gencore.models.Generator`: has ``sample(key, n, labels)``. It is read,
            not changed.
        critic: The judge, such as a :class:`gencore.models.Critic`: called with (examples, labels), and has
            ``power_iteration()``. It is read, not changed.
        loss: The rules, such as :data:`gencore.losses.non_saturating`.
        generator_tx: The generator's optimizer.
        critic_tx: The critic's optimizer.
        penalty: What the critic pays on top, from (critic, real, fake, key); None for nothing.
        penalty_every: Steps from one payment to the next; each then counts as many times, so that on average nothing
            changes but the time.
        critic_steps: Updates of the critic in one step; the batch is shared among them.
        simultaneous: Let the generator move against the critic before its update, as the theory's gradient flow does.
        ema_decay: Decay of the average of the generator's weights, or None for no average.

    Returns:
        The step, which logs ``critic_loss`` (the mean over real plus the mean over fake, without the penalty),
        ``generator_loss``, ``penalty``, and ``critic_accuracy``, the fraction of examples whose logit has the right
        sign; and the first state.

    Raises:
        ValueError: ``critic_steps`` or ``penalty_every`` is not positive, or the first does not divide the batch.

    Example:
        >>> from gencore.losses import non_saturating
        >>> from gencore.models import Critic, Generator
        >>> players = Generator(2, (8,), 2, rngs=nnx.Rngs(0)), Critic(2, (8,), value_range=None, rngs=nnx.Rngs(1))
        >>> step, state = adversarial_step(*players, non_saturating, optax.adam(1e-3), optax.adam(1e-3))
        >>> state, metrics = step(state, jnp.ones((4, 2)), jax.random.key(0))
        >>> int(state.step), sorted(metrics)
        (1, ['critic_accuracy', 'critic_loss', 'generator_loss', 'penalty'])

    Reference:
        Goodfellow et al. 2014, algorithm 1; Karras et al. 2020, section 3.1 (the rarer penalty).
    """
    if min(critic_steps, penalty_every) < 1:
        raise ValueError(
            f"critic_steps is {critic_steps} and penalty_every is {penalty_every}; choose 1 or more for both"
        )
    generator_graph, generator_params, generator_extra = nnx.split(generator, nnx.Param, ...)
    critic_graph, critic_params, critic_extra = nnx.split(critic, nnx.Param, ...)

    def make(params: Any, extra: Any, n: int, labels: Any, key: PRNGKey) -> Any:
        maker: Any = nnx.merge(generator_graph, params, extra, copy=True)
        return maker.sample(key, n, labels)

    def critic_update(player: Player, maker: Player, x: Any, labels: Any, key: PRNGKey, count: Any) -> Any:
        noise, look = jax.random.split(key)
        fake = make(maker.params, maker.extra, len(x), labels, noise)

        def objective(params: Any) -> Any:
            judge: Any = nnx.merge(critic_graph, params, player.extra, copy=True)
            judge.power_iteration()
            extra = nnx.split(judge, nnx.Param, ...)[2]
            real_logits, fake_logits = judge(x, labels), judge(fake, labels)

            def payment() -> Any:
                if penalty is None:
                    return jnp.zeros(())
                return penalty_every * penalty(lambda x: judge(x, labels), x, fake, look).mean()

            if penalty_every == 1:
                paid = payment()
            else:
                paid = jax.lax.cond(count % penalty_every == 0, payment, lambda: jnp.zeros(()))
            game = loss.real(real_logits).mean() + loss.fake(fake_logits).mean()
            right = jnp.concatenate([real_logits > 0, fake_logits < 0])
            return game + paid, (
                extra,
                {"critic_loss": game, "penalty": paid, "critic_accuracy": right.mean()},
            )

        (_, (extra, metrics)), gradient = jax.value_and_grad(objective, has_aux=True)(player.params)
        updates, opt_state = critic_tx.update(gradient, player.opt_state, player.params)
        return Player(optax.apply_updates(player.params, updates), extra, opt_state), metrics

    def generator_update(player: Player, judge: Player, labels: Any, n: int, key: PRNGKey) -> Any:
        frozen: Any = nnx.merge(critic_graph, judge.params, judge.extra, copy=True)

        def objective(params: Any) -> Scalar:
            return loss.generator(frozen(make(params, player.extra, n, labels, key), labels)).mean()

        value, gradient = jax.value_and_grad(objective)(player.params)
        updates, opt_state = generator_tx.update(gradient, player.opt_state, player.params)
        return Player(optax.apply_updates(player.params, updates), player.extra, opt_state), value

    def step(state: GameState, batch: Batch, key: PRNGKey) -> tuple[GameState, dict[str, Scalar]]:
        x, labels = batch if isinstance(batch, tuple) else (batch, None)
        if len(x) % critic_steps:
            raise ValueError(
                f"the batch has {len(x)} examples, which {critic_steps} critic_steps cannot share; "
                f"choose a multiple of {critic_steps}"
            )
        keys = jax.random.split(key, critic_steps + 1)
        critic, size, metrics = state.critic, len(x) // critic_steps, {}
        for i in range(critic_steps):
            share = slice(i * size, (i + 1) * size)
            own = None if labels is None else labels[share]
            critic, metrics = critic_update(critic, state.generator, x[share], own, keys[i], state.step)
        own = None if labels is None else labels[:size]
        opponent = state.critic if simultaneous else critic
        maker, value = generator_update(state.generator, opponent, own, size, keys[-1])
        average = ema(state.average, maker.params, state.step, ema_decay)
        metrics = {**metrics, "generator_loss": value}
        return GameState(maker, critic, average, state.step + 1), metrics

    maker = Player(generator_params, generator_extra, generator_tx.init(generator_params))
    judge = Player(critic_params, critic_extra, critic_tx.init(critic_params))
    average = None if ema_decay is None else generator_params
    return step, GameState(maker, judge, average, jnp.zeros((), jnp.int32))


def trained_generator(generator: nnx.Module, state: GameState, *, average: bool = True) -> Any:
    """Put trained weights into a copy of the generator.

    Args:
        generator: The generator that :func:`adversarial_step` was given; it is not changed.
        state: The trained state.
        average: Take the moving average of the weights where the state has one.

    Returns:
        A generator that draws what was learned.

    Example:
        >>> from gencore.losses import hinge
        >>> from gencore.models import Critic, Generator
        >>> maker, judge = Generator(2, (8,), 2, rngs=nnx.Rngs(0)), Critic(2, (8,), rngs=nnx.Rngs(1))
        >>> _, state = adversarial_step(maker, judge, hinge, optax.adam(1e-3), optax.adam(1e-3))
        >>> trained_generator(maker, state).sample(jax.random.key(0), 5).shape
        (5, 2)
    """
    graph, _, _ = nnx.split(generator, nnx.Param, ...)
    params = state.generator.params if state.average is None or not average else state.average
    return nnx.merge(graph, params, state.generator.extra, copy=True)
