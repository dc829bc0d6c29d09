"""Chapter 05: a GAN and a diffusion model on the same points in the plane, at equal compute."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax
from flax import nnx

from gencore.diffusion import NoiseSchedule, linear_schedule, sample_ddpm
from gencore.losses import squared_error
from gencore.models import Generator, MLPDenoiser
from gencore.profile import Profile, current_profile
from gencore.recipes import plane_gan
from gencore.recipes.plane_gan import Draw
from gencore.training import fit, gradient_step, noise_prediction_loss, side_by_side, trained_model
from gencore.types import Points

__all__ = [
    "DiffusionFilm",
    "Settings",
    "average_student",
    "game_cost",
    "settings",
    "train_diffusion",
    "weights",
]


@dataclass(frozen=True)
class Settings:
    """Sizes of chapter 05.

    Attributes:
        std: Width of the ring's eight modes.
        game: The GAN.
        timesteps: Steps of the noise schedule.
        hidden: Widths of the denoiser's hidden layers.
        time_width: Numbers that tell the denoiser the time.
        batch_size: Points a step of the denoiser's training.
        learning_rate: The denoiser's Adam rate.
        ema_decay: Decay of the average of the denoiser's weights, or None for the last weights.
        points: Size of the denoiser's training set.
        seeds: Seeds of the runs that are compared.
        learning_rates: Adam rates of the runs that are compared, for both families.
        frames: Moments of a film, the start included.
        samples: Points that are judged.
    """

    std: float = 0.05
    game: plane_gan.Settings = plane_gan.PLAIN
    timesteps: int = 1000
    hidden: tuple[int, ...] = (64, 64, 64)
    time_width: int = 32
    batch_size: int = 128
    learning_rate: float = 1e-3
    ema_decay: float | None = 0.99
    points: int = 50_000
    seeds: tuple[int, ...] = (0, 1, 2, 3, 4)
    learning_rates: tuple[float, ...] = (1e-3, 3e-3, 1e-2)
    frames: int = 7
    samples: int = 1000

    @property
    def schedule(self) -> NoiseSchedule:
        """The noise schedule: linear, as in Ho et al. 2020."""
        return linear_schedule(self.timesteps)

    @property
    def step_cost(self) -> int:
        """Multiply-adds of one step of the denoiser's training: forward once, backward twice as much."""
        return 3 * self.evaluation_cost * self.batch_size

    @property
    def evaluation_cost(self) -> int:
        """Multiply-adds of one look of the denoiser at one point."""
        return weights((2 + self.time_width, *self.hidden, 2))

    @property
    def steps(self) -> int:
        """Steps of the denoiser's training that cost as much as the whole game."""
        return max(1, round(game_cost(self.game) / self.step_cost))


def settings(profile: Profile | None = None) -> Settings:
    """Settings of a profile; None for :func:`gencore.profile.current_profile`.

    Example:
        >>> len(settings("quick").seeds), len(settings("full").seeds)
        (5, 10)
    """
    return QUICK if (profile or current_profile()) == "quick" else FULL


QUICK = Settings(game=replace(plane_gan.PLAIN, steps=2400))

FULL = Settings(seeds=tuple(range(10)), samples=5000)


def weights(sizes: Sequence[int]) -> int:
    """Count the weights of a dense network, biases aside: the multiply-adds of one look at one example.

    Args:
        sizes: Width of the input, of each hidden layer and of the output.

    Returns:
        The count.

    Example:
        >>> weights((2, 64, 64, 2))
        4352
    """
    return sum(a * b for a, b in pairwise(sizes))


def game_cost(game: plane_gan.Settings) -> int:
    """Count the multiply-adds of a GAN's training, without its penalties.

    For one example, a forward pass costs one multiply-add a weight, and a backward pass two (one for the gradient of
    the weights, one for that of the inputs). An update of the critic makes a fake, and passes a real and a fake point
    through the critic, there and back. An update of the generator passes a point through both networks, and back
    through the critic for the inputs' gradient alone.

    Args:
        game: The GAN's settings.

    Returns:
        The count for all steps.

    Example:
        >>> tiny = plane_gan.Settings(latent_dim=1, generator_hidden=(), critic_hidden=(), batch_size=1, steps=1)
        >>> game_cost(tiny)  # 2 weights in each player: 2 + 6 * 2 for the critic, 3 * 2 + 2 * 2 for the generator
        24
    """
    generator = weights((game.latent_dim, *game.generator_hidden, 2))
    critic = weights((2, *game.critic_hidden, 1))
    example = game.critic_steps * (generator + 6 * critic) + 3 * generator + 2 * critic
    return game.steps * game.batch_size * example


