"""The sandbox, seen from inside: what is there, and what is not."""

import shutil
import struct
import subprocess
import sys
from pathlib import Path

import pytest
from tiny_class import needs_sandbox

from gencore.grading import GradingError, Limits, Sandbox, check_sandbox
from gencore.grading.sandbox import system_call_filter


@pytest.fixture
def box(tmp_path: Path) -> Sandbox:
    (tmp_path / "fonts").mkdir()
    (tmp_path / "hosts").write_text("127.0.0.1 localhost\n")
    (tmp_path / "passwd").write_text("student:x:65534:65534::/tmp/home:/bin/sh\n")
    return Sandbox(tmp_path)


def inside(box: Sandbox, code: str) -> str:
    """What Python prints there."""
    program = box.folder / "filter"
    program.write_bytes(system_call_filter())
    with program.open("rb") as file:
        words = box.command(Limits(), channel=0, filter_file=file.fileno())
        start = words.index("--") + 1
        python = words[: words.index(sys.executable, start) + 1]
        done = subprocess.run(
            [*python, "-c", code], pass_fds=[file.fileno()], capture_output=True, text=True, timeout=60
        )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@needs_sandbox
def test_the_files_of_this_machine_are_not_there(box: Sandbox, tmp_path: Path):
    (tmp_path / "secret").write_text("secret")
    here = [str(tmp_path / "secret"), "/etc/shadow", "/course/notebooks", str(Path(__file__)), "/var", "/run"]
    assert inside(box, f"import os; print([os.path.exists(place) for place in {here}])") == str(
        [False] * len(here)
    )
    assert inside(box, "import os; print(os.listdir('/course'))") == "['gencore']"


@needs_sandbox
def test_nothing_outside_can_be_written(box: Sandbox):
    places = [
        "/",
        "/usr",
        "/etc",
        "/course",
        "/course/gencore",
        "/dev",
        "/dev/shm",
        "/proc/sys/kernel",
        sys.prefix,
    ]
    code = f"import os\nfor place in {places}:\n try: open(os.path.join(place, 'x'), 'w'); print(place)\n"
    code += " except OSError: pass"
    assert inside(box, code) == ""


@needs_sandbox
def test_there_is_no_network_no_other_process_and_no_capability(box: Sandbox):
    assert inside(box, "import socket; print([name for _, name in socket.if_nameindex()])") == "['lo']"
    assert int(inside(box, "import os; print(len([it for it in os.listdir('/proc') if it.isdigit()]))")) <= 3
    status = inside(box, "print(open('/proc/self/status').read())")
    assert "CapEff:\t0000000000000000" in status and "NoNewPrivs:\t1" in status
    assert inside(box, "import os; print(os.getuid())") == "65534"


@needs_sandbox
@pytest.mark.skipif(not system_call_filter(), reason="this machine's system calls are not known")
def test_there_are_threads_and_no_new_processes(box: Sandbox):
    code = (
        "import os, threading\nt = threading.Thread(target=lambda: print('a thread')); t.start(); t.join()\n"
    )
    code += "import subprocess, sys\nfor start in (os.fork, lambda: subprocess.run([sys.executable])):\n"
    code += " try: start(); print('a process')\n except PermissionError: pass"
    assert inside(box, code) == "a thread"


@needs_sandbox
def test_memory_files_and_processor_time_are_limited(box: Sandbox):
    code = "import resource as r\nprint([r.getrlimit(getattr(r, f'RLIMIT_{it}')) for it in ('AS', 'FSIZE', 'CORE')])"
    assert inside(box, code) == str([(4 << 30,) * 2, (64 << 20,) * 2, (0, 0)])
    size = int(inside(box, "import os; it = os.statvfs('/tmp'); print(it.f_blocks * it.f_frsize)"))
    assert size <= 512 << 20


@needs_sandbox
def test_the_environment_is_not_this_ones(box: Sandbox, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("TOKEN", "secret")
    assert "secret" not in inside(box, "import os; print(os.environ)")


def test_the_filter_is_a_program_whose_jumps_stay_inside():
    for machine in ("x86_64", "aarch64"):
        lines = list(struct.iter_unpack("=HBBI", system_call_filter(machine)))
        for place, (code, yes, no, _) in enumerate(lines):
            assert (place + max(yes, no) + 1 <= len(lines) and (yes, no) == (0, 0)) or code & 7 == 5
            assert place + max(yes, no) + 1 < len(lines) or code == 6
        assert lines[-1] == (6, 0, 0, 0x7FFF0000)
    assert system_call_filter("pdp11") == b""


def test_a_missing_bubblewrap_is_said_with_its_installation(box: Sandbox, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(GradingError, match="apt-get install bubblewrap"):
        check_sandbox(box)
    check_sandbox(box._replace(isolated=False))


@needs_sandbox
def test_a_bubblewrap_that_does_not_work_is_said(box: Sandbox):
    check_sandbox(box)
    (box.folder / "hosts").unlink()
    with pytest.raises(GradingError, match="bubblewrap does not work here"):
        check_sandbox(box)
