"""From a master to what a student gets, and to what a teacher grades with.

A master, ``notebooks/exercises/source/exNN_topic.py``, holds the questions of a chapter with their solutions and all of
their tests. otter-grader takes it apart; what it makes is finished here. The student's notebook stands by itself and
gives nothing away. The package for grading draws the numbers of its hidden tests from a secret of the teacher's, so
that the masters can be public. Both are the same bytes every time.
"""

import hashlib
import hmac
import io
import json
import re
import tempfile
import zipfile
from copy import deepcopy
from pathlib import Path
from typing import NamedTuple

from gencore.grading.masters import Master, Notebook, PackingError, read_master, walk
from gencore.grading.student import ANSWER, finish

__all__ = ["Views", "assign", "pack"]

_SEED = re.compile(r"^( +seed = )0(?=  # SECRET SEED$)", flags=re.MULTILINE)


class Views(NamedTuple):
    """What becomes of a master.

    Attributes:
        student: The student's notebook.
        solution: The same with the solutions in it.
        tests: For each question that has tests, their file, hidden ones among them.
        package: The package for grading, the content of a zip file: otter-grader's for Gradescope, with the test
            ``zz_canary``, which no honest work passes, and ``exercise.json``: the questions, and
            the student's cells of code.
    """

    student: Notebook
    solution: Notebook
    tests: dict[str, str]
    package: bytes


def assign(master: Master, *, secret: bytes = b"", check: bool = False) -> Views:
    """Take a master apart.

    Args:
        master: The master.
        secret: What the seeds of the hidden tests are derived from; empty to leave them at 0.
        check: Also run the solutions and grade them, which takes some ten seconds.

    Returns:
        The student's notebook, the one with the solutions, the tests and the package.

    Raises:
        PackingError: otter-grader refuses the master, a solution does not get all points, or the student's notebook
            would give something away.

    Example:
        >>> views = assign(read_master(find_master("ex01")))  # doctest: +SKIP
        >>> sorted(views.tests)  # doctest: +SKIP
        ['q1', 'q2', 'q3', 'quiz']
    """
    import nbformat
    from otter.assign import main as otter_assign
    from otter.assign.utils import AssignNotebookFormatException

    with tempfile.TemporaryDirectory() as folder:
        source, made = Path(folder, f"{master.name}.ipynb"), Path(folder, "made")
        nbformat.write(_prepared(master, secret), source)
        try:
            otter_assign(str(source), str(made), no_pdfs=True, no_run_tests=not check)
        except (AssertionError, AssignNotebookFormatException, RuntimeError, ValueError) as error:
            raise PackingError(f"{master.name}: {error}") from error
        student, solution = (
            nbformat.read(made / half / source.name, as_version=4) for half in ("student", "autograder")
        )
        (archive,) = made.glob("autograder/*.zip")
        with zipfile.ZipFile(archive) as zipped:
            files = {name: zipped.read(name) for name in zipped.namelist()}
    student = finish(master, student, _test_files(master, b"", hidden=False))
    tests = _test_files(master, secret, hidden=True)
    files |= {f"tests/{name}.py": test.encode() for name, test in tests.items()}
    return Views(student, solution, tests, _zipped(files | _additions(master, student)))


def pack(path: Path, secret: bytes, folder: Path) -> Path:
    """Write a teacher's package for grading: hidden tests with numbers that only the teacher's secret gives.

    Args:
        path: The master.
        secret: The teacher's secret. Two packages of one secret are the same bytes.
        folder: Where to write; it is made if it is not there.

    Returns:
        The package, ``exNN-autograder.zip``.

    Raises:
        PackingError: The secret is empty, or the exercise cannot be built.

    Example:
        >>> pack(find_master("ex01"), Path("seed.txt").read_bytes(), Path("packages"))  # doctest: +SKIP
        PosixPath('packages/ex01-autograder.zip')
    """
    if not secret.strip():
        raise PackingError(
            "the secret is empty: write some words that nobody guesses into the file, and keep it to yourself"
        )
    master = read_master(path)
    package = assign(master, secret=secret.strip(), check=True).package
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=folder, suffix=".part", delete=False) as file:
        file.write(package)
    return Path(file.name).replace(folder / f"{master.name}-autograder.zip")


def _with_seed(master: Master, question: str, code: str, secret: bytes) -> str:
    """Put the secret seed of a question into the code of a test: 31 bits of an HMAC, which NumPy and JAX both take."""
    digest = hmac.digest(secret, f"{master.name}/{question}".encode(), hashlib.sha256)
    return _SEED.sub(rf"\g<1>{int.from_bytes(digest[:4], 'big') >> 1}", code) if secret else code


def _prepared(master: Master, secret: bytes) -> Notebook:
    """Return the master with the secret seeds in it."""
    notebook = deepcopy(master.notebook)
    for cell, settings, block in walk(notebook):
        if block == "TESTS":
            cell.source = _with_seed(master, settings["name"], cell.source, secret)
    return notebook


def _test_files(master: Master, secret: bytes, *, hidden: bool) -> dict[str, str]:
    """Write the questions' tests as otter-grader does, but with their comments, and alike under every Python."""
    files = {}
    for question in master.questions.values():
        parts = [
            "from otter.test_files import test_case\n\nOK_FORMAT = False\n\n"
            f"name = {question.name!r}\npoints = {question.points}\n"
        ]
        for test in question.tests:
            if hidden or not test.hidden:
                settings = f"points={test.points}, hidden={test.hidden}, failure_message={test.message!r}"
                code = _with_seed(master, question.name, test.code, secret)
                parts.append(f"@test_case({settings})\n{code}\n")
        if len(parts) > 1:
            files[question.name] = "\n\n".join(parts)
    return files


def _additions(master: Master, student: Notebook) -> dict[str, bytes]:
    """Return the files that the package holds besides otter's."""
    answers = {cell.id.split("-")[1]: cell.id for cell in student.cells if cell.source == ANSWER}
    questions = {
        name: {"points": question.points, "manual": question.manual}
        | (
            {
                "cell": answers.get(name),
                "text": "\n\n".join(question.text),
                "solution": "\n\n".join(question.solution),
            }
            if question.manual
            else {}
        )
        for name, question in master.questions.items()
    }
    given = [
        {"cell": cell.id, "kind": _kind(cell), "source": cell.source}
        for cell in student.cells
        if cell.cell_type == "code"
    ]
    listed = {"exercise": master.name, "questions": questions, "given": given}
    canary = (
        "from otter.test_files import test_case\n\nOK_FORMAT = False\n\nname = 'zz_canary'\npoints = 1\n\n"
        "@test_case(points=1, hidden=True)\ndef test_canary():\n    raise AssertionError('canary')\n"
    )
    return {
        "exercise.json": f"{json.dumps(listed, indent=1, ensure_ascii=False)}\n".encode(),
        "tests/zz_canary.py": canary.encode(),
    }


def _kind(cell: Notebook) -> str:
    """Say what a code cell of a student's notebook is for: setup, check, answer, or given as it is."""
    if cell.source.startswith("# Run this cell first"):
        return "setup"
    if cell.source.startswith("grader."):
        return "check"
    return "answer" if "otter_answer_cell" in cell.metadata.get("tags", ()) else "given"


def _zipped(files: dict[str, bytes]) -> bytes:
    """Write a zip file that depends on the files alone: no dates, no owner, one order, nothing compressed."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name)  # dated 1980-01-01
            entry.create_system, entry.external_attr = 3, 0o644 << 16
            archive.writestr(entry, files[name])
    return buffer.getvalue()
