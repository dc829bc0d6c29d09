"""The runner: one process for each submission, a clock that it cannot stop, and nothing left running."""

import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import suppress
from pathlib import Path
from typing import Any

from gencore.grading.packages import Package
from gencore.grading.reading import Work
from gencore.grading.results import Outcome, failed, judge
from gencore.grading.sandbox import Limits, Sandbox, system_call_filter

__all__ = ["run_all", "run_work"]

MAX_LINE = 1 << 20
LOG_BYTES = 4000

# What C++, Linux, Python and XLA say when memory is short; a new thread needs some for its stack.
SHORT_OF_MEMORY = (
    b"bad_alloc",
    b"out of memory",
    b"Cannot allocate",
    b"MemoryError",
    b"pthread_create() failed",
)


def run_all(
    works: dict[str, Work],
    package: Package,
    sandbox: Sandbox,
    limits: Limits,
    *,
    jobs: int,
    done: Callable[[str, Outcome], None],
) -> None:
    """Run many submissions, some at a time.

    Args:
        works: The notebooks by a key.
        package: The exercise's package.
        sandbox: How processes are started.
        limits: What each may use.
        jobs: How many run at a time.
        done: Called with the key and the outcome of each, in this thread, as they come.

    Example:
        >>> run_all({}, package, sandbox, Limits(), jobs=2, done=print)  # doctest: +SKIP
    """
    running: set[_Process] = set()
    pool = ThreadPoolExecutor(jobs)
    futures = {pool.submit(_run, work, package, sandbox, limits, running): key for key, work in works.items()}
    try:
        for future in as_completed(futures):
            done(futures[future], future.result())
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
        for process in list(running):  # after Ctrl-C, say
            process.kill()
        pool.shutdown()


def run_work(work: Work, package: Package, sandbox: Sandbox, limits: Limits) -> Outcome:
    """Run one notebook and its tests in a process of its own.

    Args:
        work: The notebook.
        package: The exercise's package.
        sandbox: How the process is started.
        limits: What it may use.

    Returns:
        What became of it. The process and all that it started have ended.

    Example:
        >>> run_work(work, package, sandbox, Limits()).status  # doctest: +SKIP
        'graded'
    """
    return _run(work, package, sandbox, limits, set())


def _run(work: Work, package: Package, sandbox: Sandbox, limits: Limits, running: "set[_Process]") -> Outcome:
    """Run one notebook; its process is among those that are running as long as it is."""
    begun = time.monotonic()
    process = _Process(sandbox, limits, deadline=begun + limits.seconds)
    running.add(process)
    try:
        outcome = _talk(process, work, package, limits)
    except TimeoutError:
        said = f"stopped after {limits.seconds:g} s"
        outcome = failed("timeout", said, limit_seconds="the time for one submission was over")
    except (EOFError, OSError):
        outcome = process.obituary()
    except ValueError:
        outcome = failed("bad_result", "what came back is no result")
    finally:
        process.end()
        running.discard(process)
    if process.overflow:
        outcome = failed("crashed", "stopped: it printed too much", limit_output="it printed too much")
    log = "\n".join(part for part in (outcome.log, process.printed()) if part)
    return outcome._replace(seconds=round(time.monotonic() - begun, 1), log=log)


def _talk(process: "_Process", work: Work, package: Package, limits: Limits) -> Outcome:
    """Give the cells, hear what happened, give the tests, hear the results."""
    names = {name for cases in package.cases.values() for case in cases for name in case.names}
    process.send(
        {
            "cells": work.cells,
            "names": sorted(names),
            "cell_seconds": limits.cell_seconds,
            "test_seconds": limits.test_seconds,
            "resources": limits.resources,
        }
    )
    ran = process.receive()
    word = secrets.token_hex()
    process.send({"tests": package.tests, "word": word})
    return judge(ran, process.receive(), word, package)


