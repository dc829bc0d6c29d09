"""Masters: where the exercises are written, one notebook each with its questions, solutions and all of its tests."""

import re
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

__all__ = ["Master", "MasterTest", "PackingError", "Question", "find_master", "read_master"]

MASTERS = Path(__file__).parents[2] / "notebooks" / "exercises" / "source"
"""Where the course's masters are: in a clone of the repository, not in an installed library."""

SETTINGS = {
    "init_cell": True,
    "runs_on": "colab",
    "export_cell": False,
    "check_all_cell": True,
    "show_question_points": True,
    "tests": {"files": True, "ok_format": False},
    "generate": {"pdf": False, "show_hidden": False},
}
"""The settings of otter-grader that every master states, besides its name."""

Notebook: TypeAlias = Any  # nbformat's, which comes with the extra `grading`


_MARK = re.compile(r"# (BEGIN|END) (QUESTION|PROMPT|SOLUTION|TESTS)\b")
_CONFIG = re.compile(
    r'"""\s*# BEGIN TEST CONFIG\n(.*?)^"""\s*# END TEST CONFIG', flags=re.DOTALL | re.MULTILINE
)


class PackingError(ValueError):
    """An exercise cannot be built; the message says what to do."""


class MasterTest(NamedTuple):
    """One test of a question.

    Attributes:
        points: What it is worth.
        hidden: Whether only graders see it.
        message: What a student reads who fails it.
        code: Its function.
    """

    points: float
    hidden: bool
    message: str
    code: str


class Question(NamedTuple):
    """One question of a master.

    Attributes:
        name: Its name, as in ``q1``.
        points: What it is worth.
        manual: Whether a person marks it.
        text: The question's cells.
        solution: The cells of its solution; of a manual question, a model answer and how to mark.
        tests: Its tests, public and hidden.
    """

    name: str
    points: int
    manual: bool
    text: list[str]
    solution: list[str]
    tests: list[MasterTest]


class Master(NamedTuple):
    """A master, read.

    Attributes:
        name: The exercise's name, as in ``ex05``.
        questions: Its questions, by name.
        notebook: All of it.
    """

    name: str
    questions: dict[str, Question]
    notebook: Notebook


def find_master(exercise: str, folder: Path | None = None) -> Path:
    """Find the master of an exercise.

    Args:
        exercise: Its name, as in ``ex05``.
        folder: Where the masters are; None for the course's own.

    Returns:
        The file.

    Raises:
        PackingError: There is no such exercise.

    Example:
        >>> find_master("ex01").name
        'ex01_the_creation_challenge.py'
    """
    folder = MASTERS if folder is None else folder
    found = {path.stem[:4]: path for path in sorted(folder.glob("ex[0-9][0-9]_*.py"))}
    if not found:
        raise PackingError(f"there are no exercises in {folder}: run this in a clone of the repository")
    if exercise not in found:
        raise PackingError(f"there is no exercise {exercise!r}; there are {', '.join(found)}")
    return found[exercise]


def read_master(path: Path) -> Master:
    """Read a master, and check its form.

    Args:
        path: A master in jupytext's percent format, with otter-grader's markers in raw cells.

    Returns:
        The master.

    Raises:
        PackingError: otter-grader is missing, or the master breaks a rule.

    Example:
        >>> read_master(find_master("ex01")).questions["q1"].points  # doctest: +SKIP
        4
    """
    if find_spec("otter") is None:
        raise PackingError('otter-grader is not installed. Run: pip install "gencore[grading]"')
    import jupytext
    import yaml

    notebook = jupytext.read(path)
    config = next((cell for cell in notebook.cells if cell.source.startswith("# ASSIGNMENT CONFIG")), None)
    expected = {"name": path.stem[:4]} | SETTINGS
    if config is None or yaml.safe_load(config.source) != expected:
        raise PackingError(f"{path.name}: the raw cell '# ASSIGNMENT CONFIG' must say {expected}")
    questions: dict[str, Question] = {}
    for cell, settings, block in walk(notebook):
        if settings:
            name = settings["name"]
            new = Question(name, settings["points"], settings.get("manual", False), [], [], [])
            here = questions.setdefault(name, new)
            cell.metadata["question"] = name
            if block == "TESTS":
                here.tests.append(_test(f"{path.name}, {name}", cell.source))
            elif block != "PROMPT":
                (here.solution if block else here.text).append(cell.source)
    return Master(path.stem[:4], questions, notebook)


def walk(notebook: Notebook) -> Iterator[tuple[Notebook, dict[str, Any], str]]:
    """Yield each cell but the markers, with the settings of the question and the kind of block that it stands in."""
    import yaml

    settings, block = {}, ""
    for cell in notebook.cells:
        mark = _MARK.match(cell.source) if cell.cell_type == "raw" else None
        if mark is None:
            yield cell, settings, block
        elif mark[2] == "QUESTION":
            settings, block = yaml.safe_load(cell.source) if mark[1] == "BEGIN" else {}, ""
        else:
            block = mark[2] if mark[1] == "BEGIN" else ""


def _test(where: str, source: str) -> MasterTest:
    """Read the cell of a test; refuse one that does not help who fails it, or that otter-grader would write wrongly."""
    import yaml

    config = _CONFIG.match(source)
    if config is None:
        raise PackingError(
            f'{where}: a test begins with the line """ # BEGIN TEST CONFIG; this one: {source[:60]!r}'
        )
    try:
        settings = yaml.safe_load(config[1])
    except yaml.YAMLError as error:
        raise PackingError(f"{where}: the settings of a test are no YAML: {error}") from error
    message = settings.get("failure_message") or ""
    if not message or settings.get("points") is None:
        raise PackingError(
            f"{where}: a test needs points, and a failure_message: what is wrong and where to look"
        )
    if re.search(r'["\\\n]', message):
        raise PackingError(
            f'{where}: a failure_message may hold no ", no backslash and no new line: {message!r}'
        )
    return MasterTest(
        settings["points"], settings.get("hidden", False), message, source[config.end() :].strip()
    )
