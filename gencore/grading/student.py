"""The student's notebook: it installs what it needs, writes its own public tests, and gives nothing away."""

import json
import re

from gencore.grading.masters import Master, Notebook, PackingError

CHECKER = (
    *("otter-grader==7.0.0", "fica==0.4.1", "dill==0.4.1"),
    *("ipylab==1.1.0", "python-frontmatter==1.3.0"),
)
"""What the student's first cell installs in Google Colab; Colab has the rest of what otter-grader needs."""

ANSWER = "_Type your answer here, replacing this text._"
"""What stands where a text is asked for; otter-grader's words."""

_LEAKS = re.compile(r"CANARY-|SECRET SEED|(BEGIN|END) (SOLUTION|TESTS)|# SOLUTION|hidden=True")

_SETUP = """\
# Run this cell first: it installs the checker if that is missing, moves nothing else, and writes the public tests.
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

if find_spec("otter") is None:
    checker = [
{checker}
    ]
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


def finish(master: Master, student: Notebook, tests: dict[str, str]) -> Notebook:
    """Make the student's notebook stand by itself, name its cells by their questions, and refuse it if it tells."""
    import nbformat

    _install, _init, title, *cells = student.cells
    if not title.source.startswith("# "):
        raise PackingError(
            f"{master.name}: after its settings a master begins with its title, as in # Exercise 05"
        )
    sources = [*(cell.source for cell in cells), *tests.values()]
    uses_library = any(re.search(r"\b(from|import) gencore\b", source) for source in sources)
    code = _SETUP.format(
        checker="\n".join(f'        "{pin}",' for pin in CHECKER),
        library=_LIBRARY if uses_library else "",
        tests=json.dumps(tests, indent=4, ensure_ascii=False),
    )
    locked = {"editable": False, "deletable": False, "tags": ["hide-input"]}
    cells = [title, nbformat.v4.new_code_cell(code, metadata=locked), *cells]
    cells[-2].source = _HAND_IN
    question, counts = "", {}
    for cell in cells:
        within = cell.source == ANSWER or cell.source.startswith('grader.check("')
        question = cell.metadata.pop("question", question if within else "")
        counts[question] = place = counts.get(question, -1) + 1
        cell.id = "-".join(part for part in (master.name, question, f"{place:02d}") if part)
        cell.metadata.pop("lines_to_next_cell", None)
    metadata = {name: student.metadata[name] for name in ("kernelspec", "otter")}
    metadata["language_info"] = {"name": "python"}
    finished = nbformat.v4.new_notebook(cells=cells, metadata=metadata)
    nbformat.validate(finished)
    if leak := _LEAKS.search(nbformat.writes(finished)):
        raise PackingError(f"{master.name}: the student's notebook would hold {leak[0]!r}")
    return finished
