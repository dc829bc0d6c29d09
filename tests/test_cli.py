"""The command line: what it promises, and how it ends when something goes wrong."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import jax
import numpy as np
import pytest
from threadpoolctl import threadpool_info

from gencore import training
from gencore.cli import main
from gencore.data import DownloadError
from gencore.recipes import autoencoder, gan, vae
from gencore.records import load_records

# The command, on settings that take no time and with a folder of records for the test.
TINY = """
import sys
from pathlib import Path
from gencore import cli, records
from gencore.recipes import autoencoder
autoencoder.settings = lambda profile: autoencoder.Settings(latent_dim=8, epochs=2)
records.results_folder = lambda: Path("records")
if __name__ == "__main__":
    sys.exit(cli.main())
"""


def tiny(folder: Path, *words: str, **environment: str) -> subprocess.Popen[str]:
    (folder / "records").mkdir(exist_ok=True)
    return subprocess.Popen(
        [sys.executable, "-c", TINY, "train", "autoencoder", "--profile", "quick", *words],
        cwd=folder,
        env=os.environ | {"JAX_PLATFORMS": "cpu"} | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def fail(error):
    def record(*args, **kwargs):
        raise error

    return record


@pytest.mark.parametrize(
    "error",
    [
        training.CheckpointError("the checkpoint of step 3 is damaged"),
        training.TrainingDiverged("loss became nan"),
        DownloadError("no mirror answers"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_errors_that_a_user_can_mend_are_said_in_a_sentence(error, monkeypatch, capsys):
    monkeypatch.setattr(vae, "record", fail(error))
    assert main(["train", "vae"]) == 1
    assert capsys.readouterr().err == f"gencore train: {error}\n"


def test_ctrl_c_ends_without_a_traceback(monkeypatch, capsys):
    monkeypatch.setattr(vae, "record", fail(KeyboardInterrupt()))
    assert main(["train", "vae"]) == 130
    assert "Traceback" not in capsys.readouterr().err


def test_training_leaves_the_cores_to_jax(monkeypatch):
    """NumPy's matrix products get one thread while the command runs, and their own number afterwards."""

    def threads():
        return [library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas"]

    before, during = threads(), []

    def record(*args, **kwargs):
        during.extend(threads())
        raise KeyboardInterrupt

    monkeypatch.setattr(vae, "record", record)
    main(["train", "vae"])
    assert set(during) == {1} and threads() == before


def test_distributed_without_a_cluster_says_what_starts_one(monkeypatch, capsys):
    monkeypatch.setattr(
        jax.distributed, "initialize", fail(ValueError("coordinator_address should be defined."))
    )
    assert main(["train", "vae", "--distributed"]) == 1
    assert "--distributed finds no cluster. Start it under Slurm with srun" in capsys.readouterr().err


def test_the_same_command_goes_on_where_it_was_cut_off(tmp_path, monkeypatch, capsys):
    """Ctrl-C after the first of two epochs, then the same words again: the second epoch alone is trained."""
    monkeypatch.setattr("gencore.records.results_folder", lambda: tmp_path)
    monkeypatch.setattr(autoencoder, "settings", lambda profile: autoencoder.Settings(latent_dim=8, epochs=2))
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    words = ["train", "autoencoder", "--profile", "quick", "--checkpoint-dir", str(tmp_path / "run")]
    check = training.loop._check_finite
    monkeypatch.setattr(
        training.loop, "_check_finite", lambda *a: (check(*a), signal.raise_signal(signal.SIGINT))
    )
    try:
        assert main(words) == 130
    finally:
        signal.signal(signal.SIGINT, before)
    shown = capsys.readouterr()
    assert "Stopped after step 62 of 124" in shown.err and "Traceback" not in shown.err
    steps = []
    monkeypatch.setattr(training.loop, "_check_finite", lambda log, start: steps.append(start))
    assert main(words) == 0
    (record,) = load_records(folder=tmp_path)
    assert steps == [62] and len(record.history["mse"]) == 2


@pytest.mark.slow
def test_two_processes_of_a_slurm_job_write_one_record(tmp_path):
    """JAX reads Slurm's variables; both processes train, the first one writes."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port = sock.getsockname()[1]
    job = {"SLURM_JOB_ID": "1", "SLURM_STEP_NODELIST": "localhost", "SLURM_NTASKS": "2"}
    job |= {"SLURM_STEP_NUM_NODES": "1", "JAX_COORDINATOR_ADDRESS": f"localhost:{port}"}
    processes = [
        tiny(tmp_path, "--distributed", **job, SLURM_PROCID=str(rank), SLURM_LOCALID=str(rank))
        for rank in range(2)
    ]
    shown = []
    for process in processes:
        out, errors = process.communicate(timeout=240)
        assert process.returncode == 0, errors
        shown.append(out)
    assert "val_loss" in shown[0] and "written to" in shown[0] and "val_loss" not in shown[1]
    (record,) = load_records(folder=tmp_path / "records")
    assert np.isfinite(record.metrics["val_loss"]["value"])


@pytest.mark.parametrize("family, classes", [("gan", True), ("unconditional_gan", False)])
def test_both_gans_have_their_command(family, classes, monkeypatch):
    asked = []

    def record(profile, *, classes=True, **options):
        asked.append((profile, classes, options["seed"]))
        raise KeyboardInterrupt

    monkeypatch.setattr(gan, "record", record)
    assert main(["train", family, "--profile", "quick", "--seed", "3"]) == 130
    assert asked == [("quick", classes, 3)]
