"""Downloads, against a real HTTP server on this machine."""

import errno
import gzip
import hashlib
import socket
import struct
import threading
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

from gencore.data import download, load_mnist, mnist
from gencore.data.download import DownloadError, RemoteFile, choose_source, data_dir, fetch

IMAGES = np.arange(2 * 28 * 28, dtype=np.uint32).reshape(2, 28, 28).astype(np.uint8)
CONTENT = struct.pack(">BBBBIII", 0, 0, 8, 3, *IMAGES.shape) + IMAGES.tobytes()
PACKED = gzip.compress(CONTENT)
NAME = "digits-idx3-ubyte.gz"


class Answer(NamedTuple):
    body: bytes = PACKED
    status: int = 200
    missing_bytes: int = 0  # promised in Content-Length and never sent
    encoding: str | None = None
    silent: bool = False


class Mirror(ThreadingHTTPServer):
    """Answers every address as `answers` says, or with 404, and remembers who asked."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), MirrorHandler)
        self.answers: dict[str, Answer] = {}
        self.asked: list[str] = []
        self.closing = threading.Event()

    def serve(self, path: str, answer: Answer) -> str:
        self.answers[path] = answer
        return self.url(path)

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.server_port}{path}"


class MirrorHandler(BaseHTTPRequestHandler):
    server: Mirror  # pyright: ignore[reportIncompatibleVariableOverride]

    def do_GET(self):
        self.server.asked.append(self.path)
        answer = self.server.answers.get(self.path, Answer(b"nothing here", status=404))
        if answer.silent:
            self.server.closing.wait(30)
            return
        self.send_response(answer.status)
        self.send_header("Content-Length", str(len(answer.body) + answer.missing_bytes))
        if answer.encoding:
            self.send_header("Content-Encoding", answer.encoding)
        self.end_headers()
        self.wfile.write(answer.body)

    def log_message(self, *args):
        pass


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


def digits_at(*urls: str) -> RemoteFile:
    return RemoteFile(f"digits/{NAME}", hashlib.sha256(CONTENT).hexdigest(), urls)


def files_in(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_a_good_download_is_kept_as_it_was_served(mirror, cache):
    assert fetch(digits_at(mirror.serve("/good", Answer()))) == CONTENT
    assert files_in(cache) == [f"digits/{NAME}"]
    assert (cache / "digits" / NAME).read_bytes() == PACKED


def test_the_second_call_asks_nobody_and_writes_nothing(mirror, cache):
    file = digits_at(mirror.serve("/good", Answer()))
    fetch(file)
    before = (cache / "digits" / NAME).stat()
    assert fetch(file) == CONTENT
    assert mirror.asked == ["/good"]
    assert (cache / "digits" / NAME).stat().st_mtime_ns == before.st_mtime_ns
    assert files_in(cache) == [f"digits/{NAME}"]


def test_another_gzip_header_is_the_same_content(mirror, cache):
    repacked = gzip.compress(CONTENT, compresslevel=1, mtime=12345)
    assert repacked != PACKED
    assert fetch(digits_at(mirror.serve("/good", Answer(repacked)))) == CONTENT


def test_a_mirror_that_unpacks_on_the_way_is_understood(mirror, cache):
    file = digits_at(mirror.serve("/good", Answer(encoding="gzip")))
    assert fetch(file) == CONTENT
    assert fetch(file) == CONTENT
    assert mirror.asked == ["/good"]


def refusing_url() -> str:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}/refused"


BAD_ANSWERS = {
    "404": (Answer(b"no", status=404), "404"),
    "500": (Answer(b"no", status=500), "500"),
    "wrong content": (Answer(gzip.compress(b"other digits")), "wrong content"),
    "a web page": (Answer(b"<html>Please log in</html>"), "wrong content"),
    "broken off": (Answer(PACKED[:-50], missing_bytes=50), "Incomplete"),
    "shortened": (Answer(PACKED[:-50]), "broken gzip"),
    "empty": (Answer(b""), "wrong content"),
    "silent": (Answer(silent=True), "timed out"),
}


@pytest.mark.parametrize("bad", BAD_ANSWERS)
def test_the_next_mirror_is_tried(mirror, cache, monkeypatch, bad):
    monkeypatch.setattr(download, "TIMEOUT_SECONDS", (5, 0.3))
    file = digits_at(mirror.serve("/bad", BAD_ANSWERS[bad][0]), mirror.serve("/good", Answer()))
    assert fetch(file) == CONTENT
    assert mirror.asked == ["/bad", "/good"]
    assert files_in(cache) == [f"digits/{NAME}"]


@pytest.mark.parametrize("bad", BAD_ANSWERS)
def test_a_failure_says_why_and_leaves_nothing_behind(mirror, cache, monkeypatch, bad):
    monkeypatch.setattr(download, "TIMEOUT_SECONDS", (5, 0.3))
    answer, reason = BAD_ANSWERS[bad]
    with pytest.raises(DownloadError, match=reason):
        fetch(digits_at(mirror.serve("/bad", answer)))
    assert not cache.exists()


def test_when_all_fail_the_message_names_everything(mirror, cache):
    urls = mirror.url("/missing"), mirror.serve("/wrong", Answer(b"wrong")), refusing_url()
    with pytest.raises(DownloadError) as caught:
        fetch(digits_at(*urls))
    message = str(caught.value)
    reasons = ("404", "wrong content", "refused")
    advice = (NAME, str(cache / "digits" / NAME), "not there", "GENCORE_DATA_DIR", "source='embedded'")
    for part in urls + reasons + advice:
        assert part in message
    assert mirror.asked == ["/missing", "/wrong"]


def test_a_damaged_file_in_the_cache_is_replaced(mirror, cache):
    file = digits_at(mirror.serve("/good", Answer()))
    kept = cache / "digits" / NAME
    kept.parent.mkdir(parents=True)
    kept.write_bytes(PACKED[:-30])
    assert fetch(file) == CONTENT
    assert kept.read_bytes() == PACKED


def test_a_damaged_file_in_the_cache_is_named_when_no_mirror_helps(mirror, cache):
    kept = cache / "digits" / NAME
    kept.parent.mkdir(parents=True)
    kept.write_bytes(gzip.compress(b"something else"))
    with pytest.raises(DownloadError, match=r"cannot be used \(wrong content") as caught:
        fetch(digits_at(refusing_url()))
    assert str(kept) in str(caught.value)


def test_progress_is_shown(mirror, cache, capfd):
    fetch(digits_at(mirror.serve("/good", Answer())))
    shown = capfd.readouterr().err
    assert NAME in shown
    assert "100%" in shown


@pytest.mark.parametrize("in_the_way", ["the folder's name is a file's", "the file's name is a folder's"])
def test_a_file_that_cannot_be_saved_is_an_error_that_says_so(mirror, cache, in_the_way):
    if in_the_way.startswith("the folder"):
        cache.mkdir()
        (cache / "digits").write_text("in the way")
    else:
        (cache / "digits" / NAME).mkdir(parents=True)
    before = files_in(cache)
    with pytest.raises(DownloadError, match=r"cannot save it as .*GENCORE_DATA_DIR"):
        fetch(digits_at(mirror.serve("/good", Answer())))
    assert files_in(cache) == before


def test_a_disk_that_fills_up_leaves_nothing_behind(mirror, cache, monkeypatch):
    def write_half(path, data):
        with path.open("wb") as file:
            file.write(data[: len(data) // 2])
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", write_half)
    with pytest.raises(DownloadError, match="No space left on device"):
        fetch(digits_at(mirror.serve("/good", Answer())))
    assert files_in(cache) == []


def test_many_at_once_do_not_disturb_each_other(mirror, cache):
    file = digits_at(mirror.serve("/good", Answer()))
    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(fetch, [file] * 8)) == {CONTENT}
    assert files_in(cache) == [f"digits/{NAME}"]


def test_a_loader_downloads_what_it_needs(mirror, cache, monkeypatch):
    served = {
        "t10k-images-idx3-ubyte.gz": CONTENT,
        "t10k-labels-idx1-ubyte.gz": b"\0\0\x08\x01\0\0\0\x02\x07\x03",
    }
    files = {
        name: RemoteFile(
            f"mnist/{name}",
            hashlib.sha256(content).hexdigest(),
            (mirror.serve(f"/{name}", Answer(gzip.compress(content))),),
        )
        for name, content in served.items()
    }
    monkeypatch.setattr(mnist, "MNIST_FILES", files)
    digits = load_mnist("test", source="full")
    np.testing.assert_array_equal(digits.images * 255, IMAGES)
    np.testing.assert_array_equal(digits.labels, [7, 3])
    assert files_in(cache) == [f"mnist/{name}" for name in sorted(served)]


def test_the_data_folder_is_the_users_cache_unless_moved(monkeypatch, tmp_path):
    monkeypatch.delenv("GENCORE_DATA_DIR", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert data_dir().name.lower() == "gencore"
    monkeypatch.setenv("GENCORE_DATA_DIR", " ")
    assert data_dir().name.lower() == "gencore"
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GENCORE_DATA_DIR", "here")
    assert data_dir() == tmp_path / "here"
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("GENCORE_DATA_DIR", "~/there")
    assert data_dir() == tmp_path / "there"


def test_a_data_folder_that_is_a_file_is_refused(monkeypatch, tmp_path):
    (tmp_path / "file").touch()
    monkeypatch.setenv("GENCORE_DATA_DIR", str(tmp_path / "file"))
    with pytest.raises(NotADirectoryError, match=r"GENCORE_DATA_DIR is .*file.*unset it"):
        data_dir()


def test_the_profile_chooses_the_source(monkeypatch):
    monkeypatch.setenv("GENCORE_PROFILE", "quick")
    assert choose_source(None) == "embedded"
    assert choose_source("full") == "full"
    monkeypatch.setenv("GENCORE_PROFILE", "full")
    assert choose_source(None) == "full"
    assert choose_source("embedded") == "embedded"
    with pytest.raises(ValueError, match="source is 'web'; use 'embedded'"):
        choose_source("web")
