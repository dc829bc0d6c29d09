"""Score a set of generated digits with the course's measuring stick."""

from typing import Any

import numpy as np
from jaxtyping import Float
from sklearn.neighbors import NearestNeighbors

from gencore import metrics
from gencore.data import LabeledImages
from gencore.models import Features, extract_features
from gencore.types import AnyArray, Labels

__all__ = ["coverage_scores", "floors", "score_samples"]


def score_samples(
    samples: Float[AnyArray, "n ..."],
    real: Features,
    *,
    intervals: bool = False,
    seed: int = 0,
    dataset: str = "mnist",
) -> dict[str, dict[str, Any]]:
    """FID, KID, Inception score, precision, recall, density and coverage of generated digits.

    Everything is measured with MNIST classifier features. FID depends on the number of images: compare scores of equal
    numbers only, and always look at the floors.

    Args:
        samples: Generated images in [0, 1], shape (N, 28, 28) or (N, 784).
        real: Features of the test digits, from :func:`gencore.models.extract_features`.
        intervals: Also give 95 % bootstrap intervals of FID and Inception score (slower).
        seed: Seed of the bootstrap.
        dataset: Which classifier looks, as in :func:`gencore.models.extract_features`.

    Returns:
        For each score, ``{"value": number, "interval": [low, high] or None}``, as a results record wants it.

    Example:
        >>> digits = np.random.default_rng(0).random((50, 784), "f")
        >>> real = extract_features(digits)
        >>> scores = score_samples(digits, real)
        >>> round(abs(scores["fid"]["value"]), 6), scores["recall"]["value"]
        (0.0, 1.0)
    """
    fake = extract_features(samples, dataset=dataset)
    manifold = metrics.precision_recall(real.features, fake.features)
    spread = metrics.density_coverage(real.features, fake.features)
    values = {
        "fid": metrics.frechet_distance(real.features, fake.features),
        "kid": metrics.kernel_distance(real.features, fake.features),
        "inception_score": metrics.inception_score(fake.probabilities).mean,
        "precision": manifold.precision,
        "recall": manifold.recall,
        "density": spread.density,
        "coverage": spread.coverage,
    }
    scores: dict[str, dict[str, Any]] = {k: {"value": float(v), "interval": None} for k, v in values.items()}
    if intervals:
        low, high = metrics.bootstrap_interval(
            metrics.frechet_distance, real.features, fake.features, resamples=100, seed=seed
        )
        scores["fid"]["interval"] = [low, high]
        low, high = metrics.bootstrap_interval(
            lambda p: metrics.inception_score(p).mean, fake.probabilities, resamples=200, seed=seed
        )
        scores["inception_score"]["interval"] = [low, high]
    return scores


def floors(
    train: Float[AnyArray, "n ..."], real: Features, *, seed: int = 0, dataset: str = "mnist"
) -> dict[str, dict[str, float]]:
    """Scores of the best and the worst that anyone could hand in: real digits, and random pixels.

    Args:
        train: Real training images, at least as many as ``real`` has; as many are drawn without replacement.
        real: Features of the test digits.
        seed: Seed of the draw and of the random pixels.
        dataset: Which classifier looks.

    Returns:
        ``{"real": {score: number}, "random": {score: number}}``.

    Raises:
        ValueError: ``train`` has fewer images than ``real``.

    Example:
        >>> digits = np.random.default_rng(0).random((50, 784), "f")
        >>> sorted(floors(digits, extract_features(digits)))
        ['random', 'real']
    """
    n = len(real.features)
    if len(train) < n:
        raise ValueError(f"train has {len(train)} images and real has {n}; give at least as many")
    rng = np.random.default_rng(seed)
    sets = {
        "real": np.asarray(train)[rng.choice(len(train), n, replace=False)],
        "random": rng.random((n, 784), np.float32),
    }
    scored = {name: score_samples(images, real, dataset=dataset) for name, images in sets.items()}
    return {name: {k: v["value"] for k, v in scores.items()} for name, scores in scored.items()}


def coverage_scores(
    samples: Float[AnyArray, "n ..."],
    train: LabeledImages,
    held_out: LabeledImages,
    *,
    asked: Labels | None = None,
    dataset: str = "mnist",
) -> dict[str, dict[str, Any]]:
    """Whether every class is there, and whether samples are copies of training digits.

    Args:
        samples: Generated images in [0, 1], shape (N, 28, 28) or (N, 784).
        train: The digits that were trained on.
        held_out: Digits that were not.
        asked: The class that each sample was to have, or None where the model knows no classes.
        dataset: Which classifier looks.

    Returns:
        For each score, ``{"value": number, "interval": None}``: ``class_0`` to ``class_9``, the fraction of samples
        that the classifier takes for each digit; ``nearest_sample`` and ``nearest_held_out``, the median distance
        to the nearest training digit, of at most 1,000 samples and of as many held-out digits; and with
        ``asked`` ``label_agreement``, the fraction of samples that look like what was asked for.

    Example:
        >>> images = np.random.default_rng(0).random((40, 28, 28), "f")
        >>> digits = LabeledImages(images, np.arange(40, dtype=np.int32) % 10)
        >>> scores = coverage_scores(images[:20], digits, digits)
        >>> round(scores["nearest_sample"]["value"], 3), len(scores)  # copies
        (0.0, 12)
    """
    guessed = extract_features(samples, dataset=dataset).probabilities.argmax(axis=1)
    values = {f"class_{k}": float((guessed == k).mean()) for k in range(10)}
    known = NearestNeighbors(n_neighbors=1).fit(train.flat)
    for name, images in (("nearest_sample", np.asarray(samples)), ("nearest_held_out", held_out.images)):
        some = images.reshape(len(images), -1)[:1000]
        values[name] = float(np.median(known.kneighbors(some)[0]))
    if asked is not None:
        values["label_agreement"] = float((guessed == np.asarray(asked)).mean())
    return {name: {"value": value, "interval": None} for name, value in values.items()}
