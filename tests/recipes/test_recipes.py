"""Recipes: they run end to end, and learn."""

from dataclasses import replace

import numpy as np
import pytest

from gencore.cli import main
from gencore.data import load_mnist
from gencore.models import extract_features
from gencore.recipes import autoencoder, classifier, diffusion, gan, gpt, vae
from gencore.recipes.evaluation import coverage_scores, floors, score_samples
from gencore.records import load_records

DIGITS = load_mnist("train", source="embedded")
TEST = load_mnist("test", source="embedded")


@pytest.mark.slow
def test_autoencoder_beats_pca_of_few_components():
    chosen = replace(autoencoder.settings("quick"), epochs=10)
    model, history = autoencoder.train(DIGITS.flat, DIGITS.flat, chosen, progress=False)
    assert len(history.steps) == 10
    error = np.square(np.asarray(model(TEST.flat)) - TEST.flat).mean()
    assert error < autoencoder.pca_error(DIGITS.flat, TEST.flat, 16)


def test_pca_error_is_the_variance_that_is_left():
    centered = DIGITS.flat - DIGITS.flat.mean(0)
    eigenvalues = np.linalg.eigvalsh(np.cov(centered.astype(float), rowvar=False, bias=True))[::-1]
    expected = eigenvalues[128:].sum() / 784
    assert autoencoder.pca_error(DIGITS.flat, DIGITS.flat, 128) == pytest.approx(expected, rel=1e-3)


@pytest.mark.slow
def test_vae_learns_and_warm_up_delays_the_kl_term():
    chosen = replace(vae.settings("quick"), hidden=(64,), latent_dim=4, steps=300)
    plain = vae.train(DIGITS.flat, chosen, progress=False)
    assert plain.history["elbo"][-1] > plain.history["elbo"][0] + 20
    warm = vae.train(DIGITS.flat, replace(chosen, warmup_steps=300), progress=False)
    assert warm.history["kl"][0] > plain.history["kl"][0]


def test_scores_of_real_digits_and_noise():
    real = extract_features(TEST.images)
    found = floors(DIGITS.flat, real)
    assert found["real"]["fid"] < 10 < 400 < found["random"]["fid"]
    assert found["random"]["inception_score"] < 2 < 9 < found["real"]["inception_score"]
    with pytest.raises(ValueError, match="train has 10 images and real has 1000"):
        floors(DIGITS.flat[:10], real)
    scores = score_samples(TEST.images, real, intervals=True)
    low, high = scores["inception_score"]["interval"]
    assert low < scores["inception_score"]["value"] < high


def test_coverage_counts_classes_and_finds_copies():
    copies = coverage_scores(DIGITS.images[:500], DIGITS, TEST, asked=DIGITS.labels[:500])
    shares = np.array([copies[f"class_{k}"]["value"] for k in range(10)])
    counted = np.bincount(DIGITS.labels[:500], minlength=10) / 500
    assert np.abs(shares - counted).max() < 0.02
    assert copies["label_agreement"]["value"] > 0.97
    assert copies["nearest_sample"]["value"] < 1e-3 < 1 < copies["nearest_held_out"]["value"]
    fresh = coverage_scores(TEST.images, DIGITS, TEST)
    assert fresh["nearest_sample"] == fresh["nearest_held_out"]
    assert "label_agreement" not in fresh


@pytest.mark.slow
@pytest.mark.parametrize("conditional", [True, False])
def test_gan_learns(conditional):
    small = replace(gan.settings("quick"), steps=250, generator_hidden=(64,), critic_hidden=(64,))
    chosen = small if conditional else gan.unconditional(small)
    real, fids = extract_features(TEST.images), []
    for steps in (1, chosen.steps):
        run = gan.train(DIGITS.flat, DIGITS.labels, replace(chosen, steps=steps), progress=False)
        images, asked = gan.draw(run.generator, 500)
        assert (asked is None) != conditional
        fids.append(score_samples(images, real)["fid"]["value"])
    assert fids[1] < 0.8 * fids[0]


def test_command_line_writes_a_record(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("gencore.records.results_folder", lambda: tmp_path)
    monkeypatch.setattr(autoencoder, "settings", lambda profile: autoencoder.Settings(epochs=1))
    assert main(["train", "autoencoder", "--profile", "quick", "--seed", "5"]) == 0
    (record,) = load_records(folder=tmp_path)
    assert record.name == "autoencoder-mnist-quick-seed5"
    assert "val_loss" in capsys.readouterr().out


@pytest.mark.slow
def test_classifier_recipe_learns():
    model, _ = classifier.train(DIGITS, classifier.Settings(steps=150), progress=False)
    assert classifier.accuracy(model, TEST) > 0.85


@pytest.mark.parametrize(
    "recipe, start",
    [
        (autoencoder, lambda folder: autoencoder.record("quick", checkpoint_dir=folder)),
        (classifier, lambda folder: classifier.train(DIGITS, checkpoint_dir=folder)),
        (diffusion, lambda folder: diffusion.record("quick", checkpoint_dir=folder)),
        (gan, lambda folder: gan.record("quick", checkpoint_dir=folder)),
        (gpt, lambda folder: gpt.record("quick", checkpoint_dir=folder)),
        (vae, lambda folder: vae.record("quick", checkpoint_dir=folder)),
    ],
    ids=["autoencoder", "classifier", "diffusion", "gan", "gpt", "vae"],
)
def test_recipes_save_where_they_are_told(recipe, start, tmp_path, monkeypatch):
    folders = []

    def fit(*args, checkpoint_dir, **kwargs):
        folders.append(checkpoint_dir)
        raise KeyboardInterrupt

    monkeypatch.setattr(recipe, "fit", fit)
    with pytest.raises(KeyboardInterrupt):
        start(tmp_path)
    assert folders == [tmp_path]
