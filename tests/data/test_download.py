"""Downloads, against a real HTTP server on this machine that fails in every way that servers and networks do."""

import errno
import gzip
import hashlib
import socket
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from mirrors import CONTENT, IMAGES, LOGIN_PAGE, NAME, PACKED, Answer, digits_at, files_in

from gencore.data import load_mnist, mnist
from gencore.data.download import DownloadError, RemoteFile, choose_source, data_dir, fetch
from gencore.data.transfer import save


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


def test_two_that_save_at_once_use_different_names(tmp_path, monkeypatch):
    written = []

    def write(path, data, real=Path.write_bytes):
        written.append(path.name)
        return real(path, data)

    monkeypatch.setattr(Path, "write_bytes", write)
    save(tmp_path / "digits", b"one")
    save(tmp_path / "digits", b"two")
    assert len(set(written)) == 2
    assert files_in(tmp_path) == ["digits"]


def test_many_at_once_do_not_disturb_each_other(mirror, cache):
    file = digits_at(mirror.serve("/good", Answer()))
    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(fetch, [file] * 8)) == {CONTENT}
    assert files_in(cache) == [f"digits/{NAME}"]


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
