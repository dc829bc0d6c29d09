"""Downloads, against a real HTTP server on this machine that fails in every way that servers and networks do."""

import contextlib
import errno
import gzip
import hashlib
import re
import shutil
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

from gencore.data import download, load_mnist, mnist, transfer
from gencore.data.download import DownloadError, RemoteFile, choose_source, data_dir, fetch

IMAGES = np.arange(2 * 28 * 28, dtype=np.uint32).reshape(2, 28, 28).astype(np.uint8)
CONTENT = struct.pack(">BBBBIII", 0, 0, 8, 3, *IMAGES.shape) + IMAGES.tobytes()
PACKED = gzip.compress(CONTENT)
NAME = "digits-idx3-ubyte.gz"


BIG = np.random.default_rng(0).bytes(300_000)
"""A file that takes many chunks, and is no gzip file."""


class Answer(NamedTuple):
    body: bytes = PACKED
    status: int = 200
    missing_bytes: int = 0  # promised in Content-Length and never sent
    encoding: str | None = None
    silent: bool = False  # from the start, or after its bytes if some are missing
    ranges: bool = False  # understands Range requests
    before: Callable[[], object] = lambda: None  # happens after the headers are sent


class Mirror(ThreadingHTTPServer):
    """Answers each address with its answers in turn, the last one for good, or with 404; remembers who asked."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), MirrorHandler)
        self.answers: dict[str, list[Answer]] = {}
        self.asked: list[str] = []
        self.ranges: list[str | None] = []
        self.closing = threading.Event()

    def serve(self, path: str, *answers: Answer) -> str:
        self.answers[path] = list(answers)
        return self.url(path)

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.server_port}{path}"


class MirrorHandler(BaseHTTPRequestHandler):
    server: Mirror  # pyright: ignore[reportIncompatibleVariableOverride]

    def do_GET(self):
        self.server.asked.append(self.path)
        self.server.ranges.append(self.headers["Range"])
        answers = self.server.answers.get(self.path, [Answer(b"nothing here", status=404)])
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        if answer.silent and not answer.missing_bytes:
            self.server.closing.wait(30)
            return
        wanted = re.fullmatch(r"bytes=(\d+)-", self.headers["Range"] or "")
        start, status, whole = 0, answer.status, len(answer.body) + answer.missing_bytes
        if wanted and answer.ranges:
            start, status = int(wanted[1]), 206
            if start >= whole:
                self.send_error(416)
                return
        self.send_response(status)
        self.send_header("Content-Length", str(whole - start))
        if status == 206:
            self.send_header("Content-Range", f"bytes {start}-{whole - 1}/{whole}")
        if answer.encoding:
            self.send_header("Content-Encoding", answer.encoding)
        self.end_headers()
        answer.before()
        self.wfile.write(answer.body[start:])
        if answer.silent:
            self.server.closing.wait(30)

    def handle(self):
        with contextlib.suppress(ConnectionError):  # the client was killed
            super().handle()

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


@pytest.fixture(autouse=True)
def short_waits(monkeypatch):
    monkeypatch.setattr(transfer, "TIMEOUT_SECONDS", (5, 1))
    monkeypatch.setattr(download, "PAUSES", tuple(pause / 100 for pause in download.PAUSES))


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


LOGIN_PAGE = b"\n <!DOCTYPE HTML><title>Campus network</title>Please log in"
LAST_WORDS = {
    "403": (Answer(b"no", status=403), "answers 403 Forbidden"),
    "404": (Answer(b"no", status=404), "answers 404 Not Found"),
    "wrong content": (Answer(gzip.compress(b"other digits")), "wrong content"),
    "a login page": (Answer(LOGIN_PAGE), "looks like a web page: a proxy or a login page .* log in"),
    "shortened": (Answer(PACKED[:-50]), "broken gzip"),
    "empty": (Answer(b""), "wrong content"),
}
"""Answers that would be the same a second later, and what is said about them."""
TROUBLES = {
    "500": (Answer(b"no", status=500), "answers 500 Internal Server Error"),
    "429": (Answer(b"no", status=429), "answers 429 Too Many Requests"),
    "broken off": (Answer(PACKED[:-50], missing_bytes=50), "the connection broke, .* bytes in .*Incomplete"),
    "silent": (Answer(silent=True), "timed out"),
    "silent in its middle": (Answer(PACKED[:-50], missing_bytes=50, silent=True), "timed out after 1 s"),
}
"""Answers that may be better a second later."""
BAD_ANSWERS = LAST_WORDS | TROUBLES


@pytest.mark.parametrize("bad", BAD_ANSWERS)
def test_the_next_mirror_is_tried(mirror, cache, bad):
    file = digits_at(mirror.serve("/bad", BAD_ANSWERS[bad][0]), mirror.serve("/good", Answer()))
    assert fetch(file) == CONTENT
    assert mirror.asked == ["/bad", "/good"]
    assert files_in(cache) == [f"digits/{NAME}"]


@pytest.mark.parametrize("bad", BAD_ANSWERS)
def test_a_failure_says_why_and_leaves_no_file(mirror, cache, bad):
    answer, reason = BAD_ANSWERS[bad]
    with pytest.raises(DownloadError, match=reason):
        fetch(digits_at(mirror.serve("/bad", answer)))
    assert len(mirror.asked) == (3 if bad in TROUBLES else 1)  # and no mirror is asked forever
    assert all(name.endswith(".part") for name in files_in(cache))
    if bad != "broken off":  # whose bytes may still be of use
        assert files_in(cache) == []


@pytest.mark.parametrize("bad", TROUBLES)
def test_a_mirror_that_comes_back_is_asked_again(mirror, cache, capfd, bad):
    file = digits_at(mirror.serve("/flaky", TROUBLES[bad][0], Answer()))
    assert fetch(file) == CONTENT
    assert mirror.asked == ["/flaky", "/flaky"]
    assert files_in(cache) == [f"digits/{NAME}"]
    assert f"No mirror could send {NAME}; trying again in 0.01 s." in capfd.readouterr().err


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
    with pytest.raises(DownloadError, match=r"cannot save .*GENCORE_DATA_DIR"):
        fetch(digits_at(mirror.serve("/good", Answer())))
    assert files_in(cache) == before


def test_a_disk_that_fills_up_at_the_end_leaves_nothing_behind(mirror, cache, monkeypatch):
    def write_half(path, data):
        with path.open("wb") as file:
            file.write(data[: len(data) // 2])
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", write_half)
    with pytest.raises(DownloadError, match="No space left on device"):
        fetch(digits_at(mirror.serve("/good", Answer())))
    assert files_in(cache) == []


def test_the_files_name_is_only_ever_given_to_a_whole_file(mirror, cache, monkeypatch):
    written = []

    def write(path, data, real=Path.write_bytes):
        written.append(path.name)
        assert not (cache / "digits" / NAME).exists()
        return real(path, data)

    monkeypatch.setattr(Path, "write_bytes", write)
    fetch(digits_at(mirror.serve("/good", Answer())))
    assert files_in(cache) == [f"digits/{NAME}"]
    assert all(name.endswith(".part") for name in written) and len(written) == 1


def test_many_at_once_do_not_disturb_each_other(mirror, cache):
    file = digits_at(mirror.serve("/good", Answer()))
    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(fetch, [file] * 8)) == {CONTENT}
    assert files_in(cache) == [f"digits/{NAME}"]


# Going on where a download broke


def big_at(*urls: str) -> RemoteFile:
    return RemoteFile("big", hashlib.sha256(BIG).hexdigest(), urls)


def broken_at(n: int, body: bytes = BIG) -> Answer:
    return Answer(body[:n], missing_bytes=len(body) - n, ranges=True)


WHOLE = Answer(BIG, ranges=True)


def test_a_broken_download_goes_on_where_it_broke(mirror, cache, capfd):
    file = big_at(mirror.serve("/flaky", broken_at(100_000), broken_at(250_000), WHOLE))
    assert fetch(file) == BIG
    assert mirror.ranges == [None, "bytes=100000-", "bytes=250000-"]
    assert files_in(cache) == ["big"]
    assert re.search(r"big: +83%.* 250k/300k", capfd.readouterr().err)  # the last bar starts where it goes on


def test_the_next_run_goes_on_where_the_last_one_broke(mirror, cache):
    file = big_at(mirror.serve("/flaky", broken_at(100_000), Answer(status=404), WHOLE))
    with pytest.raises(DownloadError, match="answers 404"):
        fetch(file)
    (part,) = files_in(cache)
    assert re.fullmatch(r"big\.[0-9a-f]{8}\.part", part)
    assert (cache / part).read_bytes() == BIG[:100_000]
    assert fetch(file) == BIG
    assert mirror.ranges == [None, "bytes=100000-", "bytes=100000-"]
    assert files_in(cache) == ["big"]


def test_a_login_page_does_not_cost_what_has_arrived(mirror, cache):
    file = big_at(mirror.serve("/flaky", broken_at(100_000), Answer(LOGIN_PAGE), WHOLE))
    with pytest.raises(DownloadError, match="login page"):
        fetch(file)
    assert fetch(file) == BIG
    assert mirror.ranges == [None, "bytes=100000-", "bytes=100000-"]


def test_a_mirror_that_cannot_go_on_starts_anew(mirror, cache):
    file = big_at(mirror.serve("/flaky", broken_at(100_000), Answer(BIG)))
    assert fetch(file) == BIG
    assert mirror.ranges == [None, "bytes=100000-"]
    assert (cache / "big").read_bytes() == BIG


def test_another_mirror_does_not_go_on_with_the_part_of_the_first(mirror, cache):
    packed, repacked = gzip.compress(BIG, mtime=1), gzip.compress(BIG, compresslevel=1, mtime=2)
    file = big_at(
        mirror.serve("/first", broken_at(100_000, packed)),
        mirror.serve("/second", Answer(repacked, ranges=True)),
    )
    assert fetch(file) == BIG
    assert mirror.ranges == [None, None]
    assert files_in(cache) == ["big"]


LEFT_BEHIND = {
    "of another file": (b"another file's start", WHOLE, ["bytes=20-", None]),
    "longer than the file": (BIG + b"more", WHOLE, [f"bytes={len(BIG) + 4}-", None]),
    "of a file that is still wrong": (BIG[:50], Answer(b"-" * 100, ranges=True), ["bytes=50-", None]),
}


@pytest.mark.parametrize("case", LEFT_BEHIND)
def test_a_part_that_does_not_fit_is_dropped_and_tried_once_from_the_start(mirror, cache, case):
    left, answer, asked = LEFT_BEHIND[case]
    file = big_at(mirror.serve("/flaky", broken_at(100), Answer(status=404), answer))
    with pytest.raises(DownloadError):
        fetch(file)
    (part,) = files_in(cache)
    (cache / part).write_bytes(left)
    mirror.ranges.clear()
    if answer is WHOLE:
        assert fetch(file) == BIG
        assert files_in(cache) == ["big"]
    else:
        with pytest.raises(DownloadError, match="wrong content"):
            fetch(file)
        assert files_in(cache) == []
    assert mirror.ranges == asked


def test_where_files_cannot_be_locked_a_broken_download_starts_anew(mirror, cache, monkeypatch):
    monkeypatch.setattr(transfer, "fcntl", None)
    assert fetch(big_at(mirror.serve("/flaky", broken_at(100_000), WHOLE))) == BIG
    assert mirror.ranges == [None, None]
    assert files_in(cache) == ["big"]


# Real processes

FETCH = """
import os, resource, sys
from pathlib import Path
from gencore.data.download import RemoteFile, fetch
path, digest, url, limit = sys.argv[1:]
if limit != "none":
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(limit), int(limit)))
try:
    fetch(RemoteFile(path, digest, (url,)))
