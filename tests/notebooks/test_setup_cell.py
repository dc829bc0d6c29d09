"""The set-up cell of every notebook: silent where the library is, and where it is not, one careful installation."""

import importlib.util
import subprocess
import sys
import tomllib
from importlib.metadata import version
from pathlib import Path
from types import SimpleNamespace

import pytest

ROOT = Path(__file__).resolve().parents[2]
CELL = (Path(__file__).parent / "setup_cell.py").read_text("utf-8")
INSTALL = CELL.partition("from gencore")[0]


def test_it_does_nothing_where_the_library_is(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
):
    monkeypatch.setattr(subprocess, "Popen", lambda *_, **__: pytest.fail("the cell started a program"))
    exec(INSTALL, {})
    assert capfd.readouterr() == ("", "")


def test_it_installs_from_the_repository_and_pins_all_that_is_here(monkeypatch: pytest.MonkeyPatch):
    seen = SimpleNamespace()

    def install(command: list) -> None:
        seen.command = command
        seen.pins = Path(command[command.index("--constraint") + 1]).read_text().splitlines()

    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(subprocess, "check_call", install)
    exec(INSTALL, {})
    repository = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["urls"]["Repository"]
    assert seen.command[:4] == [sys.executable, "-m", "pip", "install"]
    assert seen.command[-1] == f"gencore @ git+{repository}"
    assert {f"numpy=={version('numpy')}", f"jax=={version('jax')}"} <= set(seen.pins)


def test_it_is_short():
    assert len(CELL.strip().splitlines()) <= 18
