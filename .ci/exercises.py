"""Build every exercise from its master: run its solutions, grade them, and store the student's notebook.

What is stored depends on the master alone.
"""

import argparse
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import nbformat

from gencore.grading import PackingError, assign, find_master, read_master

ROOT = Path(__file__).resolve().parents[1]
MASTERS = ROOT / "notebooks" / "exercises" / "source"


def build(master: Path, check: bool) -> tuple[float, str]:
    """Build one exercise and store it; return its seconds and, if it cannot be built, why."""
    start = time.monotonic()
    try:
        student = assign(read_master(master), check=check).student
    except PackingError as error:
        return time.monotonic() - start, str(error)
    nbformat.write(student, master.parents[1] / f"{master.stem}.ipynb")
    return time.monotonic() - start, ""


def main() -> int:
    """Build the exercises that are named, or all; return 1 if one cannot be built."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("exercises", nargs="*", help="their names, as in ex05 (default: all)")
    parser.add_argument("--jobs", type=int, default=2, help="exercises at a time (default: 2)")
    parser.add_argument("--no-check", action="store_true", help="do not run the solutions: a second each")
    arguments = parser.parse_args()
    try:
        masters = [find_master(name, MASTERS) for name in arguments.exercises] or sorted(
            MASTERS.glob("ex*.py")
        )
    except PackingError as error:
        parser.error(str(error))
    checks = [not arguments.no_check] * len(masters)
    failed = 0
    # Processes and not threads: otter-grader changes the working directory.
    with ProcessPoolExecutor(arguments.jobs, mp_context=get_context("spawn")) as pool:
        for master, (seconds, error) in zip(masters, pool.map(build, masters, checks), strict=True):
            failed += bool(error)
            print(f"{master.stem}: {error or 'stored'} ({seconds:.0f} s)", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
