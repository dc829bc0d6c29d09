"""The measurements of chapter 01: learning curves of two kinds of classifier, and what a density estimate costs."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float

from gencore.metrics import kernel_density_samples, samples_for_error
from gencore.profile import Profile, current_profile
from gencore.types import Labels, Vectors

__all__ = ["Settings", "bump_samples", "fitted_samples", "learning_curves", "settings"]


@dataclass(frozen=True)
class Settings:
    """Sizes of chapter 01.

    Attributes:
        components: Principal components in which the Gaussians live.
        samples: Digits drawn from each model, and test digits that they are held against.
        climbers: Images that climb a classifier's score.
        chains: Chains of MCMC, at least 2.
        steps: Draws of each chain.
        warmup: Steps of each chain before its first draw.
        sizes: Training digits along the learning curves; each a multiple of ten, equally many of each class.
        seeds: Random draws of the training digits behind each point of the curves.
        points: Digits among which distances and dimensions are measured.
        cost_dimensions: Dimensions in which density estimates are really made.
        cost_repeats: Estimates behind each error.
        temperatures: Positions of the knob between quality and diversity.
    """

    components: int = 50
    samples: int = 1000
    climbers: int = 100
    chains: int = 4
    steps: int = 400
    warmup: int = 200
    sizes: tuple[int, ...] = (20, 50, 100, 200, 500, 1000, 2000)
    seeds: int = 5
    points: int = 2000
    cost_dimensions: tuple[int, ...] = (1, 2, 3, 4, 5, 6)
    cost_repeats: int = 400
    temperatures: tuple[float, ...] = (0.01, 0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0)


def settings(profile: Profile | None = None) -> Settings:
    """Settings of a profile; None for :func:`gencore.profile.current_profile`.

    Example:
        >>> settings("quick").samples, settings("full").samples
        (1000, 10000)
    """
    return QUICK if (profile or current_profile()) == "quick" else FULL


QUICK = Settings()

FULL = Settings(samples=10_000, sizes=(20, 50, 100, 200, 500, 1000, 2000, 5000), seeds=10, points=5000)


def learning_curves(
    fits: Mapping[str, Callable[[Any, Any], Any]],
    train: tuple[Vectors, Labels],
    test: tuple[Vectors, Labels],
    *,
    sizes: Sequence[int],
    seeds: int,
) -> dict[str, Float[np.ndarray, "seeds sizes"]]:
    """Test errors of classifiers that were given few training examples, then more.

    A seed shuffles the examples of every class; its training sets are the first of each class. So a smaller set lies
    inside a larger one, and every classifier gets the same sets.

    Args:
        fits: For each name, a function of (x, y) that returns something with a method ``predict(x)``.
        train: Examples, shape (N, d), and their classes, shape (N,).
        test: Examples and classes that nothing is fitted to.
        sizes: Training examples, all classes together; multiples of the number of classes.
        seeds: Number of shuffles, at least 1.

    Returns:
        For each name, the share of wrong answers for every seed and size.

    Raises:
        ValueError: A size is no multiple of the number of classes, or larger than the classes allow.

    Example:
        >>> from gencore.models import ClassBernoullis
        >>> x, y = np.array([[1.0, 0.0], [0.0, 1.0]] * 10), np.array([0, 1] * 10)
        >>> learning_curves({"coins": ClassBernoullis.fit}, (x, y), (x, y), sizes=(2, 10), seeds=1)
        {'coins': array([[0., 0.]])}

    Reference:
        Ng and Jordan 2002, fig. 1.
    """
    x, y = np.asarray(train[0]), np.asarray(train[1])
    places = [np.flatnonzero(y == k) for k in np.unique(y)]
    most = len(places) * min(map(len, places))
    wrong = [n for n in sizes if n % len(places) or not len(places) <= n <= most]
    if wrong:
        raise ValueError(f"sizes holds {wrong}; take multiples of {len(places)}, the classes, up to {most}")
    errors = {name: np.empty((seeds, len(sizes))) for name in fits}
    for seed in range(seeds):
        rng = np.random.default_rng(seed)
        shuffled = [rng.permutation(place) for place in places]
        for j, n in enumerate(sizes):
            rows = np.concatenate([place[: n // len(places)] for place in shuffled])
            for name, fit in fits.items():
                answers = fit(x[rows], y[rows]).predict(test[0])
                errors[name][seed, j] = np.mean(answers != np.asarray(test[1]))
    return errors


def bump_samples(d: int, *, error: float = 0.1, repeats: int = 400, seed: int = 0) -> float:
    r"""Measure how many samples a kernel density estimate needs, by making many estimates.

    Args:
        d: Dimensions. The density is :math:`\mathcal N(0, I)`, seen from its center.
        error: Squared relative error that is allowed.
        repeats: Estimates behind each measured error.
        seed: Seed of the samples.

    Returns:
        The number of samples, read off between measurements at a third and at three times what the closed form says,
        with its bandwidth: :func:`gencore.metrics.kernel_density_samples`.

    Example:
        >>> 56 < bump_samples(3) < 76  # the closed form says 66.3
        True
    """
    rng = np.random.default_rng([seed, d])
    log10_n, h = kernel_density_samples(d, error=error)
    counts = np.maximum(np.round(10**log10_n * np.array([0.35, 0.6, 1.0, 1.7, 3.0])), 1)
    errors = []
    for n in counts:
        squared = rng.chisquare(
            d, (repeats, int(n))
        )  # all that matters of a sample is its distance from the center
        ratio = np.exp(-squared / (2 * h**2)).mean(axis=1) / h**d  # of the estimate to the density
        errors.append(np.mean((ratio - 1) ** 2))
    return samples_for_error(counts, errors, error)


def fitted_samples(d: int, *, error: float = 0.1, repeats: int = 400, seed: int = 0) -> float:
    r"""Measure the same for someone who knows that the density is a Gaussian, and fits its mean and covariance.

    Args:
        d: Dimensions. The density is :math:`\mathcal N(0, I)`, seen from its center.
        error: Squared relative error that is allowed.
        repeats: Estimates behind each measured error.
        seed: Seed of the samples.

    Returns:
        The number of samples.

    Example:
        >>> 5 < fitted_samples(1) < 15
        True
    """
    rng = np.random.default_rng([seed, d])
    counts, errors = [], []
    n = d + 3
    while not errors or errors[-1] > 0.7 * error:
        x = rng.standard_normal((repeats, n, d))
        mean = x.mean(axis=1)
        cov = np.einsum("rni,rnj->rij", x, x) / n - mean[:, :, None] * mean[:, None]
        squared = np.einsum("ri,ri->r", mean, np.linalg.solve(cov, mean[..., None])[..., 0])
        ratio = np.exp(-0.5 * (np.linalg.slogdet(cov)[1] + squared))
        counts, errors = [*counts, n], [*errors, np.mean((ratio - 1) ** 2)]
        n = int(np.ceil(1.3 * n))
    return samples_for_error(counts[-5:], errors[-5:], error)
