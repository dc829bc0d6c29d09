"""What runs in the sandbox: the cells of one notebook, then the package's tests.

It is started as a file of its own and imports nothing of gencore. It talks with the grader through one socket, a JSON
object a line: the cells come in, what happened goes out, and only then the tests and a word that nobody can guess come
in. So while the student's cells run, no test is in this machine. Nothing is written to a file.
"""

import builtins
import contextlib
import errno
import importlib.machinery
import json
import math
import os
import resource
import shutil
import signal
import socket
import sys
import time
import types
import warnings

WATCHED = ("numpy", "numpy.linalg", "numpy.random", "numpy.testing", "jax", "jax.numpy", "jax.random")


class LimitError(BaseException):
    """A cell or a test took too long. No Exception: the usual ``except`` does not stop it."""


def main() -> None:
    """Serve one grader."""
    channel = socket.socket(fileno=int(sys.argv[1])).makefile("rwb")
    job = json.loads(channel.readline())
    _prepare(job)
    shell = _shell()
    before = _functions()
    changed, errors, limits = _run_cells(shell, job["cells"], job["cell_seconds"], before)
    missing = [name for name in job["names"] if name not in shell.user_ns]
    _send(channel, {"errors": errors, "limits": limits, "missing": missing})
    task = json.loads(channel.readline())
    _install_otter()
    results, test_limits = _run_tests(task["tests"], shell.user_ns, job["test_seconds"])
    changed = sorted({*changed, *_restore(before)})
    with contextlib.suppress(BaseException):  # before the results: with those, the grader ends this process
        sys.stdout.flush()
    _send(channel, {"word": task["word"], "results": results, "limits": test_limits, "changed": changed})
    os._exit(0)  # no thread of the student's is waited for


def _send(channel, message: dict) -> None:
    """Write one line."""
    channel.write(json.dumps(message).encode() + b"\n")
    channel.flush()


def _prepare(job: dict) -> None:
    """Set the process up as a notebook's kernel would be, with one thread for each library."""
    for kind, limit in job["resources"].items():
        number = getattr(resource, f"RLIMIT_{kind}", None)
        if number is not None:
            with contextlib.suppress(ValueError, OSError):  # a lower limit is set already
                resource.setrlimit(number, (limit, limit))
    fonts = os.environ.get("GENCORE_FONTS")
    if fonts and os.path.isdir(fonts):  # noqa: PTH112 (pathlib would be one more import)
        shutil.copytree(fonts, os.environ["MPLCONFIGDIR"], dirs_exist_ok=True)
    warnings.simplefilter("ignore")
    _install_otter()
    code = "\n".join(source for _, source in job["cells"])
    for name in WATCHED:
        if name.partition(".")[0] in code:
            importlib.import_module(name)


def _install_otter() -> None:
    """Put a stand-in for otter-grader in place: it takes seconds to import, and the package's tests count anyway."""

    class Quiet:
        """Anything that a student's cell asks of the checker."""

        def __init__(self, *args, **kwargs):
            pass

        def __getattr__(self, name):
            if name.startswith("_"):
                raise AttributeError(name)
            return lambda *args, **kwargs: None

    otter = types.ModuleType("otter")
    files = types.ModuleType("otter.test_files")
    vars(otter).update(__path__=[], Notebook=Quiet, test_files=files)
    vars(files).update(test_case=lambda **settings: lambda function: function)
    for module in (otter, files):
        module.__spec__ = importlib.machinery.ModuleSpec(module.__name__, None)
        sys.modules[module.__name__] = module


def _shell():
    """Start IPython without its history, its colors and its output of values."""
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    config = Config()
    config.HistoryManager.enabled = False
    shell = InteractiveShell.instance(config=config)
    shell.ast_node_interactivity = "none"
    return shell


