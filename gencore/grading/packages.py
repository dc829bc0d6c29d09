"""Packages, read: what ``gencore pack`` wrote, as the grader needs it."""

import ast
import hashlib
import json
import re
import zipfile
from pathlib import Path
from typing import NamedTuple

__all__ = ["Case", "GivenCell", "GradingError", "ManualQuestion", "Package", "find_package", "read_package"]

CANARY = "zz_canary"
"""The test that no honest work passes."""


class GradingError(ValueError):
    """Nothing can be graded; the message says what to do."""


class Case(NamedTuple):
    """One test of a question.

    Attributes:
        points: What it is worth.
        hidden: Whether only graders see it.
        message: What a student reads who fails it.
        names: The names that it takes from the student's notebook.
    """

    points: float
    hidden: bool
    message: str
    names: list[str]


class ManualQuestion(NamedTuple):
    """One question that a person marks.

    Attributes:
        points: What it is worth.
        cell: The id of the cell for the answer.
        text: The question.
        solution: A model answer and how to mark.
    """

    points: float
    cell: str
    text: str
    solution: str


class GivenCell(NamedTuple):
    """One code cell of the notebook that students get.

    Attributes:
        cell: Its id.
        kind: ``setup``, ``check``, ``answer`` (a stub), or ``given``.
        source: Its code.
    """

    cell: str
    kind: str
    source: str


class Package(NamedTuple):
    """A package for grading, read.

    Attributes:
        exercise: The exercise's name, as in ``ex05``.
        sha256: Hash of the file.
        tests: The source of each test file by question, the canary's among them.
        cases: The tests of each question that the machine marks, in order.
        manual: The questions that a person marks.
        order: All questions, in the exercise's order.
        given: The code cells of the student's notebook.
    """

    exercise: str
    sha256: str
    tests: dict[str, str]
    cases: dict[str, list[Case]]
    manual: dict[str, ManualQuestion]
    order: list[str]
    given: list[GivenCell]

    @property
    def max_score(self) -> float:
        """The points that the machine can give."""
        return sum(case.points for cases in self.cases.values() for case in cases)


def find_package(name: str) -> Path:
    """Find a package by its path, or by its exercise in this folder or in ``packages/``.

    Args:
        name: A path, or the name of an exercise, as in ``ex05``.

    Returns:
        The file.

    Raises:
        GradingError: There is no such file.

    Example:
        >>> find_package("ex05")  # doctest: +SKIP
        PosixPath('packages/ex05-autograder.zip')
    """
    if not re.fullmatch(r"ex\d\d", name):
        return Path(name)
    places = [Path(f"{name}-autograder.zip"), Path("packages", f"{name}-autograder.zip")]
    found = [place for place in places if place.is_file()]
    if not found:
        raise GradingError(
            f"there is neither {places[0]} nor {places[1]}. "
            f"Run: gencore pack {name} --seed-file FILE -o packages"
        )
    return found[0]


def read_package(path: Path) -> Package:
    """Read a package.

    Args:
        path: What :func:`gencore.grading.pack` wrote.

    Returns:
        The package.

    Raises:
        GradingError: The file is missing, no package, or one of another version.

    Example:
        >>> read_package(Path("packages/ex01-autograder.zip")).max_score  # doctest: +SKIP
        18
    """
    try:
        content = path.read_bytes()
        with zipfile.ZipFile(path) as archive:
            listed = json.loads(archive.read("exercise.json"))
            names = [name for name in archive.namelist() if re.fullmatch(r"tests/\w+\.py", name)]
            tests = {Path(name).stem: archive.read(name).decode() for name in sorted(names)}
        questions = listed["questions"]
        given = [GivenCell(**cell) for cell in listed["given"]]
        manual = {
            name: ManualQuestion(it["points"], it["cell"] or "", it["text"], it["solution"])
            for name, it in questions.items()
            if it["manual"]
        }
        cases = {name: _cases(tests[name]) for name in questions if name in tests}
    except OSError as error:
        raise GradingError(f"{path} cannot be read: {error.strerror}") from error
    except (zipfile.BadZipFile, KeyError, TypeError, ValueError) as error:
        raise GradingError(
            f"{path} is no package of this version ({error}). Run gencore pack again"
        ) from error
    if CANARY not in tests or set(questions) != set(cases) | set(manual):
        raise GradingError(f"{path} lacks tests. Run gencore pack again")
    digest = hashlib.sha256(content).hexdigest()
    return Package(listed["exercise"], digest, tests, cases, manual, list(questions), given)


def _cases(source: str) -> list[Case]:
    """Read the tests of a file, without running it."""
    cases = []
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef):
            (decorator,) = (it for it in node.decorator_list if isinstance(it, ast.Call))
            settings = {it.arg: ast.literal_eval(it.value) for it in decorator.keywords}
            names = [it.arg for it in node.args.args]
            cases.append(
                Case(settings["points"], settings["hidden"], settings.get("failure_message", ""), names)
            )
    return cases
