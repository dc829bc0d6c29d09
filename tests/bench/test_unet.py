"""The U-Net that latent diffusion is raced against: it learns, draws what is asked for, and stops in time."""

import dataclasses
import itertools
import sys

import numpy as np
import pytest

from bench import unet
from gencore.data import LabeledImages, load_mnist
from gencore.records import load_records

SMALL = unet.Settings(
    channels=(8, 8, 8),
    groups=4,
    learning_rate=4e-3,
    batch_size=16,
    sampling_steps=2,
    samples=100,
    marks=(0.001, 0.5, 1.0),
)


class Judge:
    """Gives the marks that it was told to give."""

    def __init__(self, *fids: float):
        self.left, self.seen = list(fids), []

    def __call__(self, trained):
        images, asked = trained.draw()
        self.seen.append(images)
        assert images.shape == (100, 784) and images.min() >= 0 and images.max() <= 1
        assert np.bincount(asked).tolist() == [10] * 10
        return {"fid": self.left.pop(0)}


def digits() -> LabeledImages:
    return LabeledImages(*(part[:64] for part in load_mnist("train", source="embedded")))


@pytest.mark.reference
@pytest.mark.filterwarnings("ignore")
def test_it_stops_at_the_first_mark_that_is_good_enough(torch):
    judge = Judge(50.0, 5.0, 1.0)
    _, history = unet.train(digits(), SMALL, judge)
    points = history.evaluations["fid"]
    assert [value for _, _, value in points] == [50.0, 5.0]
    assert points[0][0] == 1 and points[-1][1] == history.total_seconds >= 0.5
    assert not np.array_equal(*judge.seen)  # the weights have moved in between


@pytest.mark.reference
@pytest.mark.filterwarnings("ignore")
def test_it_stops_at_the_last_mark_and_learns_until_then(torch, monkeypatch):
    clock = itertools.count(0.0, 0.125)  # a step takes an eighth of a second, however busy the machine is
    monkeypatch.setattr(unet.time, "perf_counter", lambda: next(clock))
    chosen = dataclasses.replace(SMALL, marks=(0.125, 3.0))
    _, history = unet.train(digits(), chosen, Judge(50.0, 40.0))
    losses = history["loss"]
    assert len(losses) == 24 and losses[-5:].mean() < 0.6 * losses[:5].mean()
    assert history.total_seconds == 3.0


@pytest.mark.reference
@pytest.mark.filterwarnings("ignore")
def test_guidance_of_one_leaves_out_what_would_not_count(torch):
    model = unet.network(SMALL)
    x, classes = torch.randn(4, 1, 28, 28), torch.arange(4)
    plain = unet.Trained(model, SMALL, 0).noise(x, 5, classes)
    almost = unet.Trained(model, dataclasses.replace(SMALL, guidance_scale=1.00001), 0)
    with torch.no_grad():
        assert torch.allclose(plain, almost.noise(x, 5, classes), atol=1e-3)


@pytest.mark.reference
@pytest.mark.filterwarnings("ignore")
def test_the_command_writes_a_record(torch, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(unet, "Settings", lambda: dataclasses.replace(SMALL, target=-1.0))
    arguments = ["--profile", "quick", "--marks", "0.1", "1", "--samples", "100", "--folder", str(tmp_path)]
    monkeypatch.setattr(sys, "argv", ["unet", *arguments])
    unet.main()
    (record,) = load_records("unet_ddpm", "mnist", "quick", folder=tmp_path)
    assert len(record.history["fid"]) == 2 and record.settings["samples"] == 100
    assert record.history["fid"][-1] == [record.train_seconds, record.value("fid")]
    assert record.provenance["versions"].keys() >= {"torch", "diffusers"}


def test_a_run_of_other_marks_is_no_record_of_the_book(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["unet", "--marks", "1"])
    with pytest.raises(SystemExit):
        unet.main()
    assert "--folder" in capsys.readouterr().err


def test_latent_diffusion_needs_a_tenth_of_the_unets_time():
    """FID 6, all of MNIST: ours in every seed, against the last mark at which the U-Net was not there yet."""
    records = load_records(unet.FAMILY, "mnist", "full")
    assert records
    for record in records:
        assert record.settings["samples"] == 10_000
        still_above = max(seconds for seconds, fid in record.history["fid"] if fid > unet.Settings().target)
        for ours in load_records("latent_diffusion", "mnist", "full"):
            there = min(seconds for seconds, fid in ours.history["fid"] if fid <= unet.Settings().target)
            assert there <= still_above / 10
