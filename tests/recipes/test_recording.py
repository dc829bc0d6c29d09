"""Records of image models: which images, which scores, and who chooses the settings."""

from dataclasses import dataclass
from functools import partial
from importlib import import_module

import numpy as np
import pytest

from gencore.cli import FAMILIES, main
from gencore.data import LabeledImages, load_mnist
from gencore.recipes import classifier, evaluation, gan, recording
from gencore.recipes.recording import DatasetError, every_class, load_images, record_run, validate_run
from gencore.training import History

DIGITS = load_mnist("train", source="embedded")


@dataclass
class Chosen:
    """Settings of nothing."""

    samples: int = 1000


def hand_out(images, evaluate):
    """A model that is its training images."""
    history = History([5], [2.0], {}, {"fid": [(5, 2.0, evaluate(images)["fid"])], "kid": [(5, 2.0, 0.1)]})
    return images, history


def test_a_record_holds_scores_floors_coverage_and_the_curve():
    draw = lambda images: (images.flat[:1000], images.labels[:1000])  # noqa: E731
    more = lambda model, test: {"val_loss": float(len(test.labels))}  # noqa: E731
    record = record_run("gan", Chosen(), hand_out, draw, profile="quick", seed=3, more_scores=more)
    assert record.name == "gan-mnist-quick-seed3" and record.n_train == 4000
    assert record.value("label_agreement") > 0.97 and record.value("nearest_sample") < 1e-3
    assert record.metrics["val_loss"] == {"value": 1000.0, "interval": None}
    assert record.history == {"fid": [[2.0, record.value("fid")]]} and record.train_seconds == 2
    assert record.floors["real"]["fid"] < 10 < record.floors["random"]["fid"]
    assert record.settings == {"samples": 1000}


def test_every_class_is_asked_for_equally_often():
    assert np.bincount(every_class(10_000)).tolist() == [1000] * 10


def test_settings_are_chosen_without_the_test_digits(monkeypatch):
    """Validation trains on the first 50,000 training digits and scores with the other 10,000."""
    asked, trained, scored = [], [], []
    numbers = np.arange(60_000, dtype=np.float32)

    def load(*words):
        asked.append(words)
        return LabeledImages(numbers, np.zeros(60_000, np.int32))

    def train(images, evaluate):
        trained.append(images.images)
        assert evaluate is None and len(images.labels) == len(images.images)
        return "model", History([1], [7.0])

    monkeypatch.setattr(recording, "load_images", load)
    monkeypatch.setattr(recording, "extract_features", lambda images: images)
    score = lambda made, real: scored.append((made, real)) or {"fid": {"value": 3.0}}  # noqa: E731
    monkeypatch.setattr(recording, "score_samples", score)
    assert validate_run(train, lambda model: (f"drawn from the {model}", None)) == {
        "fid": 3.0,
        "seconds": 7.0,
    }
    assert asked == [("mnist", "train", "full")]
    assert trained[0].max() == 49_999
    ((made, real),) = scored
    assert made == "drawn from the model" and real.min() == 50_000 and len(real) == 10_000


@pytest.mark.parametrize(
    "wrong, message", [("letters", "dataset is 'letters'"), ("fashion_mnist", "'quick'")]
)
def test_images_that_there_are_not(wrong, message):
    with pytest.raises(DatasetError, match=message):
        load_images(wrong, "train", "quick")


@pytest.mark.parametrize("family", ["classifier", "gan"])
def test_images_that_no_shipped_classifier_knows_are_refused_before_anything_is_trained(
    family, monkeypatch, capsys
):
    monkeypatch.delitem(recording.FROZEN, "fashion_mnist")
    for module in (classifier, gan):
        monkeypatch.setattr(module, "fit", lambda *a, **k: pytest.fail("it began to train"))
    assert main(["train", family, "--profile", "full", "--dataset", "fashion_mnist"]) == 1
    assert "dataset is 'fashion_mnist'" in capsys.readouterr().err


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_of_the_command_has_its_recipe(family, monkeypatch, capsys):
    module = import_module(f"gencore.recipes.{family.removeprefix('unconditional_')}")
    monkeypatch.setattr(
        module, "record", lambda *a, **k: (_ for _ in ()).throw(DatasetError(module.__name__))
    )
    assert main(["train", family]) == 1
    assert capsys.readouterr().err == f"gencore train: {module.__name__}\n"


def test_the_command_says_what_is_missing(capsys):
    assert main(["train", "gan", "--profile", "quick", "--dataset", "fashion_mnist"]) == 1
    assert "fashion_mnist" in capsys.readouterr().err


def test_clothes_are_judged_by_their_own_classifier(monkeypatch):
    """Every feature of a Fashion-MNIST run comes from the classifier of clothes."""
    seen = []
    monkeypatch.setattr(
        recording, "load_images", lambda dataset, split, profile: load_mnist(split, source="embedded")
    )
    for module in (recording, evaluation):
        extract = module.extract_features
        spy = partial(
            lambda extract, *a, dataset="mnist", **k: seen.append(dataset) or extract(*a, **k), extract
        )
        monkeypatch.setattr(module, "extract_features", spy)
    draw = lambda images: (images.flat[:1000], None)  # noqa: E731
    record = record_run("gan", Chosen(), hand_out, draw, dataset="fashion_mnist", profile="full")
    assert record.dataset == "fashion_mnist" and set(seen) == {"fashion_mnist"} and len(seen) >= 5


def test_the_gan_hands_over_its_generator_and_its_samples():
    learn, draw = gan._parts(gan.Settings(samples=20), 0, False)
    assert callable(learn)
    generator = gan.train(
        DIGITS.flat,
        DIGITS.labels,
        gan.Settings(steps=1, generator_hidden=(8,), critic_hidden=(8,)),
        progress=False,
    ).generator
    images, asked = draw(generator)
    assert images.shape == (20, 784) and np.bincount(asked).tolist() == [2] * 10
