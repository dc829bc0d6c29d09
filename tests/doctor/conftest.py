"""A machine without any trouble, and an address where nobody answers."""

import socket

import pytest
import threadpoolctl

from gencore.data import mnist
from gencore.data.download import RemoteFile
from gencore.doctor import course, machine


@pytest.fixture
def url_nobody_answers() -> str:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}/file"


@pytest.fixture
def use_mirror(monkeypatch):
    """Call it with a URL: the course's data are there, and nowhere else."""

    def use(url: str) -> None:
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        monkeypatch.setattr(mnist, "MNIST_FILES", {"file": RemoteFile("mnist/file", "0" * 64, (url,))})

    return use


@pytest.fixture
def healthy(monkeypatch, tmp_path):
    """A machine without any trouble."""
    monkeypatch.setenv("GENCORE_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("JAX_COMPILATION_CACHE_DIR", str(tmp_path / "xla"))
    monkeypatch.setenv("GENCORE_PROFILE", "quick")
    monkeypatch.setattr(machine, "_limit", lambda name: "")
    monkeypatch.setattr(machine, "_nvidia_gpus", list)
    monkeypatch.setattr(machine, "MEMORY_GB", (0, 0))
    monkeypatch.setattr(course, "DISK_GB", (0, 0))
    monkeypatch.setattr(threadpoolctl, "threadpool_info", list)
