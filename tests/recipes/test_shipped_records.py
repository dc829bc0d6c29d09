"""The records that the book shows: made by today's settings, and as good as the course says."""

import json
from dataclasses import asdict

import pytest

from gencore.recipes import (
    autoencoder,
    classifier,
    diffusion,
    gan,
    gpt,
    latent_diffusion,
    small_diffusion,
    vae,
)
from gencore.records import load_records

SETTINGS = {
    "autoencoder": autoencoder.settings("full"),
    "classifier": classifier.Settings(),
    "diffusion": diffusion.settings("full"),
    "gan": gan.settings("full"),
    "gpt": gpt.settings("full"),
    "latent_diffusion": latent_diffusion.settings("full"),
    "small_diffusion": small_diffusion.SETTINGS,
    "unconditional_gan": gan.unconditional(gan.settings("full")),
    "vae": vae.settings("full"),
}


@pytest.mark.parametrize("family", SETTINGS)
def test_settings_are_todays(family):
    records = load_records(family, "tiny_shakespeare" if family == "gpt" else "mnist", "full")
    assert records
    for record in records:
        today = json.loads(json.dumps(asdict(SETTINGS[family])))
        assert {name: record.settings[name] for name in today} == today, f"train {record.name} again"


def test_vae_keeps_its_promise_in_every_seed():
    """FID at most 45 and Inception score at least 7 against the test digits, from at most three minutes."""
    records = load_records("vae", "mnist", "full")
    assert [record.seed for record in records] == [0, 1, 2]
    for record in records:
        assert record.value("fid") <= 45
        assert record.value("inception_score") >= 7
        assert record.train_seconds <= 180
        assert record.settings["samples"] == 10_000
        assert record.floors["real"]["fid"] < 5 < 560 < record.floors["random"]["fid"] < 580
        low, high = record.metrics["fid"]["interval"]
        assert low < record.value("fid") < high


def test_autoencoder_beats_the_best_linear_code():
    (record,) = load_records("autoencoder", "mnist", "full")
    assert record.value("val_loss") < record.value("pca_loss")


def test_gan_keeps_its_promise_in_every_seed():
    """FID at most 4 and Inception score at least 9.3 against the test digits, from at most eight minutes."""
    records = load_records("gan", "mnist", "full")
    assert [record.seed for record in records] == [0, 1, 2]
    for record in records:
        assert record.value("fid") <= 4
        assert record.value("inception_score") >= 9.3
        assert record.train_seconds <= 480
        assert record.settings["samples"] == 10_000
        assert record.value("label_agreement") > 0.95


def test_latent_diffusion_keeps_its_promise_in_every_seed():
    """FID at most 2.6 and Inception score at least 9.5 against the test digits, from eight minutes, all included."""
    records = load_records("latent_diffusion", "mnist", "full")
    assert [record.seed for record in records] == [0, 1, 2]
    for record in records:
        assert record.value("fid") <= 2.6
        assert record.value("inception_score") >= 9.5
        assert record.train_seconds <= 480
        assert record.settings["samples"] == 10_000
        assert record.value("label_agreement") > 0.97
        assert record.value("nearest_sample") > 0.8 * record.value("nearest_held_out")


@pytest.mark.parametrize("family, rarest", [("gan", 0.08), ("unconditional_gan", 0.05)])
def test_gans_make_every_class_and_no_copies(family, rarest):
    for record in load_records(family, "mnist", "full"):
        shares = [record.value(f"class_{k}") for k in range(10)]
        assert min(shares) > rarest and abs(sum(shares) - 1) < 1e-6
        assert record.value("nearest_sample") > 0.8 * record.value("nearest_held_out")
        assert {"fid", "precision", "recall"} <= record.metrics.keys()


def test_pixel_diffusion_keeps_its_promise():
    """FID at most 6 against the test digits, from at most twenty-five minutes, and no copies."""
    records = load_records("diffusion", "mnist", "full")
    assert records
    for record in records:
        assert record.value("fid") <= 6
        assert record.train_seconds <= 1500
        assert record.settings["samples"] == 10_000
        assert record.value("label_agreement") > 0.97
        assert record.value("nearest_sample") > 0.8 * record.value("nearest_held_out")


def test_gpt_keeps_its_promise():
    """At most 1.88 nats a character of unseen text, as nanoGPT's recipe for a laptop, from three minutes."""
    (record,) = load_records("gpt", "tiny_shakespeare", "full")
    assert record.value("val_loss") <= 1.88
    assert record.train_seconds <= 180
    assert record.n_train == 1_003_854  # nine tenths; the last tenth is unseen
