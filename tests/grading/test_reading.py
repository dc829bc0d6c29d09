"""Notebooks as they come: from Jupyter, Colab and editors, with cells lost, moved and doubled."""

import json

import pytest
from make_class import WAYS
from tiny_class import added, rules, solved, untouched, work

from gencore.grading import NotebookError, read_work

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


def sources(notebook: dict) -> list[str]:
    return [source for _, source in work(notebook).cells]


def test_code_and_texts_are_read():
    found = work(solved())
    assert [name for name, _ in found.cells][2] == "ex99-q1-01" and "2 * x" in found.cells[2][1]
    assert found.answers == {"why": "Because of <b>that</b>."}
    assert found.notes == found.suspicions == {}


def test_an_untouched_notebook_is_called_one():
    found = work(untouched())
    assert found.notes == {"unchanged": "no code was changed"} and found.answers == {"why": ""}


@pytest.mark.parametrize("way", ["colab", "no_ids", "no_metadata"])
def test_a_notebook_that_lost_what_programs_read_is_still_read(way: str):
    notebook = solved()
    WAYS[way].change(notebook)
    found = work(notebook)
    assert sources(solved()) == [source for _, source in found.cells]
    assert found.answers == {"why": "Because of <b>that</b>."}
    assert list(found.notes) == ([WAYS[way].flag] if WAYS[way].flag else [])


def test_a_stub_does_not_undo_an_answer():
    notebook = solved()
    stub = next(cell for cell in untouched()["cells"] if cell["id"] == "ex99-q1-01")["source"]
    found = work(added(notebook, stub))
    assert "duplicate_cells" in found.notes and stub not in [source for _, source in found.cells]


def test_cells_that_were_deleted_are_named():
    notebook = solved()
    notebook["cells"] = [
        cell for cell in notebook["cells"] if cell["id"] not in ("ex99-q1-01", "ex99-why-01")
    ]
    assert work(notebook).notes["missing_cells"] == "not found: ex99-q1-01"
    notebook["cells"] = [cell for cell in notebook["cells"] if not cell["id"].startswith("ex99-why")]
    assert "missing_why" in work(notebook).notes


@pytest.mark.parametrize(
    "line",
    ["%pip install x", "!pip install x", "  !ls", "%matplotlib inline", "%%bash\nls", "%conda install x"],
)
def test_installations_and_shell_commands_are_neutral(line: str):
    found = sources(added(solved(), f"if True:\n    x = 5 % 3\n{line}\ny = 1"))[-1]
    assert "install" not in found and "!" not in found and "5 % 3" in found and found.endswith("y = 1")


def test_a_timed_cell_stays_one():
    assert sources(added(solved(), "%%time\nx = 1"))[-1] == "%%time\nx = 1"


def test_what_a_person_should_look_at_is_named_with_its_cell():
    assert work(added(solved(), "import os; os.fork()")).suspicions == {
        "uses_processes": "cell added: os.fork"
    }


@pytest.mark.parametrize(
    "content, said",
    [
        (b"\x80\x81", "not a text file"),
        (b'{"cells": [', "not a whole JSON file"),
        (b"[" * 100_000, "not a whole JSON file"),
        (b"[]", "no list of cells"),
        (b'{"worksheets": []}', "no list of cells"),
        (b'{"cells": []}', "it has 0 cells"),
        (b'{"cells": [1]}', "its cell 0 is no cell"),
        (b'{"cells": [{"cell_type": "code", "source": 3}]}', "its cell 0 is no cell"),
        (b'{"cells": [{"cell_type": "code", "source": "x"}]}', "none of its cells is of ex99"),
        (
            b'{"metadata": {"otter": {"assignment_name": "ex98"}}, "cells": [{"cell_type": "code", "source": ""}]}',
            "'ex98'",
        ),
    ],
)
def test_what_is_no_notebook_of_the_exercise_is_refused(content: bytes, said: str):
    with pytest.raises(NotebookError, match=said):
        read_work(content, rules())


def test_half_a_surrogate_is_text_enough():
    notebook = json.dumps(added(solved(), "x")).replace('"x"', r'"x = \"\ud800\""')
    json.dumps(read_work(notebook.encode(), rules()).cells).encode()
    read_work(notebook.encode(), rules()).cells[-1][1].encode("utf-8")