class _Process:
    """A sandbox with one submission in it, and a socket into it."""

    def __init__(self, sandbox: Sandbox, limits: Limits, *, deadline: float):
        self.deadline = deadline
        self.limit = limits.output
        self.count = 0
        self.tail = b""
        self.short_of_memory = False
        self.home = None if sandbox.isolated else tempfile.mkdtemp(prefix="gencore-grade-")
        self.socket, inside = socket.socketpair()
        self.buffer = b""
        with inside, tempfile.TemporaryFile() as file:
            program = system_call_filter() if sandbox.isolated else b""
            file.write(program)
            file.seek(0)
            number = file.fileno() if program else None
            # Without bubblewrap the process sees this machine: its own environment is all that it is given.
            environment = None
            if self.home:
                library = str(Path(__file__).parents[2])
                environment = sandbox.environment(str(sandbox.folder / "fonts"), self.home)
                environment["PYTHONPATH"] = environment["PYTHONPATH"].replace("/course", library)
                environment["TMPDIR"] = self.home
            self.process = subprocess.Popen(
                sandbox.command(limits, channel=inside.fileno(), filter_file=number),
                pass_fds=[inside.fileno(), *([] if number is None else [number])],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                env=environment,
                cwd=self.home,
            )
        self.reader = threading.Thread(target=self._drain, daemon=True)
        self.reader.start()

    @property
    def overflow(self) -> bool:
        """Whether more was printed than may be."""
        return self.count > self.limit

    def send(self, message: dict[str, Any]) -> None:
        """Write one line."""
        self._set_clock()
        self.socket.sendall(json.dumps(message).encode() + b"\n")

    def receive(self) -> dict[str, Any]:
        """Read one line, whoever wrote it."""
        while b"\n" not in self.buffer:
            self._set_clock()
            part = self.socket.recv(1 << 16)
            if not part:
                raise EOFError
            self.buffer += part
            if len(self.buffer) > MAX_LINE:
                raise ValueError("a line without an end")
        line, _, self.buffer = self.buffer.partition(b"\n")
        try:
            message = json.loads(line)
        except RecursionError as error:
            raise ValueError("nested too deep") from error
        if not isinstance(message, dict):
            raise ValueError("not an object")
        return message

    def obituary(self) -> Outcome:
        """Say why the process ended before it said all."""
        try:
            code = self.process.wait(5)
        except subprocess.TimeoutExpired:  # it closed the socket and runs on
            return failed("bad_result", "it left without a result")
        number = code - 128 if code > 128 else -code if code < 0 else 0
        flags = {}
        self.reader.join(5)
        if number == signal.SIGXCPU:
            flags["limit_cpu"] = "the processor time was over"
        elif self.short_of_memory:
            flags["limit_memory"] = "it asked for more memory than there is"
        how = f"killed by signal {number}" if number else f"with exit status {code}"
        return failed("crashed", f"the process ended before its results, {how}", **flags)

    def kill(self) -> None:
        """Kill everything: with bubblewrap dies the first process of its own processes, and with that all of them."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)

    def end(self) -> None:
        """Kill everything, and clean up."""
        self.kill()
        self.process.wait()
        self.reader.join(5)
        if not self.reader.is_alive() and self.process.stdout:
            self.process.stdout.close()
        self.socket.close()
        if self.home:
            shutil.rmtree(self.home, ignore_errors=True)

    def printed(self) -> str:
        """The end of what was printed."""
        return self.tail.decode("utf-8", "replace").strip()

    def _set_clock(self) -> None:
        """Let the next call on the socket wait no longer than there is time."""
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self.socket.settimeout(left)

    def _drain(self) -> None:
        """Read what is printed, keep its end, and stop whoever prints without end."""
        pipe = self.process.stdout
        assert pipe is not None
        while part := os.read(pipe.fileno(), 1 << 16):
            self.count += len(part)
            both = self.tail + part
            # Now, and not at the end: a stack trace of XLA is longer than what is kept.
            self.short_of_memory |= any(word in both for word in SHORT_OF_MEMORY)
            self.tail = both[-LOG_BYTES:]
            if self.overflow:
                self.kill()
                return
