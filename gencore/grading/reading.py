"""A student's notebook, read: which cells to run, which texts to mark, and what a person should know about it.

It is read as plain JSON. Notebooks come from Jupyter, Colab and editors, some of which drop ids and metadata, and
students duplicate, delete and move cells.
"""

import ast
import json
import re
from collections.abc import Sequence
from itertools import takewhile
from typing import Any, NamedTuple

from gencore.grading.packages import Package
from gencore.grading.screening import screen
from gencore.grading.student import ANSWER

__all__ = ["NotebookError", "Work", "read_work"]

MAX_CELLS = 1000

_NEUTRAL = re.compile(
    r"^([ \t]*)(?:!|%{1,2}(?:pip|conda|mamba|uv|matplotlib|load_ext|reload_ext|autoreload|cd|sx|system)\b).*$",
    re.M,
)


class NotebookError(ValueError):
    """A file is no notebook of the exercise; the message says why."""


class Work(NamedTuple):
    """What a notebook holds.

    Attributes:
        cells: Name and code of each cell to run.
        answers: The texts for the questions that a person marks, by question.
        notes: What a person should know, by flag; the work can count without it.
        suspicions: What a person should look at before the work counts, by flag.
    """

    cells: list[tuple[str, str]]
    answers: dict[str, str]
    notes: dict[str, str]
    suspicions: dict[str, str]


class _Cell(NamedTuple):
    """One cell: its id or, without one, its place; its kind; its source."""

    name: str
    kind: str
    source: str


def read_work(content: bytes, package: Package) -> Work:
    """Read a notebook.

    Args:
        content: The file.
        package: The package of the exercise that it should be.

    Returns:
        Its cells and texts, with shell commands and installations taken out of the code.

    Raises:
        NotebookError: It is no notebook, or one of another exercise.

    Example:
        >>> read_work(Path("ada.ipynb").read_bytes(), package).notes  # doctest: +SKIP
        {'no_metadata': 'the notebook has lost its metadata'}
    """
    notebook = _parse(content)
    cells = _cells(notebook)
    given = {_plain(cell.source): cell for cell in package.given}
    notes, suspicions = {}, {}

    metadata = notebook.get("metadata")
    otter = metadata.get("otter") if isinstance(metadata, dict) else None
    named = otter.get("assignment_name") if isinstance(otter, dict) else None
    known = [cell for cell in cells if cell.name.startswith(package.exercise) or _plain(cell.source) in given]
    if named not in (None, package.exercise):
        raise NotebookError(f"the notebook of another exercise: {str(named)[:40]!r}, not {package.exercise}")
    if not known:
        raise NotebookError(f"none of its cells is of {package.exercise}")
    if named is None:
        notes["no_metadata"] = "the notebook has lost its metadata"

    present = {cell.name for cell in cells} | {_plain(cell.source) for cell in cells}
    wanted = [cell for cell in package.given if cell.kind in ("given", "answer")]
    lost = [cell.cell for cell in wanted if not {cell.cell, _plain(cell.source)} & present]
    # Without ids, a cell that was changed cannot be told from one that is lost.
    if lost and any(cell.name.startswith(package.exercise) for cell in cells):
        notes["missing_cells"] = f"not found: {', '.join(lost)}"

    code = [cell for cell in cells if cell.kind == "code"]
    kept = _without_stubs(code, {_plain(cell.source) for cell in package.given if cell.kind == "answer"})
    names = [cell.name for cell in code]
    if len(kept) < len(code) or len(set(names)) < len(names):
        notes["duplicate_cells"] = "a question's cell is there twice"
    if all(_plain(cell.source) in given for cell in code):
        notes["unchanged"] = "no code was changed"
    for cell in kept:
        if _plain(cell.source) not in given:
            for kind, word in screen(cell.source).items():
                suspicions.setdefault(f"uses_{kind}", f"cell {cell.name}: {word}")

    answers = {}
    for question, manual in package.manual.items():
        text = _answer(cells, manual.cell, manual.text)
        if text is None:
            notes[f"missing_{question}"] = f"the cell for the answer to {question} was not found"
        answers[question] = text or ""
    runnable = [(cell.name, _NEUTRAL.sub(r"\1pass", cell.source)) for cell in kept]
    return Work(runnable, answers, notes, suspicions)


