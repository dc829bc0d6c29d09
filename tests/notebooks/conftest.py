"""The chapters, found by their files, so that every new one is held to the same rules.

Exercises are another matter: they come without outputs. tests/exercises has their rules.
"""

from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).resolve().parents[2]
CHAPTERS = sorted(ROOT.glob("notebooks/[0-9]*.ipynb"))

collect_ignore = ["setup_cell.py"]  # a cell, to be read and not to be imported


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that asks for ``chapter`` or ``path`` once for each chapter."""
    for name in ("chapter", "path"):
        if name in metafunc.fixturenames:
            metafunc.parametrize(name, CHAPTERS, ids=lambda path: path.stem)


@pytest.fixture
def notebook(path: Path) -> nbformat.NotebookNode:
    """The notebook with its stored outputs."""
    return nbformat.read(path, as_version=4)
