"""From a training to its results record: the same data, the same scores and the same floors for every image model."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from gencore.data import LabeledImages, load_fashion_mnist, load_mnist
from gencore.models import extract_features
from gencore.models.classifier import FROZEN
from gencore.profile import Profile
from gencore.recipes.evaluation import coverage_scores, floors, score_samples
from gencore.records import Record, provenance
from gencore.training import History

__all__ = [
    "DatasetError",
    "Draw",
    "Evaluate",
    "Learn",
    "every_class",
    "load_images",
    "record_run",
    "validate_run",
]

Evaluate: TypeAlias = Callable[[Any], Mapping[str, float]]
"""What a training calls now and then: from the model to named numbers."""

Learn: TypeAlias = Callable[[LabeledImages, Evaluate | None], tuple[Any, History]]
"""A training: from the training images, and what to call now and then, to a model and its history."""

Draw: TypeAlias = Callable[[Any], tuple[np.ndarray, np.ndarray | None]]
"""From a model to flat images, and to the classes that were asked for or None."""


def every_class(n: int) -> np.ndarray:
    """Labels of n images, classes in equal numbers.

    Example:
        >>> every_class(12)
        array([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1], dtype=int32)
    """
    return np.arange(n, dtype=np.int32) % 10


class DatasetError(ValueError):
    """There are no such images."""


def load_images(dataset: str, split: str, profile: Profile) -> LabeledImages:
    """Load the images that a profile trains on.

    Args:
        dataset: ``"mnist"`` or ``"fashion_mnist"``.
        split: ``"train"`` or ``"test"``.
        profile: ``"quick"``: the embedded digits. ``"full"``: the full data set.

    Returns:
        Images and labels.

    Raises:
        DatasetError: There is no such data set, or it has no quick profile.

    Example:
        >>> load_images("mnist", "test", "quick").images.shape
        (1000, 28, 28)
    """
    if dataset == "mnist":
        return load_mnist(split, source="full" if profile == "full" else "embedded")
    if dataset != "fashion_mnist":
        raise DatasetError(f"dataset is {dataset!r}; use 'mnist' or 'fashion_mnist'")
    if profile == "quick":
        raise DatasetError("profile is 'quick', and no images of fashion_mnist are embedded; use 'full'")
    return load_fashion_mnist(split)


def learner(
    train: Callable[..., Any],
    chosen: Any,
    *,
    evaluations: int = 8,
    seed: int = 0,
    progress: bool = True,
    checkpoint_dir: str | Path | None = None,
) -> Learn:
    """Make a recipe's ``train`` for images and labels into what :func:`record_run` and :func:`validate_run` call.

    Args:
        train: A recipe's training; the model is the first field of what it returns, and the history is there by name.
        chosen: The settings, a dataclass with ``steps``.
        evaluations: How often the model is scored on the way.
        seed: Seed of the run.
        progress: Show a progress bar.
        checkpoint_dir: Folder to save to and to resume from, or None.

    Returns:
        The training.

    Example:
        >>> from gencore.recipes import gan
        >>> tiny = gan.Settings(generator_hidden=(8,), critic_hidden=(8,), steps=2, batch_size=32)
        >>> model, history = learner(gan.train, tiny, progress=False)(load_images("mnist", "test", "quick"), None)
        >>> history.steps
        [2]
    """

    def learn(data: LabeledImages, evaluate: Evaluate | None) -> tuple[Any, History]:
        run = train(
            data.flat,
            data.labels,
            chosen,
            seed=seed,
            progress=progress,
            evaluate=evaluate,
            evaluate_every=max(1, chosen.steps // evaluations),
            checkpoint_dir=checkpoint_dir,
        )
        return run[0], run.history

    return learn


def record_run(
    family: str,
    chosen: Any,
    train: Learn,
    draw: Draw,
    *,
    dataset: str = "mnist",
    profile: Profile = "full",
    seed: int = 0,
    more_scores: Callable[[Any, LabeledImages], Mapping[str, float]] = lambda model, test: {},
) -> Record:
    """Train, draw samples, score them against the test images, and return the run's record.

    Args:
        family: What is trained, one of the families of :mod:`gencore.records`.
        chosen: The settings, a dataclass with ``samples``.
        train: From the training images, and what to call now and then, to a model and its history.
        draw: From a model to flat images and the classes that were asked for, or None.
        dataset: ``"mnist"`` or ``"fashion_mnist"``.
        profile: ``"quick"`` or ``"full"``.
        seed: Seed of the run.
        more_scores: From the model and the test images to further scores of this family.

    Returns:
        The record, with both floors, coverage, and the curves of FID and Inception score against training seconds.

    Raises:
        DatasetError: As for :func:`load_images`, or no classifier ships that could judge the images.

    Example:
        >>> from types import SimpleNamespace
        >>> from dataclasses import make_dataclass
        >>> copies = lambda images: (images.flat[:1000], images.labels[:1000])
        >>> chosen = make_dataclass("Settings", ["samples"])(1000)
        >>> run = record_run("vae", chosen, lambda images, _: (images, History()), copies, profile="quick")
        >>> run.value("fid") < 10, run.value("nearest_sample") < 0.001  # the model hands out its training digits
        (True, True)
    """
    if dataset not in FROZEN:
        raise DatasetError(
            f"dataset is {dataset!r}; classifiers, which judge images, ship for {', '.join(FROZEN)}"
        )
    images, test = (load_images(dataset, split, profile) for split in ("train", "test"))
    real = extract_features(test.images, dataset=dataset)

    def evaluate(model: Any) -> dict[str, float]:
        scores = score_samples(draw(model)[0], real, dataset=dataset)
        return {name: score["value"] for name, score in scores.items()}

    model, history = train(images, evaluate)
    samples, asked = draw(model)
    scores = score_samples(samples, real, dataset=dataset, intervals=True)
    scores |= coverage_scores(samples, images, test, asked=asked, dataset=dataset)
    scores |= {name: {"value": value, "interval": None} for name, value in more_scores(model, test).items()}
    return Record(
        family=family,
        dataset=dataset,
        profile=profile,
        seed=seed,
        n_train=len(images.labels),
        settings=asdict(chosen),
        train_seconds=history.total_seconds,
        metrics=scores,
        floors=floors(images.flat, real, seed=seed, dataset=dataset),
        history={
            name: [[seconds, value] for _, seconds, value in points]
            for name, points in history.evaluations.items()
            if name in ("fid", "inception_score")
        },
        provenance=provenance([images.images]),
    )


def validate_run(train: Learn, draw: Draw) -> dict[str, float]:
    """Train on the first 50,000 digits of MNIST and score against the other 10,000 of its training set.

    The full profiles' settings are chosen by these scores, so that the test digits never chose anything.

    Args:
        train: As for :func:`record_run`.
        draw: As for :func:`record_run`.

    Returns:
        The scores of :func:`gencore.recipes.evaluation.score_samples`, and ``seconds`` of training.

    Example:
        >>> validate_run(lambda images, _: (images, History()), lambda images: (images.flat, None))
        ... # doctest: +SKIP
    """
    digits = load_images("mnist", "train", "full")
    seen, held_out = (
        LabeledImages(*(part[at] for part in digits)) for at in (slice(50_000), slice(50_000, None))
    )
    model, history = train(seen, None)
    scores = score_samples(draw(model)[0], extract_features(held_out.images))
    return {name: score["value"] for name, score in scores.items()} | {"seconds": history.total_seconds}
