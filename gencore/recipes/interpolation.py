"""Chapter 08: its settings, what is measured along a walk through codes, and a search for better ones."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from gencore.metrics import frechet_distance, precision_recall
from gencore.models import Features, climb, extract_features
from gencore.profile import Profile, current_profile
from gencore.recipes import gan, vae
from gencore.recipes.gan import Settings as GANSettings
from gencore.recipes.vae import Settings as VAESettings
from gencore.types import AnyArray, Codes, Vectors

__all__ = [
    "Quality",
    "Settings",
    "View",
    "ink",
    "look",
    "quality",
    "raise_score",
    "settings",
]


@dataclass(frozen=True)
class Settings:
    """Sizes of chapter 08.

    Attributes:
        vae: The VAE whose latent space is walked.
        small_vae: The same with a code of two numbers.
        gan: The GAN, which knows no classes.
        trainings: Seeds of the VAEs and GANs that are compared.
        draws: Seeds of the pairs of codes.
        sampling_steps: Steps of DDIM, both ways.
        pairs: Pairs of codes whose middles are scored.
        paths: Pairs of codes whose whole path is looked at.
        points: Images on a path; a power of two, and one.
        climbs: Codes that are optimized.
        climb_steps: Steps of each climb.
    """

    vae: VAESettings
    small_vae: VAESettings
    gan: GANSettings
    trainings: tuple[int, ...] = (0, 1)
    draws: tuple[int, ...] = (0, 1)
    sampling_steps: int = 25
    pairs: int = 1000
    paths: int = 50
    points: int = 65
    climbs: int = 500
    climb_steps: int = 100


def settings(profile: Profile | None = None) -> Settings:
    """Settings of a profile; None for :func:`gencore.profile.current_profile`.

    Example:
        >>> settings("quick").pairs, settings("full").pairs
        (1000, 10000)
    """
    return QUICK if (profile or current_profile()) == "quick" else FULL


QUICK = Settings(
    vae=vae.settings("quick"),
    small_vae=replace(vae.settings("quick"), latent_dim=2),
    gan=gan.unconditional(gan.settings("quick")),
    sampling_steps=20,
)

FULL = Settings(
    vae=replace(vae.settings("full"), latent_dim=16),
    small_vae=replace(vae.settings("full"), latent_dim=2),
    gan=gan.unconditional(gan.settings("full")),
    trainings=(0, 1, 2),
    sampling_steps=50,
    draws=(0, 1, 2),
    pairs=10_000,
    paths=200,
)


class Quality(NamedTuple):
    """How good a set of images is.

    Attributes:
        fid: Distance from the test digits, MNIST classifier features.
        precision: Share of the images that look real.
        recall: Share of the real images that could have been made.
    """

    fid: float
    precision: float
    recall: float


def quality(images: Vectors, real: Features) -> Quality:
    """Score images against real ones.

    Args:
        images: Flat images in [0, 1], shape (n, 784).
        real: Features of the test digits, from :func:`gencore.models.extract_features`.

    Returns:
        FID, precision and recall.

    Example:
        >>> digits = np.random.default_rng(0).random((50, 784), "f")
        >>> quality(digits, extract_features(digits)).precision
        1.0
    """
    made = extract_features(images).features
    manifold = precision_recall(real.features, made)
    return Quality(frechet_distance(real.features, made), manifold.precision, manifold.recall)


class View(NamedTuple):
    """What the classifier sees along paths.

    Attributes:
        features: Shape (points, pairs, 128).
        probabilities: Shape (points, pairs, 10).
    """

    features: Float[np.ndarray, "points pairs 128"]
    probabilities: Float[np.ndarray, "points pairs 10"]


def look(decode: Callable[[Any], Any], path: Float[AnyArray, "points pairs k"]) -> View:
    """Decode every code of some paths, and show the images to the classifier.

    Args:
        decode: From codes (n, k) to flat images (n, 784).
        path: Codes along paths, as :func:`gencore.models.latent_path` makes them.

    Returns:
        Features and class probabilities, in the paths' order.

    Example:
        >>> look(lambda codes: np.zeros((len(codes), 784), "f"), np.zeros((5, 2, 3))).features.shape
        (5, 2, 128)
    """
    points, pairs, k = path.shape
    seen = extract_features(decode(np.asarray(path).reshape(-1, k)))
    return View(*(np.asarray(a).reshape(points, pairs, -1) for a in seen))


def ink(images: Vectors) -> Float[AnyArray, " batch"]:
    """Mean brightness of each image: a property that can be differentiated, for codes to be optimized.

    Example:
        >>> ink(jnp.array([[0.0, 0.5, 1.0]])).tolist()
        [0.5]
    """
    return images.mean(axis=-1)


def raise_score(
    score: Callable[[Any], Any],
    decode: Callable[[Any], Any],
    start: Codes,
    *,
    prior: float,
    center: Codes | None = None,
    steps: int = 100,
    step_size: float = 0.3,
) -> np.ndarray:
    r"""Look for codes whose images score high: climb :math:`s(G(z)) - \tfrac\lambda2 \lVert z - c \rVert^2`.

    With the center :math:`c = 0` the second term is :math:`\lambda \log p(z)` for a standard normal prior, up to a
    constant. With :math:`c` where the climb starts, it is a leash.

    Args:
        score: From images (n, d) to one number each, (n,).
        decode: The decoder :math:`G`, which can be differentiated: a model's own.
        start: Codes to start from, shape (n, k).
        prior: The weight :math:`\lambda`: how much of the score one nat of the prior is worth. 0 for no prior.
        center: Where the prior has its top, shape (n, k); None for the origin.
        steps: Steps of the climb.
        step_size: Length of the first step.

    Returns:
        Codes, shape (n, k).

    Raises:
        ValueError: ``prior`` is negative.

    Example:
        >>> found = raise_score(lambda x: x.sum(-1), lambda z: z, jnp.zeros((1, 2)), prior=0.5)
        >>> found.round(1).tolist()  # the top of z - z²/4
        [[2.0, 2.0]]

    Reference:
        Gómez-Bombarelli et al. 2018, who optimize molecules in the latent space of a VAE.
    """
    if prior < 0:
        raise ValueError(f"prior is {prior}; its weight must be 0 or more")
    middle = 0.0 if center is None else jnp.asarray(center)

    def total(z: Any) -> Any:
        return score(decode(z)) - 0.5 * prior * jnp.square(z - middle).sum(-1)

    return np.asarray(climb(total, start, steps=steps, step_size=step_size))
