"""The frozen classifier: its weights, its accuracy, its scale."""

import hashlib

import numpy as np
import pytest
from flax import nnx

from gencore.data import data_dir, load_mnist
from gencore.metrics import frechet_distance
from gencore.models import (
    DigitClassifier,
    WeightsError,
    extract_features,
    load_classifier,
    pack_weights,
    read_weights,
    unpack_weights,
)
from gencore.models.classifier import FROZEN
from gencore.recipes import classifier as recipe
from gencore.recipes.recording import load_images
from gencore.records import load_records

needs_full_mnist = pytest.mark.skipif(
    not (data_dir() / "mnist" / "t10k-images-idx3-ubyte.gz").is_file(),
    reason="needs the full MNIST in the data folder",
)


@pytest.mark.parametrize("dataset, accuracy", [("mnist", 0.99), ("fashion_mnist", 0.91)])
def test_weights_are_those_of_the_record_and_small(dataset, accuracy):
    (record,) = load_records("classifier", dataset, "full")
    content = FROZEN[dataset].path.read_bytes()
    assert hashlib.sha256(content).hexdigest() == FROZEN[dataset].sha256 == record.settings["weights_sha256"]
    assert len(content) <= 2_000_000
    assert record.value("test_accuracy") >= accuracy


def test_an_unknown_data_set_is_named():
    with pytest.raises(
        ValueError, match="dataset is 'letters'; there are classifiers of 'mnist', 'fashion_mnist'"
    ):
        extract_features(np.zeros((1, 784), "f"), dataset="letters")


@needs_full_mnist
def test_at_least_99_percent_of_the_test_digits():
    test = load_mnist("test", source="full")
    (record,) = load_records("classifier", "mnist", "full")
    accuracy = recipe.accuracy(load_classifier(), test)
    assert accuracy >= 0.99
    assert accuracy == pytest.approx(record.value("test_accuracy"), abs=5e-4)


@pytest.mark.parametrize("dataset", FROZEN)
def test_random_pixels_stand_at_570(dataset):
    if not (data_dir() / dataset.replace("_", "-") / "t10k-images-idx3-ubyte.gz").is_file():
        pytest.skip(f"needs the full {dataset} in the data folder")
    test = load_images(dataset, "test", "full")
    noise = np.random.default_rng(0).random((10_000, 784), np.float32)
    real, random = (extract_features(images, dataset=dataset) for images in (test.images, noise))
    assert frechet_distance(real.features, random.features) == pytest.approx(570, abs=2)


def test_features_do_not_depend_on_the_batch_or_the_shape():
    images = load_mnist("test", source="embedded").images[:23]
    whole = extract_features(images)
    parts = extract_features(images.reshape(-1, 784), batch_size=7)
    np.testing.assert_allclose(whole.features, parts.features, rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(whole.probabilities.sum(1), 1, rtol=1e-5)


@pytest.mark.parametrize(
    "images, message",
    [
        (np.zeros((3, 27, 28)), r"shape \(3, 27, 28\)"),
        (np.zeros((0, 784)), r"shape \(0, 784\)"),
        (np.full((1, 784), 255.0), r"range from 255 to 255; scale"),
        (np.full((1, 784), np.nan), r"range from nan"),
    ],
)
def test_images_are_checked(images, message):
    with pytest.raises(ValueError, match=message):
        extract_features(images)


def test_weights_go_through_a_file(tmp_path):
    model, other = (DigitClassifier(rngs=nnx.Rngs(seed)) for seed in (0, 1))
    content = pack_weights(model)
    assert pack_weights(unpack_weights(other, content)) == content != pack_weights(other)
    path = tmp_path / "w.safetensors"
    with pytest.raises(WeightsError, match="is missing"):
        read_weights(path, "0")
    path.write_bytes(content)
    with pytest.raises(WeightsError, match=r"has SHA-256 .* expected 0"):
        read_weights(path, "0")
    with pytest.raises(WeightsError, match="not a safetensors file"):
        unpack_weights(model, content[:100])
    with pytest.raises(WeightsError, match=r"the model needs .*kernel"):
        unpack_weights(nnx.Linear(2, 3, rngs=nnx.Rngs(0)), content)


def test_the_first_use_leaves_a_classifier_that_works():
    """Loaded for the first time inside a compiled function, it would hold that function's tracers."""
    load_classifier.cache_clear()
    images = load_mnist("test", source="embedded").images[:3]
    seen = extract_features(images, batch_size=3)
    np.testing.assert_array_equal(load_classifier()(images).argmax(-1), seen.probabilities.argmax(-1))