def _parse(content: bytes) -> dict[str, Any]:
    """Read the outermost braces of a notebook."""
    try:
        notebook = json.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise NotebookError("not a text file") from error
    except (ValueError, RecursionError) as error:
        raise NotebookError(f"not a whole JSON file: {str(error)[:60]}") from error
    if not isinstance(notebook, dict) or not isinstance(notebook.get("cells"), list):
        raise NotebookError("not a notebook of format 4: it has no list of cells")
    if not notebook["cells"] or len(notebook["cells"]) > MAX_CELLS:
        raise NotebookError(f"it has {len(notebook['cells'])} cells; there should be 1 to {MAX_CELLS}")
    return notebook


def _cells(notebook: dict[str, Any]) -> list[_Cell]:
    """Read the cells. Colab keeps their ids in their metadata."""
    cells = []
    for place, cell in enumerate(notebook["cells"]):
        source = cell.get("source") if isinstance(cell, dict) else None
        if isinstance(source, list) and all(isinstance(line, str) for line in source):
            source = "".join(source)
        if not isinstance(source, str) or not isinstance(cell.get("cell_type"), str):
            raise NotebookError(f"its cell {place} is no cell")
        metadata = cell.get("metadata")
        ids = cell.get("id"), metadata.get("id") if isinstance(metadata, dict) else None
        name = next((it for it in ids if isinstance(it, str)), f"number {place + 1}")
        # A lone half of a surrogate pair is JSON, but no text.
        clean = source.encode("utf-8", "replace").decode()
        cells.append(_Cell(name[:64].encode("utf-8", "replace").decode(), cell["cell_type"], clean))
    return cells


def _plain(source: str) -> str:
    """A source without the white space that editors change."""
    return "\n".join(line.rstrip() for line in source.strip().splitlines())


def _bound(source: str) -> set[str]:
    """The names that the top level of a cell binds; none if it is no Python."""
    try:
        body = ast.parse(_NEUTRAL.sub(r"\1pass", source)).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return set()
    names = {node.name for node in body if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    targets = [target for node in body if isinstance(node, ast.Assign) for target in node.targets]
    return names | {target.id for target in targets if isinstance(target, ast.Name)}


def _without_stubs(cells: Sequence[_Cell], stubs: set[str]) -> list[_Cell]:
    """Leave out a stub that would undo an answer given in another cell."""
    answered = [_bound(cell.source) for cell in cells if _plain(cell.source) not in stubs]
    done = set().union(*answered)
    return [cell for cell in cells if _plain(cell.source) not in stubs or not _bound(cell.source) & done]


def _answer(cells: Sequence[_Cell], name: str, question: str) -> str | None:
    """Find a text: by the cell's id or, without ids, behind the question's last text."""
    found = [cell for cell in cells if cell.name == name and cell.kind == "markdown"]
    if not found:
        last = [place for place, cell in enumerate(cells) if _is_text_of(cell, question)]
        if not last:
            return None
        after = takewhile(lambda cell: cell.kind == "markdown", cells[last[-1] + 1 :])
        found = list(takewhile(lambda cell: not cell.source.startswith(("<!-- END", "## ")), after))
        if not found:
            return None
    text = "\n\n".join(cell.source.strip() for cell in found)
    return "" if text == ANSWER else text


def _is_text_of(cell: _Cell, question: str) -> bool:
    """Whether a cell is one of those that ask the question; otter-grader adds its points and marks."""
    text = re.sub(r"<!-- (BEGIN|END) QUESTION -->|_Points:_ \d+", "", cell.source).strip()
    return cell.kind == "markdown" and len(text) > 12 and text in question