def _functions() -> dict:
    """Remember the functions that tests lean on: builtins, NumPy's, JAX's."""
    modules = [builtins, math, *(sys.modules[name] for name in WATCHED if name in sys.modules)]
    return {
        (module, name): (it, getattr(it, "__code__", None))
        for module in modules
        for name, it in vars(module).items()
        if callable(it) and not name.startswith("_")
    } | {(builtins, name): (vars(builtins)[name], None) for name in ("__import__", "__build_class__")}


def _restore(before: dict) -> list[str]:
    """Put back the functions that are others than before, since this program needs them, too; name them."""
    changed = []
    for (module, name), (it, code) in before.items():
        if vars(module).get(name) is not it:
            vars(module)[name] = it
            changed.append(f"{module.__name__}.{name}")
        elif code is not None and it.__code__ is not code:
            it.__code__ = code
            changed.append(f"{module.__name__}.{name}")
    return changed


@contextlib.contextmanager
def _limited(seconds: float):
    """Stop what takes longer. It rings again each second for whoever catches it.

    Who had the processor for less than half of the time, on a busy machine or asleep, gets up to three times as long.
    """
    begun, used = time.monotonic(), time.process_time()

    def ring(number, frame):
        if time.process_time() - used < seconds / 2 and time.monotonic() - begun < 3 * seconds:
            return
        raise LimitError(f"stopped after {seconds:g} s")

    signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds, 1.0)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def _limit_of(error: BaseException | None, kind: str) -> str:
    """Name the limit that an error speaks of; empty if it speaks of none."""
    if error is None:
        return ""
    text, number = _said(error), error.errno if isinstance(error, OSError) else None
    if isinstance(error, LimitError):
        return f"limit_{kind}"
    if isinstance(error, MemoryError) or "RESOURCE_EXHAUSTED" in text:
        return "limit_memory"
    if number in (errno.EFBIG, errno.ENOSPC, errno.EDQUOT):
        return "limit_files"
    if number in (errno.EPERM, errno.EAGAIN) or "start new thread" in text:
        return "limit_processes"
    return ""


def _said(error: BaseException) -> str:
    """Say an error in one short line; a student's class may not be able to."""
    try:
        text = str(error)
    except BaseException:
        text = ""
    return f"{type(error).__name__}: {text}"[:160]


def _run_cells(shell, cells: list, seconds: float, before: dict) -> tuple[list, list, list]:
    """Run the cells from top to bottom; what an error leaves out is left out, as in a notebook."""
    changed, errors, limits = [], [], []
    for name, source in cells:
        error = None
        try:
            with _limited(seconds):
                done = shell.run_cell(source, store_history=False)
                error = done.error_before_exec or done.error_in_exec
        except BaseException as caught:
            error = caught
        changed += _restore(before)
        if error is not None:
            errors.append([name, _said(error)])
            limits.append(_limit_of(error, "cell"))
        if "matplotlib.pyplot" in sys.modules:
            with contextlib.suppress(BaseException):
                sys.modules["matplotlib.pyplot"].close("all")
    return changed, errors[:50], sorted({limit for limit in limits if limit})


def _run_tests(tests: dict, names: dict, seconds: float) -> tuple[dict, list]:
    """Run each test of each question; a name that the notebook lacks is None."""
    results, limits = {}, []
    for question, source in tests.items():
        space = {}
        exec(compile(source, f"<{question}>", "exec"), space)
        functions = [
            it
            for it in space.values()
            if isinstance(it, types.FunctionType) and it.__code__.co_filename == f"<{question}>"
        ]
        results[question] = []
        for function in functions:
            wanted = function.__code__.co_varnames[: function.__code__.co_argcount]
            error = None
            try:
                with _limited(seconds):
                    function(**{name: names.get(name) for name in wanted})
            except BaseException as caught:
                error = caught
            results[question].append([error is None, "" if error is None else _said(error)])
            limits.append(_limit_of(error, "test"))
    return results, sorted({limit for limit in limits if limit})


if __name__ == "__main__":
    main()
