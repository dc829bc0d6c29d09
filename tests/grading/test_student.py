"""The student's notebook: it stands by itself, and gives nothing away."""

import importlib.util
import re
import subprocess
import tomllib
from pathlib import Path

import nbformat
import pytest
from tiny_master import MASTER, write

from gencore.grading import PackingError, assign, read_master
from gencore.grading.student import CHECKER

# What otter-grader's own packages warn of while they are imported is not ours to mend.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

ROOT = Path(__file__).resolve().parents[2]
CHAPTERS_CELL = (ROOT / "tests/notebooks/setup_cell.py").read_text("utf-8")


def student(folder: Path, text: str = MASTER) -> nbformat.NotebookNode:
    return assign(read_master(write(folder, text))).student


def test_it_holds_neither_solutions_nor_hidden_tests_nor_outputs(tmp_path: Path):
    notebook = student(tmp_path)
    text = nbformat.writes(notebook)
    for secret in ("CANARY", "2 * x", "Once is not enough", "SECRET", "not doubled", "hidden=True"):
        assert secret not in text
    assert "Twice 2 is 4." in text
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert all(not cell.outputs and cell.execution_count is None for cell in code)


def test_cells_are_named_by_their_questions(tmp_path: Path):
    assert [cell.id for cell in student(tmp_path).cells] == [
        *("ex99-00", "ex99-01", "ex99-02"),
        *("ex99-q1-00", "ex99-q1-01", "ex99-q1-02"),
        *("ex99-q2-00", "ex99-q2-01"),  # all of its tests are hidden: nothing to check
        *("ex99-why-00", "ex99-why-01"),
        *("ex99-03", "ex99-04", "ex99-05"),
    ]


def test_the_first_code_cell_writes_the_tests_that_the_checks_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
):
    notebook, names = student(tmp_path), {}
    monkeypatch.chdir(tmp_path)  # otter keeps a log where the notebook is
    monkeypatch.setattr(subprocess, "check_call", lambda *_: pytest.fail("the cell installs what is here"))
    capfd.readouterr()
    assert notebook.cells[0].source == "# Exercise 99: Twice"
    exec(notebook.cells[1].source, names)
    names["double"] = lambda x: 2 * x
    assert names["grader"].check("q1", global_env=names).score == 1
    names["double"] = lambda x: x
    result = names["grader"].check("q1", global_env=names)
    assert result.score == 0 and "Twice 2 is 4." in repr(result)
    assert capfd.readouterr() == ("", "")


def test_the_checker_is_installed_alone_where_it_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    commands = []
    install, _, _ = student(tmp_path).cells[1].source.partition("import otter")
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(subprocess, "check_call", commands.append)
    exec(install, {})
    (command,) = commands
    assert "--no-deps" in command and command[-len(CHECKER) :] == list(CHECKER)


def test_the_checker_has_the_versions_of_the_lock_file():
    lock = (ROOT / ".ci" / "requirements.lock").read_text("utf-8")
    assert not [pin for pin in CHECKER if not re.search(rf"^{re.escape(pin)}\b", lock, flags=re.M)]
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]
    assert CHECKER[0] in extras["grading"] and CHECKER[0] in extras["test"]


def test_an_exercise_that_uses_the_library_installs_it_as_the_chapters_do(tmp_path: Path):
    install = CHAPTERS_CELL[CHAPTERS_CELL.index("if find_spec") : CHAPTERS_CELL.index("\nfrom gencore")]
    assert install not in student(tmp_path).cells[1].source
    uses = MASTER.replace("import math\n", "import math\nfrom gencore.data import load_mnist\n")
    assert install in student(tmp_path, uses).cells[1].source


@pytest.mark.parametrize("slip", ["# CANARY-SOLUTION-ex99-q1", "# the answer is 4  # SOLUTION"])
def test_a_solution_outside_of_its_block_is_refused(slip: str, tmp_path: Path):
    with pytest.raises(PackingError, match="the student's notebook would hold"):
        student(tmp_path, MASTER.replace("import math\n", f"import math\n{slip}\n"))


def test_a_master_without_a_title_is_refused(tmp_path: Path):
    with pytest.raises(PackingError, match="begins with its title"):
        student(tmp_path, MASTER.replace("# # Exercise 99: Twice", "# Twice"))
