"""Many devices and many processes: the same call, the same curve, the same weights."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from gencore.training.devices import check_same_call, data_mesh, highest, local, spread

CHILD = Path(__file__).with_name("devices_child.py")
EXACT = {"devices", "program", "refusal"}


def start(folder: Path, **environment: str) -> subprocess.Popen[str]:
    folder.mkdir(exist_ok=True)
    return subprocess.Popen(
        [sys.executable, str(CHILD), str(folder)],
        env=os.environ | {"JAX_PLATFORMS": "cpu"} | environment,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(process: subprocess.Popen[str], status: int = 0) -> str:
    try:
        _, shown = process.communicate(timeout=120)
    finally:
        process.kill()
    assert process.returncode == status, shown
    return shown


def read(folder: Path, rank: int = 0) -> dict[str, np.ndarray]:
    with np.load(folder / f"end{rank}.npz") as arrays:
        return dict(arrays)


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


def start_two(folder: Path, **environment: str) -> list[subprocess.Popen[str]]:
    coordinator = f"127.0.0.1:{free_port()}"
    return [start(folder, COORDINATOR=coordinator, RANK=str(rank), **environment) for rank in range(2)]


def assert_same_run(found: dict[str, np.ndarray], expected: dict[str, np.ndarray]) -> None:
    """Losses and weights agree to float32's rounding over 30 steps."""
    assert {"scan loss", "scan kl", "loop loss", "scan evaluations", "scan steps"} < set(expected)
    for name in set(expected) - EXACT:
        np.testing.assert_allclose(found[name], expected[name], rtol=1e-5, atol=1e-6, err_msg=name)


@pytest.fixture(scope="module")
def one_device(tmp_path_factory: pytest.TempPathFactory) -> dict[str, np.ndarray]:
    folder = tmp_path_factory.mktemp("one")
    finish(start(folder, XLA_FLAGS=""))
    return read(folder)


def test_four_devices_take_the_same_steps(one_device, tmp_path):
    finish(start(tmp_path, XLA_FLAGS="--xla_force_host_platform_device_count=4"))
    found = read(tmp_path)
    assert (found["devices"], one_device["devices"]) == (4, 1)
    assert_same_run(found, one_device)
    # Each device takes four of the sixteen images, and they sum their gradients.
    alone, shared = str(one_device["program"]), str(found["program"])
    assert "f32[16,49]" in alone and "all-reduce" not in alone
    assert "f32[4,49]" in shared and "f32[16,49]" not in shared and "all-reduce" in shared


@pytest.mark.slow
def test_two_processes_take_the_same_steps_also_after_one_of_them_was_stopped(one_device, tmp_path):
    """SIGTERM to one: both save the same step and end; then the same command."""
    for rank, process in enumerate(start_two(tmp_path, STOP="1")):
        shown = finish(process, -signal.SIGTERM)
        assert ("Stopped after step 10 of 30" in shown) == (rank == 0)
    assert [path.name for path in (tmp_path / "scan").iterdir()] == ["10"]
    shown = [finish(process) for process in start_two(tmp_path)]
    assert "30/30" in shown[0] and "rank 1" not in shown[1]  # one bar, not two
    for rank in range(2):
        assert_same_run(read(tmp_path, rank), one_device)
        assert "processes call fit with different examples or steps or batch_size or seed" in str(
            read(tmp_path, rank)["refusal"]
        )
    for name, array in read(tmp_path, 0).items():
        np.testing.assert_array_equal(read(tmp_path, 1)[name], array, err_msg=name)
    assert not (tmp_path / "never").exists()


class Device:
    """As much of a device as a mesh looks at."""

    process_index = 0


def test_a_batch_that_cannot_be_shared_is_refused(monkeypatch):
    monkeypatch.setattr(jax, "devices", lambda: [Device(), Device(), Device()])
    with pytest.raises(
        ValueError, match=r"batch_size is 128, which 3 devices cannot share equally.*multiple of 3"
    ):
        data_mesh(None, 128)
    mesh = data_mesh(None, 129)
    assert mesh and mesh.shape == {"data": 3}
    with pytest.raises(ValueError, match="devices is empty"):
        data_mesh([], 128)


def test_one_device_needs_no_mesh():
    assert data_mesh(jax.local_devices()[:1], 7) is None
    tree = {"a": jnp.arange(3), "key": jax.random.key(0)}
    assert spread(tree, None)["a"] is tree["a"] and local(tree, None) is tree
    assert highest(3, None) == 3
    check_same_call(None, {"seed": 0}, {})