class DiffusionFilm(NamedTuple):
    """A training of several seeds, with what was seen on the way.

    Attributes:
        steps: Training step of each frame, shape (frames,).
        samples: What the models made with all time steps, shape (seeds, frames, n, 2).
        losses: Training loss, averaged over the seeds and over each interval, from the first to the last.
        models: The trained denoisers, one a seed.
    """

    steps: np.ndarray
    samples: np.ndarray
    losses: np.ndarray
    models: tuple[MLPDenoiser, ...]


def train_diffusion(
    draw: Draw, chosen: Settings, *, seeds: Sequence[int] = (0,), frames: int = 1, samples: int | None = None
) -> DiffusionFilm:
    """Train a diffusion model on points, once for each seed, side by side, and film it.

    It goes on for ``chosen.steps`` steps, which cost as many multiply-adds as the game of ``chosen.game``.

    Args:
        draw: Gives the data, such as :func:`gencore.data.ring_of_gaussians`.
        chosen: Sizes.
        seeds: Seeds of the initial weights; the batches and the noise differ, too.
        frames: Moments at which samples are drawn, at equal distances from the start to the end; 1 for the end alone.
        samples: Points that are drawn at each of them; None for ``chosen.samples``.

    Returns:
        The film.

    Raises:
        ValueError: ``seeds`` is empty, or ``frames`` is below 1.

    Example:
        >>> from gencore.data import two_moons
        >>> tiny = Settings(game=plane_gan.Settings(steps=2), timesteps=5, points=1000, samples=7)
        >>> film = train_diffusion(two_moons, tiny, seeds=(0, 1))
        >>> film.steps.tolist(), film.samples.shape
        ([3], (2, 1, 7, 2))
    """
    if not seeds:
        raise ValueError("seeds is empty; give at least one seed")
    if frames < 1:
        raise ValueError(f"frames is {frames}; choose 1, for the end, or more")
    schedule, shape = chosen.schedule, (samples or chosen.samples, 2)
    denoisers = [
        MLPDenoiser(2, chosen.hidden, time_width=chosen.time_width, rngs=nnx.Rngs(seed)) for seed in seeds
    ]
    loss, tx = noise_prediction_loss(schedule), optax.adam(chosen.learning_rate)
    runs = [gradient_step(denoiser, loss, tx, ema_decay=chosen.ema_decay) for denoiser in denoisers]
    step, state = side_by_side(runs[0][0], [state for _, state in runs])
    data = draw(jax.random.key(min(seeds)), chosen.points)
    keys = jax.vmap(jax.random.key)(jnp.asarray(seeds))
    graph = nnx.split(denoisers[0], nnx.Param, ...)[0]

    @jax.jit
    @jax.vmap
    def look(params: Any, extra: Any, key: Any) -> Any:
        return sample_ddpm(nnx.merge(graph, params, extra), schedule, key, shape).x0

    trained: Any = ()
    moments = np.linspace(chosen.steps if frames == 1 else 0, chosen.steps, frames).round().astype(int)
    pictures, losses = [], []
    for moment in moments.tolist():
        batch = chosen.batch_size * len(seeds)
        if moment:
            state, history = fit(
                step, state, data, steps=moment, batch_size=batch, seed=min(seeds), progress=False
            )
            losses.extend(history["loss"])
        trained = (state.params if state.average is None else state.average), state.extra
        pictures.append(np.asarray(look(*trained, keys)))
    singles = [jax.tree.map(lambda a, i=i: a[i], trained) for i in range(len(seeds))]
    models = tuple(nnx.merge(graph, *single, copy=True) for single in singles)
    return DiffusionFilm(moments, np.stack(pictures, axis=1), np.asarray(losses), models)


def average_student(
    draw: Draw, game: plane_gan.Settings, *, samples: int = 1000, seed: int = 0
) -> np.ndarray:
    """Train the GAN's generator without a critic: squared error between what it makes and a real point.

    Args:
        draw: Gives the data.
        game: Sizes of the generator and of its training.
        samples: Points to draw at the end.
        seed: Seed of everything.

    Returns:
        What it makes, shape (samples, 2).

    Example:
        >>> from gencore.data import ring_of_gaussians
        >>> average_student(ring_of_gaussians, plane_gan.Settings(steps=2), samples=5).shape
        (5, 2)
    """
    sizes = (game.latent_dim, game.generator_hidden, 2)
    model = Generator(*sizes, output=lambda points: points, rngs=nnx.Rngs(seed))

    def loss(model: Generator, x: Points, key: Any, step: Any) -> Any:
        return squared_error(model.sample(key, len(x)), x).mean(), {}

    step, state = gradient_step(model, loss, optax.adam(game.learning_rate))
    data = draw(jax.random.key(seed), 50_000)
    state, _ = fit(step, state, data, steps=game.steps, batch_size=game.batch_size, seed=seed, progress=False)
    return np.asarray(trained_model(model, state).sample(jax.random.key(seed), samples))
