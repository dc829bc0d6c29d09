"""Run every chapter from its text form, notebooks/*.py, and store its outputs in the .ipynb beside it.

What is stored depends on the code alone: no timestamps, no Python version, no random cell names.
"""

import argparse
import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import jupytext
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

ROOT = Path(__file__).resolve().parents[1]
CELL_TIMEOUT = 600  # seconds
# What everyone can check is the quick profile on a CPU; `about` refuses a number that another CPU may round otherwise.
SETTINGS = {"GENCORE_PROFILE": "quick", "JAX_PLATFORMS": "cpu", "GENCORE_AUTHORING": "1"}


def execute(source: Path) -> tuple[float, str]:
    """Run one chapter and store it; return its seconds and, if a cell failed, the error."""
    notebook = jupytext.read(source)
    client = NotebookClient(
        notebook,
        timeout=CELL_TIMEOUT,
        kernel_name="python3",
        resources={"metadata": {"path": str(source.parent)}},
        coalesce_streams=True,
        record_timing=False,
    )
    start = time.monotonic()
    try:
        client.execute()
    except CellExecutionError as error:
        return time.monotonic() - start, str(error)
    seconds = time.monotonic() - start
    notebook.metadata["language_info"] = {"name": "python"}
    for place, cell in enumerate(notebook.cells):
        cell.id = f"cell-{place:03d}"
    jupytext.write(notebook, source.with_suffix(".ipynb"), fmt="ipynb")
    return seconds, ""


def main() -> int:
    """Run the chapters that are named, or all; return 1 if a cell of any failed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sources", nargs="*", type=Path, help="chapters, as .py files (default: all)")
    parser.add_argument("--jobs", type=int, default=2, help="chapters at a time (default: 2)")
    arguments = parser.parse_args()
    sources = [source.resolve() for source in arguments.sources] or sorted(
        ROOT.glob("notebooks/**/[0-9]*.py")
    )
    os.environ.update(SETTINGS)
    failed = 0
    # A fresh process for each chapter: a kernel client keeps an event loop, and loops do not mix.
    with ProcessPoolExecutor(arguments.jobs, mp_context=get_context("spawn")) as pool:
        for source, (seconds, error) in zip(sources, pool.map(execute, sources), strict=True):
            failed += bool(error)
            print(f"{source.stem}: {error or 'stored'} ({seconds:.0f} s)", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
