"""The sandbox: bubblewrap shows a process a machine with Python in it, and nothing else.

No network, no other files than the system's and Python's, all of them read-only, a small ``/tmp`` in memory, no
capabilities, own users and processes. A filter refuses new processes; threads are allowed, since JAX needs them.
``prlimit`` bounds memory, CPU time and the size of files.
"""

import os
import platform
import shutil
import struct
import subprocess
import sys
from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from gencore.grading.packages import GradingError

__all__ = ["Limits", "Sandbox", "check_sandbox"]

INSIDE = Path(__file__).with_name("inside.py")
SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64")
TMP_BYTES = 512 << 20

# Numbers of system calls by machine: fork and vfork where there are any, clone, clone3; and AUDIT_ARCH.
_CALLS = {"x86_64": ((57, 58), 56, 435, 0xC000003E), "aarch64": ((), 220, 435, 0xC00000B7)}
_CLONE_THREAD = 0x10000


class Limits(NamedTuple):
    """What one submission may use.

    Attributes:
        seconds: Wall clock of all of it.
        cell_seconds: Wall clock of a cell.
        test_seconds: Wall clock of a test.
        memory: Bytes of address space.
        file: Bytes of one file.
        output: Bytes printed.
        processes: Processes and threads.
    """

    seconds: float = 120.0
    cell_seconds: float = 30.0
    test_seconds: float = 15.0
    memory: int = 4 << 30
    file: int = 64 << 20
    output: int = 16 << 20
    processes: int = 512

    @property
    def resources(self) -> dict[str, int]:
        """The kernel's limits by the names that Python's ``resource`` has for them."""
        cpu = int(2 * self.seconds) + 10
        return {"AS": self.memory, "FSIZE": self.file, "CPU": cpu, "CORE": 0, "NOFILE": 256}


class Sandbox(NamedTuple):
    """How the processes that run students' code are started.

    Attributes:
        folder: A folder of the grader's own, with what every process gets to see.
        isolated: Whether bubblewrap is used; without it, students' code can read and write what the teacher can.

    Example:
        >>> sandbox = Sandbox(Path("/tmp/grading"))
        >>> "--unshare-net" in sandbox.command(Limits(), channel=3, filter_file=None)
        True
    """

    folder: Path
    isolated: bool = True

    def prepare(self) -> None:
        """Write the files that every process gets, with matplotlib's list of fonts, which takes seconds to make."""
        (self.folder / "hosts").write_text("127.0.0.1 localhost grader\n")
        (self.folder / "passwd").write_text("student:x:65534:65534::/tmp/home:/bin/sh\n")
        fonts = self.folder / "fonts"
        fonts.mkdir(exist_ok=True)
        subprocess.run(
            [sys.executable, "-c", "import matplotlib.font_manager"],
            env=os.environ | {"MPLCONFIGDIR": str(fonts)},
            capture_output=True,
            check=False,  # without the list, each process makes its own
        )

    def command(self, limits: Limits, *, channel: int, filter_file: int | None) -> list[str]:
        """Say the command that runs one submission.

        Args:
            limits: What it may use.
            channel: Number of the socket to the grader.
            filter_file: Number of a file with ``system_call_filter``; None to leave it out.

        Returns:
            The words of the command.
        """
        python = [sys.executable, "-P", "-s", "-B"]
        bounds = [
            *("prlimit", f"--as={limits.memory}", f"--fsize={limits.file}", "--core=0", "--nofile=256"),
            *(f"--cpu={limits.resources['CPU']}", f"--nproc={limits.processes}"),
        ]
        if not self.isolated:
            return [*python, str(INSIDE), str(channel)]
        words = [
            *("bwrap", "--unshare-user", "--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts"),
            *("--unshare-cgroup-try", "--die-with-parent", "--new-session", "--cap-drop", "ALL"),
            *("--uid", "65534", "--gid", "65534", "--hostname", "grader", "--clearenv"),
            *(["--disable-userns"] if "--disable-userns" in _bwrap_help() else []),
        ]
        words += ["--proc", "/proc", "--dev", "/dev", "--size", str(TMP_BYTES), "--tmpfs", "/tmp"]
        for name, value in self.environment("/fonts", "/tmp/home").items():
            words += ["--setenv", name, value]
        for place in SYSTEM:
            path = Path(place)
            if path.is_symlink():
                words += ["--symlink", str(path.readlink()), place]
            elif path.is_dir():
                words += ["--ro-bind", place, place]
        for place in _pythons():
            words += ["--ro-bind", place, place]
        for place in ("/etc/ld.so.cache", "/etc/fonts", "/etc/alternatives"):
            words += ["--ro-bind-try", place, place]
        package = Path(__file__).parents[1]
        words += [
            *("--ro-bind", str(package), "/course/gencore"),
            *("--ro-bind", str(self.folder / "fonts"), "/fonts"),
            *("--ro-bind", str(self.folder / "hosts"), "/etc/hosts"),
            *("--ro-bind", str(self.folder / "passwd"), "/etc/passwd"),
            *("--dir", "/tmp/home", "--chdir", "/tmp/home", "--remount-ro", "/", "--remount-ro", "/dev"),
            *(["--seccomp", str(filter_file)] if filter_file is not None else []),
        ]
        return [*words, "--", *bounds, *python, "/course/gencore/grading/inside.py", str(channel)]

    def environment(self, fonts: str, home: str) -> dict[str, str]:
        """Say the environment of a process: one thread a library, no display, no network."""
        path = os.pathsep.join([str(Path(sys.executable).parent), "/usr/bin", "/bin"])
        # Packages that lie outside of this Python's folder, as after pip install --user, are found by this alone.
        library = os.pathsep.join(["/course", *map(str, _packages())])
        threads = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "NPROC")
        return dict.fromkeys(threads, "1") | {
            "HOME": home,
            "TMPDIR": "/tmp",
            "PATH": path,
            "LANG": "C.UTF-8",
            "PYTHONPATH": library,
            "PYTHONHASHSEED": "0",
            "IPYTHONDIR": f"{home}/ipython",
            "JAX_PLATFORMS": "cpu",
            "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1",
            "MPLBACKEND": "agg",
            "MPLCONFIGDIR": f"{home}/matplotlib",
            "GENCORE_FONTS": fonts,
            "GENCORE_PROFILE": "quick",
            "GENCORE_DATA_DIR": f"{home}/data",
            "PIP_NO_INDEX": "1",
        }


