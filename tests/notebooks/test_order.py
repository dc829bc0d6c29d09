"""Tests are shuffled, the cells of a notebook are not: each one builds on those before it."""

import os
import subprocess
import sys
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parents[2]
CELLS = 12


def test_cells_stay_in_order_while_tests_are_shuffled(tmp_path: Path):
    cells = [nbformat.v4.new_code_cell("0") for _ in range(CELLS)]
    for name in ("01_first.ipynb", "02_second.ipynb"):
        nbformat.write(nbformat.v4.new_notebook(cells=cells), tmp_path / name)
    tests = [f"def test_{place:02d}(): pass" for place in range(CELLS)]
    (tmp_path / "test_shuffled.py").write_text("\n".join(tests))

    options = ["-p", "conftest", "--collect-only", "-q", "--nbval", "--randomly-seed=1"]
    environment = os.environ | {"PYTHONPATH": str(ROOT / "tests")}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
    )

    collected = [line for line in done.stdout.splitlines() if "::" in line]
    in_order = [
        f"{name}::Cell {place}" for name in ("01_first.ipynb", "02_second.ipynb") for place in range(CELLS)
    ]
    assert [name for name in collected if "Cell" in name] == in_order, done.stdout + done.stderr
    names = [name for name in collected if "::test" in name]
    assert len(names) == CELLS
    assert names != sorted(names), "pytest-randomly is not at work"
