"""Downloads that go on where they broke, and real processes that are killed, meet, or find the disk full."""

import gzip
import hashlib
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from mirrors import BIG, LOGIN_PAGE, Answer, files_in

from gencore.data import transfer
from gencore.data.download import DownloadError, RemoteFile, fetch

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
    deadline = time.monotonic() + 120
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