finally:
    print(sorted(p.name for p in Path(os.environ["GENCORE_DATA_DIR"]).rglob("*")))
"""


def fetching(file: RemoteFile, *wrapper: str, limit: int | None = None) -> subprocess.Popen:
    arguments = [file.path, file.sha256, *file.mirrors, str(limit or "none")]
    return subprocess.Popen(
        [*wrapper, sys.executable, "-c", FETCH, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def sizes(folder: Path) -> list[int]:
    return [path.stat().st_size for path in folder.glob("*.part")]


def wait_until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 300
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.02)


HANGS = Answer(BIG[:200_000], missing_bytes=100_000, silent=True, ranges=True)


def test_what_a_killed_process_has_received_is_not_lost(mirror, cache):
    file = big_at(mirror.serve("/slow", HANGS, WHOLE))
    process = fetching(file)
    wait_until(lambda: sum(sizes(cache)) > 150_000)
    process.kill()
    process.communicate()
    (part,) = files_in(cache)
    received = (cache / part).stat().st_size
    assert part.endswith(".part") and (cache / part).read_bytes() == BIG[:received]
    assert fetch(file) == BIG
    assert mirror.ranges == [None, f"bytes={received}-"]
    assert files_in(cache) == ["big"]


def test_a_part_that_another_process_writes_is_left_alone(mirror, cache):
    file = big_at(mirror.serve("/slow", HANGS, WHOLE))
    process = fetching(file)
    try:
        wait_until(lambda: sum(sizes(cache)) > 150_000)
        assert fetch(file) == BIG
    finally:
        process.kill()
        process.communicate()
    assert mirror.ranges == [None, None]
    assert (cache / "big").read_bytes() == BIG


def test_two_processes_at_once_both_get_the_file(mirror, cache):
    both = threading.Barrier(2)
    file = big_at(mirror.serve("/slow", Answer(BIG, ranges=True, before=lambda: both.wait(300))))
    processes = [fetching(file), fetching(file)]
    for process in processes:
        out, err = process.communicate()
        assert process.returncode == 0, err
        assert "'big'" in out
    assert mirror.ranges == [None, None]
    assert (cache / "big").read_bytes() == BIG
    assert files_in(cache) == ["big"]


def test_a_file_that_the_system_cuts_short_is_an_error_that_says_what_to_do(mirror, cache):
    process = fetching(big_at(mirror.serve("/good", WHOLE)), limit=296_000)  # inside its last piece
    out, err = process.communicate()
    assert process.returncode == 1
    assert re.search(r"DownloadError: cannot save .*File too large.*Make room on the disk", err)
    assert out.strip() == "[]"


def test_a_full_disk_is_an_error_that_says_what_to_do(mirror, cache):
    """A disk of 128 kB, mounted where only the child sees it."""
    cache.mkdir()
    mount = ["unshare", "--map-root-user", "--mount", "sh", "-c"]
    disk = 'mount -t tmpfs -o size=128k tmpfs "$GENCORE_DATA_DIR"'
    if not shutil.which("unshare") or subprocess.run([*mount, disk], capture_output=True).returncode:
        pytest.skip("this system lets nobody mount a small disk (unshare --map-root-user --mount)")
    process = fetching(big_at(mirror.serve("/good", WHOLE)), *mount, disk + ' && exec "$@"', "sh")
    out, err = process.communicate()
    assert process.returncode == 1
    assert re.search(r"DownloadError: cannot save .*No space left on device.*Make room on the disk", err)
    assert out.strip() == "[]"
    assert mirror.asked == ["/good"]


# Loaders and settings


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
