"""Take out each guard of tests/guards.toml, one after the other, and see its test fail.

A test that passes with and without what it tests proves nothing. First every test has to pass with all guards in
place; then, for each guard, a copy of the project without it has to fail the guard's test.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from tqdm import tqdm

ROOT = Path(__file__).resolve().parents[1]
GUARDS = ROOT / "tests" / "guards.toml"
PASSED, FAILED = 0, 1  # pytest's exit statuses; all others say that the tests did not run
SECONDS = 300  # for the test of one guard


class Guard(NamedTuple):
    """A few lines of the library that keep a fault from doing harm.

    Attributes:
        fault: What would happen without them.
        file: Where they are.
        old: What stands there, once.
        new: What stands there when the guard is taken out.
        test: The test that has to fail then.
    """

    fault: str
    file: str
    old: str
    new: str
    test: str


def read_guards(words: Iterable[str] = ()) -> list[Guard]:
    """Read all guards, or those whose fault has one of a few words."""
    guards = [Guard(**entry) for entry in tomllib.loads(GUARDS.read_text("utf-8"))["guard"]]
    wanted = set(words)
    return [guard for guard in guards if not wanted or wanted & set(guard.fault.split())]


def copy_project(folder: Path) -> None:
    """Copy what the tests need; what XLA has compiled is shared."""
    ignore = shutil.ignore_patterns("__pycache__")
    for name in ("gencore", "tests", "book"):
        shutil.copytree(ROOT / name, folder / name, ignore=ignore)
    shutil.copy(ROOT / "pyproject.toml", folder)
    (ROOT / "_build" / "xla").mkdir(parents=True, exist_ok=True)
    (folder / "_build").mkdir()
    (folder / "_build" / "xla").symlink_to(ROOT / "_build" / "xla")


def run(folder: Path, *tests: str) -> tuple[int, str]:
    """Run tests in a copy of the project; return pytest's exit status and its output."""
    seconds = SECONDS * len(tests)
    options = ["-x", "-q", "-p", "no:cacheprovider", "-p", "no:randomly"]
    command = [sys.executable, "-m", "pytest", *options, *tests]
    environment = {
        "PYTHONPATH": str(folder),
        "PYTHONDONTWRITEBYTECODE": "1",
        "JAX_PLATFORMS": "cpu",
        "NPROC": "1",
    }
    try:
        done = subprocess.run(
            command, cwd=folder, env=os.environ | environment, capture_output=True, text=True, timeout=seconds
        )
    except subprocess.TimeoutExpired:
        return -1, f"no end after {seconds} s"
    return done.returncode, done.stdout + done.stderr


def without(guard: Guard) -> tuple[bool, str, float]:
    """Take a guard out; return whether its test failed, pytest's output, and the seconds it took."""
    start = time.monotonic()
    with tempfile.TemporaryDirectory() as place:
        copy_project(folder := Path(place))
        file = folder / guard.file
        file.write_text(file.read_text().replace(guard.old, guard.new, 1))
        status, output = run(folder, guard.test)
    return status == FAILED, output, time.monotonic() - start


def main() -> int:
    """Return 1 if a test fails with its guard, or does not fail without it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("words", nargs="*", help="words of the faults wanted (default: all)")
    parser.add_argument("--jobs", type=int, default=2, help="guards at a time (default: 2)")
    arguments = parser.parse_args()
    guards = read_guards(arguments.words)
    if not guards:
        parser.error(f"no fault in {GUARDS} has any of the words {', '.join(arguments.words)}")
    with tempfile.TemporaryDirectory() as place:
        copy_project(folder := Path(place))
        status, output = run(folder, *sorted({guard.test for guard in guards}))
    if status != PASSED:
        print(f"With every guard in place the tests have to pass:\n{output}")
        return 1
    missed = 0
    with ThreadPoolExecutor(arguments.jobs) as pool:
        found = tqdm(pool.map(without, guards), total=len(guards), desc="guards", unit="guard", disable=None)
        for guard, (noticed, output, seconds) in zip(guards, found, strict=True):
            missed += not noticed
            line = f"{'noticed' if noticed else 'MISSED':8}{seconds:5.0f} s  {guard.fault}"
            tqdm.write(line if noticed else f"{line}\n{guard.file}, {guard.test}:\n{output}", file=sys.stdout)
    print(f"{len(guards) - missed} of {len(guards)} guards, taken out, make a test fail.")
    return int(missed > 0)


if __name__ == "__main__":
    sys.exit(main())
