"""A package and notebooks of the tiny exercise, made once a process, and how a sandbox is asked for."""

import json
import os
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

import pytest
from make_class import solve
from tiny_master import write

from gencore.grading import Limits, Package, Work, assign, read_master, read_package, read_work
from gencore.grading.packing import Views

QUICK = Limits(seconds=30.0, cell_seconds=10.0, test_seconds=10.0)


@cache
def sandbox_problem() -> str:
    """Why there can be no sandbox here; empty if there can."""
    if shutil.which("bwrap") is None or shutil.which("prlimit") is None:
        return "bubblewrap is not installed"
    words = ["bwrap", "--unshare-all", "--ro-bind", "/", "/", "true"]
    return subprocess.run(words, capture_output=True, text=True).stderr.strip()


# Where the sandbox is part of the deal, a test without it fails: `.ci/run` says so.
REQUIRED = os.environ.get("GENCORE_REQUIRE_SANDBOX") == "1"
needs_sandbox = pytest.mark.skipif(
    bool(sandbox_problem()) and not REQUIRED, reason=sandbox_problem() or "there is one"
)


@cache
def views() -> Views:
    with tempfile.TemporaryDirectory() as folder:
        return assign(read_master(write(Path(folder))), secret=b"words")


@cache
def rules() -> Package:
    with tempfile.TemporaryDirectory() as folder:
        return read_package(package(Path(folder)))


def package(folder: Path) -> Path:
    path = folder / "ex99-autograder.zip"
    path.write_bytes(views().package)
    return path


def solved() -> dict:
    """A notebook that gets every point; a new one each time."""
    return json.loads(json.dumps(solve(views())))


def untouched() -> dict:
    return json.loads(json.dumps(views().student))


def work(notebook: dict) -> Work:
    return read_work(json.dumps(notebook).encode(), rules())


def added(notebook: dict, code: str, place: int | None = None) -> dict:
    """A notebook with one more cell: at the end, or at a place."""
    cell = {"cell_type": "code", "id": "added", "metadata": {}, "source": code, "outputs": []}
    notebook["cells"].insert(
        len(notebook["cells"]) if place is None else place, cell | {"execution_count": None}
    )
    return notebook
