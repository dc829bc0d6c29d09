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

__all__ = ["Views", "assign", "pack"]

CHECKER = (
    *("otter-grader==7.0.0", "fica==0.4.1", "dill==0.4.1"),
    *("ipylab==1.1.0", "python-frontmatter==1.3.0"),
)
"""What the student's first cell installs in Google Colab; Colab has the rest of what otter-grader needs."""

_SEED = re.compile(r"^( +seed = )0(?=  # SECRET SEED$)", flags=re.MULTILINE)
_CANARY = re.compile(r"^( +)# (CANARY-HIDDEN-\S+)$", flags=re.MULTILINE)
_LEAKS = re.compile(r"CANARY-|SECRET SEED|(BEGIN|END) (SOLUTION|TESTS)|# SOLUTION|hidden=True")
_ANSWER = "_Type your answer here, replacing this text._"  # otter's own words

_SETUP = """\
# Run this cell first: it installs the checker if that is missing, moves nothing else, and writes the public tests.
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

if find_spec("otter") is None:
    checker = {checker}
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps"]
    subprocess.check_call([*pip, *checker])
{library}import otter

tests_folder = Path(tempfile.mkdtemp())
tests = {tests}
for question, test in tests.items():
    (tests_folder / f"{{question}}.py").write_text(test, encoding="utf-8")
grader = otter.Notebook(tests_dir=str(tests_folder))"""

# As in the chapters, and held equal to them by a test.
_LIBRARY = """\
if find_spec("gencore") is None:
    pip = [sys.executable, "-m", "pip"]
    versions = Path(tempfile.mkdtemp(), "versions.txt")
    versions.write_bytes(subprocess.check_output([*pip, "list", "--format=freeze"]))
    source = "gencore @ git+https://github.com/creation-challenge/creation-challenge"
    subprocess.check_call([*pip, "install", "--quiet", "--constraint", versions, source])
"""

_HAND_IN = """\
## Before you hand in

Restart the kernel and run all cells from the top: an answer counts only if it works in a fresh notebook. The cell
below runs the tests that you can see once more. Grading runs more of them, with other numbers. Save this notebook, and
hand in the file."""


class Views(NamedTuple):
    """What becomes of a master.

    Attributes:
        student: The student's notebook.
        solution: The same with the solutions in it.
        tests: For each question that has tests, their file, hidden ones among them.
        package: The package for grading, the content of a zip file: otter-grader's for Gradescope, with the test
            ``zz_canary``, which no honest work passes, and ``exercise.json``, which lists the questions.
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
        public, tests = (
            {path.stem: path.read_text("utf-8") for path in sorted(made.glob(f"{half}/tests/*.py"))}
            for half in ("student", "autograder")
        )
        (archive,) = made.glob("autograder/*.zip")
        with zipfile.ZipFile(archive) as zipped:
            files = {name: zipped.read(name) for name in zipped.namelist()}
    student = _finished(master, student, public)
    if leak := _LEAKS.search(nbformat.writes(student)):
        raise PackingError(f"{master.name}: the student's notebook would hold {leak[0]!r}")
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


def _prepared(master: Master, secret: bytes) -> Notebook:
    """Set the secret seeds, and turn the canaries of hidden tests from comments, which otter drops, into strings."""
    notebook = deepcopy(master.notebook)
    for cell, settings, block in walk(notebook):
        if block == "TESTS":
            seed = _secret_seed(secret, f"{master.name}/{settings['name']}") if secret else 0
            cell.source = _CANARY.sub(r'\1"\2"', _SEED.sub(rf"\g<1>{seed}", cell.source))
    return notebook


def _secret_seed(secret: bytes, question: str) -> int:
    """Derive a seed that NumPy and JAX both take: 31 bits of an HMAC."""
    return int.from_bytes(hmac.digest(secret, question.encode(), hashlib.sha256)[:4], "big") >> 1


def _finished(master: Master, student: Notebook, tests: dict[str, str]) -> Notebook:
    """Make the student's notebook stand by itself, and name its cells by their questions."""
    import nbformat

    _install, _init, title, *cells = student.cells
    uses_library = any(re.search(r"\b(from|import) gencore\b", cell.source) for cell in cells)
    code = _SETUP.format(
        checker=json.dumps(CHECKER),
        library=_LIBRARY if uses_library else "",
        tests=json.dumps(tests, indent=4, ensure_ascii=False),
    )
    locked = {"editable": False, "deletable": False, "tags": ["hide-input"]}
    cells = [title, nbformat.v4.new_code_cell(code, metadata=locked), *cells]
    cells[-2].source = _HAND_IN
    question, counts = "", {}
    for cell in cells:
        within = cell.source == _ANSWER or cell.source.startswith('grader.check("')
        question = cell.metadata.pop("question", question if within else "")
        counts[question] = place = counts.get(question, -1) + 1
        cell.id = "-".join(part for part in (master.name, question, f"{place:02d}") if part)
        cell.metadata.pop("lines_to_next_cell", None)
    metadata = {name: student.metadata[name] for name in ("kernelspec", "otter")}
    metadata["language_info"] = {"name": "python"}
    finished = nbformat.v4.new_notebook(cells=cells, metadata=metadata)
    nbformat.validate(finished)
    return finished


def _additions(master: Master, student: Notebook) -> dict[str, bytes]:
    """Return the files that the package holds besides otter's."""
    answers = {cell.id.split("-")[1]: cell.id for cell in student.cells if cell.source == _ANSWER}
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
    listed = {"exercise": master.name, "questions": questions}
    canary = (
        "from otter.test_files import test_case\n\nOK_FORMAT = False\n\nname = 'zz_canary'\npoints = 1\n\n"
        "@test_case(points=1, hidden=True)\ndef test_canary():\n    raise AssertionError('canary')\n"
    )
    return {
        "exercise.json": f"{json.dumps(listed, indent=1, ensure_ascii=False)}\n".encode(),
        "tests/zz_canary.py": canary.encode(),
    }


def _zipped(files: dict[str, bytes]) -> bytes:
    """Write a zip file that depends on the files alone: no dates, no owner, one order, nothing compressed."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name)  # dated 1980-01-01
            entry.create_system, entry.external_attr = 3, 0o644 << 16
            archive.writestr(entry, files[name])
    return buffer.getvalue()
