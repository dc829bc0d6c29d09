"""The page on many devices: its script and its commands do what they say."""

import os
import re
import shlex
import socket
import subprocess
import sys
from pathlib import Path

import jax
import pytest

from gencore.cli import main
from gencore.recipes import vae

PAGE = Path(__file__).resolve().parents[2].joinpath("book", "many_devices.md").read_text("utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", PAGE, flags=re.MULTILINE | re.DOTALL)


def block(holds: str) -> str:
    """The one block of code that holds a text."""
    (found,) = [code for _, code in BLOCKS if holds in code]
    return found


def changed(text: str, old: str, new: str) -> str:
    assert text.count(old) == 1
    return text.replace(old, new)


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="the page's commands are for a POSIX shell")
def test_the_script_says_the_same_on_four_devices_and_in_two_processes(tmp_path):
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port = sock.getsockname()[1]
    script = changed(block("import jax"), "steps=600", "steps=20")
    (tmp_path / "digits.py").write_text(changed(script, ":9876", f":{port}"))
    _, four, two = block("python digits.py").splitlines()
    found = {}
    for command in (four, two):
        run = subprocess.run(
            command.replace("python", shlex.quote(sys.executable)),
            shell=True,
            cwd=tmp_path,
            env=os.environ | {"JAX_PLATFORMS": "cpu"},
            capture_output=True,
            text=True,
            timeout=300,
        )
        assert run.returncode == 0, run.stderr
        ((devices, elbo),) = re.findall(r"devices (\d), ELBO (-[\d.]+), \d+ s", run.stdout)
        found[int(devices)] = float(elbo)
    assert sorted(found) == [2, 4] and found[2] == pytest.approx(found[4], abs=0.02)


@pytest.mark.parametrize("holds", ["#SBATCH", "gcloud", "jax[cuda12]"])
def test_the_commands_for_clusters_are_commands_of_gencore(holds, monkeypatch):
    (words,) = re.findall(r"gencore (train [^'\n]*)", block(holds))
    seen = {}

    def record(profile, **options):
        seen.update(options, profile=profile)
        raise KeyboardInterrupt

    monkeypatch.setattr(vae, "record", record)
    monkeypatch.setattr(jax.distributed, "initialize", lambda: seen.update(joined=True))
    assert main(shlex.split(words)) == 130
    assert seen["profile"] == "full"
    alone = holds == "jax[cuda12]"
    assert ("joined" in seen, seen["checkpoint_dir"] is not None) == (not alone, not alone)


def test_the_slurm_script_is_a_shell_script(tmp_path):
    (tmp_path / "vae.sbatch").write_text(block("#SBATCH"))
    assert subprocess.run(["bash", "-n", tmp_path / "vae.sbatch"], check=False).returncode == 0
