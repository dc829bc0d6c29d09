"""A mirror that does as it is told, an empty cache, and no long waits."""

import threading

import pytest
from mirrors import Mirror

from gencore.data import download, transfer


@pytest.fixture
def mirror(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with Mirror() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.closing.set()
        server.shutdown()
        thread.join()


@pytest.fixture
def cache(monkeypatch, tmp_path):
    """An empty data folder that does not exist yet."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("GENCORE_DATA_DIR", str(folder))
    return folder


@pytest.fixture(autouse=True)
def short_waits(monkeypatch):
    monkeypatch.setattr(transfer, "TIMEOUT_SECONDS", (5, 1))
    monkeypatch.setattr(download, "PAUSES", tuple(pause / 100 for pause in download.PAUSES))
