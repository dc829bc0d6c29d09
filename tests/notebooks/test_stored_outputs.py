"""nbval sees every digit: a stored output that differs in one of them is reported, and nothing else is.

The cells themselves are not run here; `make test` does that. Each is replaced by one that prints exactly what is
stored. It stands once as it is, and once more for each of its compared outputs, with one digit of that output changed.
"""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from xml.etree import ElementTree

import nbformat
import pytest

NOT_COMPARED = {"image/png", "image/jpeg", "application/vnd.jupyter.widget-view+json"}  # by nbval itself
REPLAY = """\
import sys
from IPython.display import display
for kind, content in {outputs!r}:
    display(content, raw=True) if kind == "data" else getattr(sys, kind).write(content)
"""


def replay(cell: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """A cell with the same stored outputs, whose code prints them."""
    outputs = [
        (output.name, output.text)
        if output.output_type == "stream"
        else ("data", {kind: text for kind, text in output.data.items() if kind not in NOT_COMPARED})
        for output in cell.outputs
    ]
    copy = deepcopy(cell)
    copy.source = REPLAY.format(outputs=outputs)
    return copy


def change_last_digit(text: str) -> str:
    return re.sub(r"\d(?=\D*$)", lambda digit: str((int(digit[0]) + 1) % 10), text)


def with_one_digit_changed(cell: nbformat.NotebookNode) -> Iterator[nbformat.NotebookNode]:
    """The cell's replay, once for each compared output that holds a digit."""
    for place, output in enumerate(cell.outputs):
        fields = {"text"} if output.output_type == "stream" else set(output.data) - NOT_COMPARED
        for name in sorted(fields):
            mutant = replay(cell)
            stored = mutant.outputs[place]
            content = stored if output.output_type == "stream" else stored.data
            if isinstance(content[name], str) and re.search(r"\d", content[name]):
                content[name] = change_last_digit(content[name])
                yield mutant


def test_the_source_that_is_shown_is_the_source_that_runs(chapter: Path, monkeypatch: pytest.MonkeyPatch):
    """In a second, without running the chapter: a change in the library must not wait for nbval to be noticed."""
    notebook = nbformat.read(chapter, as_version=4)
    shown = [cell for cell in notebook.cells if cell.cell_type == "code" and "show_source(" in cell.source]
    names: dict[str, object] = {}
    now: list[str] = []
    monkeypatch.setattr("gencore.notebook.show_markdown", now.append)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            parsed = ast.parse("\n".join(line for line in cell.source.splitlines() if line[:1] not in "%!"))
            imports = [node for node in parsed.body if isinstance(node, ast.Import | ast.ImportFrom)]
            exec(compile(ast.Module(imports, []), "imports", "exec"), names)
    for cell in shown:
        calls = re.findall(r"^show_source\(.*?\)$", cell.source, flags=re.M | re.S)
        assert len(calls) == cell.source.count("show_source("), f"not at the start of a line: {cell.source}"
        for call in calls:
            exec(call, names)
            stored = [output.data.get("text/markdown") for output in cell.outputs if "data" in output]
            assert now[-1] in stored, f"{call} shows an older source. Run: make notebooks"


def test_one_changed_digit_in_any_compared_output_is_reported(
    path: Path, notebook: nbformat.NotebookNode, tmp_path: Path
):
    cells, changed = [], set()
    for cell in notebook.cells:
        if cell.cell_type == "code" and "nbval-ignore-output" not in cell.metadata.get("tags", []):
            cells.append(replay(cell))
            for mutant in with_one_digit_changed(cell):
                changed.add(f"Cell {len(cells)}")
                cells.append(mutant)
    assert changed, "nothing in this notebook is compared"
    for place, cell in enumerate(cells):
        cell.id = f"cell-{place}"
    copy, report = tmp_path / path.name, tmp_path / "report.xml"
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=notebook.metadata), copy)

    options = ["-p", "no:xdist", "-p", "no:randomly", "--nbval", "--nbval-current-env"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options, f"--junitxml={report}", str(copy)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )

    results = ElementTree.parse(report).findall(".//testcase")
    assert len(results) == len(cells), done.stdout
    reported = {case.get("name") for case in results if case.find("failure") is not None}
    assert reported == changed
