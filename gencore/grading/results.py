"""Results: what came back from the sandbox, held against the package, and kept so that nothing is graded twice."""

import hashlib
import json
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

from gencore.grading.packages import CANARY, Package
from gencore.grading.sandbox import Limits

__all__ = ["Outcome", "Store", "judge"]

FORM = 1
"""Counts up when the same submission may get another result; then all are graded again."""


class Outcome(NamedTuple):
    """What became of a run.

    Attributes:
        status: ``graded``, ``tampered``, ``timeout``, ``crashed`` or ``bad_result``.
        passed: For each question, which of its tests passed; empty unless it was graded.
        notes: What a person should know, by flag.
        suspicions: What a person should look at, by flag.
        message: Why it was not graded.
        seconds: How long it took.
        log: For the teacher alone: what the tests said, and the end of what was printed.
    """

    status: str
    passed: dict[str, list[bool]]
    notes: dict[str, str]
    suspicions: dict[str, str]
    message: str = ""
    seconds: float = 0.0
    log: str = ""


def judge(ran: dict[str, Any], told: dict[str, Any], word: str, package: Package) -> Outcome:
    """Hold what a process said against what there is to say.

    Only truth values are taken over. What a test is worth stands in the package, so no answer can be worth more.

    Args:
        ran: What it said after the cells.
        told: What it said after the tests.
        word: What it could know only from the grader, after the cells.
        package: The package.

    Returns:
        A run that was graded, or why it was not.

    Example:
        >>> judge({}, {"word": "guessed"}, "known", package).status  # doctest: +SKIP
        'tampered'
    """
    if told.get("word") != word:
        return failed("tampered", "the results do not come from the grader")
    results = told.get("results")
    if not isinstance(results, dict) or set(results) != set(package.tests):
        return failed("bad_result", "the results are not those of the package's questions")
    passed, log = {}, []
    for name in package.tests:
        expected = 1 if name == CANARY else len(package.cases[name])
        rows = results[name]
        if not isinstance(rows, list) or len(rows) != expected or not all(map(_is_row, rows)):
            return failed("bad_result", f"the results of {name} are not those of its {expected} tests")
        passed[name] = [row[0] for row in rows]
        log += [f"{name}, test {place}: {said}" for place, (good, said) in enumerate(rows, 1) if not good]
    changed = [str(it)[:60] for it in _listed(told, "changed")]
    if any(passed.pop(CANARY)):
        return failed("tampered", "a test that must fail has passed")
    if changed:
        return failed("tampered", f"functions that the tests use were replaced: {', '.join(changed[:3])}")

    notes, suspicions = {}, {}
    errors = [row for row in _listed(ran, "errors") if isinstance(row, list) and len(row) == 2]
    if errors:
        # Only the kind of the error: its words may hold addresses and paths, and another run would say others.
        name, kind = _line(errors[0][0]), _line(errors[0][1]).partition(":")[0]
        notes["cell_errors"] = f"{len(errors)} stopped with an error, first {name}: {kind}"
        log = [f"{name}: {said}" for name, said in errors] + log
    reached = [*_listed(ran, "limits"), *_listed(told, "limits")]
    suspicions |= {limit: said for limit, said in _LIMITS.items() if limit in reached}
    missing = set(map(str, _listed(ran, "missing")))
    for question, cases in package.cases.items():
        names = sorted(missing.intersection(*[set(case.names) for case in cases]))
        if names:
            suspicions[f"missing_{question}"] = f"{', '.join(names)} is not defined"
    return Outcome("graded", passed, notes, suspicions, log="\n".join(map(_line, log)))


_LIMITS = {
    "limit_cell": "a cell was stopped at its time limit",
    "limit_test": "a test was stopped at its time limit",
    "limit_memory": "it asked for more memory than there is",
    "limit_files": "it wrote more than there is room for",
    "limit_processes": "it asked for a new process, or for too many threads",
}


def failed(status: str, message: str, **flags: str) -> Outcome:
    """An outcome without a score."""
    return Outcome(status, {}, {}, flags, message)


def _is_row(row: object) -> bool:
    """Whether this is a truth value and a text."""
    return isinstance(row, list) and len(row) == 2 and isinstance(row[0], bool) and isinstance(row[1], str)


def _listed(message: dict[str, Any], name: str) -> list[Any]:
    """A list of texts or lists; what is not one is none."""
    it = message.get(name)
    return [part for part in it if isinstance(part, str | list)] if isinstance(it, list) else []


def _line(text: object) -> str:
    """One printable line, at most 200 characters."""
    plain = "".join(letter if letter.isprintable() else " " for letter in str(text))
    return plain[:200].strip()


class Store(NamedTuple):
    """Results on disk, one file a submission, named by a hash of all that they depend on.

    Attributes:
        folder: Where they are.

    Example:
        >>> store = Store(Path(tempfile.mkdtemp()))
        >>> store.put("abc", failed("timeout", "stopped after 60 s"))
        >>> store.get("abc").status
        'timeout'
    """

    folder: Path

    def key(self, sha256: str, package: Package, limits: Limits, isolated: bool) -> str:
        """Hash what a result depends on."""
        parts = [FORM, version("gencore"), sha256, package.sha256, limits, isolated]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()

    def get(self, key: str) -> Outcome | None:
        """Read a result; None if there is none, or half of one."""
        try:
            return Outcome(**json.loads((self.folder / f"{key}.json").read_text("utf-8")))
        except (OSError, ValueError, TypeError):
            return None

    def put(self, key: str, outcome: Outcome) -> None:
        """Write a result: all of it or nothing, whenever the process is killed."""
        text = json.dumps(outcome._asdict(), indent=1)
        write_whole(self.folder / f"{key}.json", text)


def write_whole(path: Path, text: str) -> None:
    """Write a file so that it is there as a whole, or as it was."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(
        "w", dir=path.parent, prefix=".", suffix=".part", delete=False, encoding="utf-8", newline=""
    ) as file:
        file.write(text)
    Path(file.name).replace(path)