def check_sandbox(sandbox: Sandbox) -> None:
    """Try whether IPython and bubblewrap are here and work.

    Args:
        sandbox: A sandbox that is prepared.

    Raises:
        GradingError: One is missing, or the system does not let it work.

    Example:
        >>> check_sandbox(Sandbox(Path("/tmp/grading")))  # doctest: +SKIP
    """
    if find_spec("IPython") is None:
        raise GradingError(
            'IPython is not installed, which runs the cells. Run: pip install "gencore[grading]"'
        )
    if not sandbox.isolated:
        return
    lacking = [name for name in ("bwrap", "prlimit") if shutil.which(name) is None]
    if lacking:
        raise GradingError(
            f"{' and '.join(lacking)} not found: students' code runs in bubblewrap only, which needs Linux. "
            "Run: apt-get install bubblewrap util-linux. On a machine that holds nothing of value, "
            "--unsafe-no-sandbox does without it"
        )
    words = sandbox.command(Limits(), channel=0, filter_file=None)
    tried = subprocess.run(
        [*words[: words.index("--") + 1], sys.executable, "-c", ""], capture_output=True, text=True
    )
    if tried.returncode:
        raise GradingError(
            f"bubblewrap does not work here: {tried.stderr.strip()[-200:]}. Some systems forbid it unprivileged "
            "user namespaces, such as Ubuntu 24.04; the course's page for teachers says how to allow them"
        )


def system_call_filter(machine: str | None = None) -> bytes:
    """Write the filter that refuses new processes and allows threads, as a program for seccomp.

    Args:
        machine: As ``platform.machine()`` says it; None for this one.

    Returns:
        The program; empty for a machine whose calls are not known here.

    Example:
        >>> len(system_call_filter("x86_64")) % 8, system_call_filter("pdp11")
        (0, b'')
    """
    machine = platform.machine() if machine is None else machine
    if machine not in _CALLS:
        return b""
    forks, clone, clone3, architecture = _CALLS[machine]
    load, equal, at_least, bits, give = 0x20, 0x15, 0x35, 0x45, 0x06
    allow, refuse, unknown = 0x7FFF0000, 0x00050000 | 1, 0x00050000 | 38  # ERRNO with EPERM, with ENOSYS
    lines = [(load, 0, 0, 4), (equal, 1, 0, architecture), (give, 0, 0, refuse)]
    lines += [(load, 0, 0, 0), (at_least, 0, 1, 0x40000000), (give, 0, 0, refuse)]
    for number in forks:
        lines += [(equal, 0, 1, number), (give, 0, 0, refuse)]
    # glibc goes on with clone, whose flags can be seen here; those of clone3 are in memory.
    lines += [(equal, 0, 1, clone3), (give, 0, 0, unknown), (equal, 1, 0, clone), (give, 0, 0, allow)]
    lines += [(load, 0, 0, 16), (bits, 1, 0, _CLONE_THREAD), (give, 0, 0, refuse), (give, 0, 0, allow)]
    return b"".join(struct.pack("=HBBI", *line) for line in lines)


@cache
def _bwrap_help() -> str:
    """What bubblewrap's options are; Ubuntu 22.04's has no --disable-userns."""
    return subprocess.run(["bwrap", "--help"], capture_output=True, text=True).stdout


def _packages() -> Sequence[Path]:
    """The folder of installed packages, if it is not one of this Python's own."""
    numpy = find_spec("numpy")
    places = [Path(numpy.origin).parents[1]] if numpy and numpy.origin else []
    own = (sys.prefix, sys.base_prefix)
    return [place for place in places if not any(place.is_relative_to(prefix) for prefix in own)]


def _pythons() -> Sequence[str]:
    """The folders that this Python needs, but for those that the system's folders hold."""
    places = [Path(sys.base_prefix), Path(sys.prefix), *_packages()]
    wanted: list[str] = []
    for place in places:
        inside = [*SYSTEM, *wanted]
        if str(place) not in wanted and not any(place.is_relative_to(other) for other in inside):
            wanted.append(str(place))
    return wanted
