"""Training runs in processes of their own, which tests stop with real signals."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

CHILD = Path(__file__).with_name("child.py")
# Half of a child's time is compilation: without XLA's slower passes, as in the tests themselves.
ENVIRONMENT = {"JAX_PLATFORMS": "cpu", "XLA_FLAGS": "--xla_backend_optimization_level=1"}


class Run:
    """The run of ``child.py`` in one folder; `start` it as often as it takes."""

    def __init__(self, folder: Path, scan: bool = True):
        self.folder, self.checkpoints = folder, folder / "checkpoints"
        self.scan = scan
        folder.mkdir(exist_ok=True)

    def start(self) -> None:
        """Start the process, or start it again: always the same command."""
        words = [sys.executable, str(CHILD), str(self.folder), "scan" if self.scan else "loop"]
        with (self.folder / "stderr").open("w") as errors:
            self.process = subprocess.Popen(words, stderr=errors, env=os.environ | ENVIRONMENT)

    def wait_until(self, true: Callable[[], object]) -> None:
        """Look every millisecond whether something is true."""
        stop = time.monotonic() + 120
        while not true():
            assert self.process.poll() is None, f"the run ended too early:\n{self.errors()}"
            assert time.monotonic() < stop, f"nothing happened:\n{self.errors()}"
            time.sleep(0.001)

    def halt_while_saving(self) -> None:
        """Halt the process at a moment when a checkpoint is half-written."""
        while True:
            self.wait_until(self.half_written)
            self.process.send_signal(signal.SIGSTOP)
            time.sleep(0.02)
            if self.half_written():
                return
            self.process.send_signal(signal.SIGCONT)

    def half_written(self) -> list[Path]:
        """Folders that a checkpoint is being written to."""
        return list(self.checkpoints.glob("*orbax-checkpoint-tmp*"))

    def ended(self) -> list[int]:
        """Steps at which intervals have ended, over all starts."""
        log = self.folder / "ended"
        return [int(line) for line in log.read_text().split()] if log.exists() else []

    def end(self) -> int:
        """Wait for the process; return its exit status."""
        return self.process.wait(timeout=120)

    def errors(self) -> str:
        """What the last start wrote to stderr."""
        return (self.folder / "stderr").read_text()

    def newest(self) -> int:
        """Step of the newest whole checkpoint, by the name of its folder."""
        return max((int(path.name) for path in self.checkpoints.iterdir() if path.name.isdigit()), default=0)

    def finish(self) -> dict[str, np.ndarray]:
        """Start once more, and return everything the run ended with."""
        self.start()
        assert self.end() == 0, self.errors()
        with np.load(self.folder / "end.npz") as arrays:
            return dict(arrays)


def assert_same_bits(found: dict[str, np.ndarray], expected: dict[str, np.ndarray]) -> None:
    """Weights, optimizer, average, curve and evaluations are the same, bit for bit."""
    assert sorted(found) == sorted(expected) and len(found) > 15
    for name, array in expected.items():
        np.testing.assert_array_equal(found[name], array, err_msg=name)


@pytest.fixture(scope="module")
def assert_undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Run], None]:
    """Start a run once more, and see that it ends as one that nobody has ever stopped."""
    known: dict[bool, dict[str, np.ndarray]] = {}

    def check(run: Run) -> None:
        if run.scan not in known:
            known[run.scan] = Run(tmp_path_factory.mktemp("undisturbed"), run.scan).finish()
        assert_same_bits(run.finish(), known[run.scan])

    return check


@pytest.fixture
def run(tmp_path: Path, request: pytest.FixtureRequest):
    """A run that no test leaves behind."""
    it = Run(tmp_path / "run", getattr(request, "param", True))
    yield it
    if it.process.poll() is None:
        it.process.kill()
        it.process.wait()
