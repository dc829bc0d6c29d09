"""The small model that ships: its file, its hash, its record, and that it makes the digits it is asked for."""

import hashlib
from dataclasses import replace

import jax
import numpy as np
import pytest
from flax import nnx

from gencore.data import load_mnist
from gencore.models import WeightsError, extract_features
from gencore.recipes import small_diffusion
from gencore.recipes.evaluation import score_samples
from gencore.recipes.recording import DatasetError, every_class
from gencore.records import load_records

TEST = load_mnist("test", source="embedded")


def test_the_file_is_that_of_the_record_and_small():
    (record,) = load_records("small_diffusion", "mnist", "full")
    content = small_diffusion.WEIGHTS_PATH.read_bytes()
    assert hashlib.sha256(content).hexdigest() == small_diffusion.WEIGHTS_SHA256
    assert record.settings["weights_sha256"] == small_diffusion.WEIGHTS_SHA256
    assert len(content) <= 4_000_000


def test_it_makes_the_digits_it_is_asked_for():
    asked = every_class(1000)
    scores = score_samples(small_diffusion.load().draw(asked, steps=15), extract_features(TEST.images))
    assert scores["fid"]["value"] < 25 and scores["recall"]["value"] > 0.5
    seen = extract_features(small_diffusion.load().draw(asked[:200], steps=15)).probabilities.argmax(1)
    assert (seen == asked[:200]).mean() > 0.93


def test_a_changed_file_is_refused(tmp_path, monkeypatch):
    path = tmp_path / "digit_denoiser.safetensors"
    path.write_bytes(small_diffusion.WEIGHTS_PATH.read_bytes()[:-1] + b"\0")
    monkeypatch.setattr(small_diffusion, "WEIGHTS_PATH", path)
    small_diffusion.load.cache_clear()
    with pytest.raises(WeightsError, match="SHA-256"):
        small_diffusion.load()


def test_the_command_writes_the_file_and_scores_what_it_wrote(tmp_path, monkeypatch):
    """The record's scores and the loaded model are those of the rounded weights."""
    embedded = lambda dataset, split, profile: load_mnist(split, source="embedded")  # noqa: E731
    monkeypatch.setattr("gencore.recipes.recording.load_images", embedded)
    tiny = replace(
        small_diffusion.SETTINGS, width=16, blocks=1, steps=2, batch_size=32, samples=100, sampling_steps=3
    )
    monkeypatch.setattr(small_diffusion, "SETTINGS", tiny)
    drawn = []
    monkeypatch.setattr(
        small_diffusion.PixelDiffusion,
        "draw",
        lambda model, asked, **_: drawn.append(model) or TEST.flat[: len(asked)],
    )
    path = tmp_path / "weights.safetensors"
    record = small_diffusion.record(weights=path, progress=False)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert record.settings["weights_sha256"] == digest and record.family == "small_diffusion"
    leaves = jax.tree.leaves(nnx.state(drawn[-1].model, nnx.Param))
    assert all((np.asarray(p) == np.asarray(p, np.float16)).all() and p.dtype == np.float32 for p in leaves)
    monkeypatch.setattr(small_diffusion, "WEIGHTS_PATH", path)
    monkeypatch.setattr(small_diffusion, "WEIGHTS_SHA256", digest)
    small_diffusion.load.cache_clear()
    loaded = jax.tree.leaves(nnx.state(small_diffusion.load().model, nnx.Param))
    jax.tree.map(np.testing.assert_array_equal, loaded, leaves)
    small_diffusion.load.cache_clear()


def test_there_is_no_small_model_of_clothes():
    with pytest.raises(DatasetError, match="dataset is 'fashion_mnist'"):
        small_diffusion.record(dataset="fashion_mnist")
