"""What every chapter's notebook has to be, whatever it is about."""

import re
from pathlib import Path

import jupytext
import nbformat
import pytest

ROOT = Path(__file__).resolve().parents[2]
SETUP_CELL = (Path(__file__).parent / "setup_cell.py").read_text("utf-8").strip()
NOTEBOOKS = sorted(ROOT.glob("notebooks/[0-9]*.ipynb"))
EXERCISES = sorted(ROOT.glob("notebooks/exercises/*.ipynb"))
MOVING = "nbval-ignore-output"
COUNT = ["No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten"]
COUNT += ["Eleven", "Twelve", "Thirteen", "Fourteen", "Fifteen"]


def code_cells(notebook: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def tags(cell: nbformat.NotebookNode) -> list[str]:
    return cell.metadata.get("tags", [])


def images(cell: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    return [output for output in cell.outputs if "image/png" in output.get("data", {})]


def figure(cell: nbformat.NotebookNode) -> tuple[str, str, str]:
    """Name, caption and alternative text; an empty string for what is missing."""
    shown = cell.metadata.get("mystnb", {})
    named = shown.get("figure", {})
    return named.get("name", ""), named.get("caption", ""), shown.get("image", {}).get("alt", "")


def test_the_first_chapters_are_here():
    assert {path.stem for path in NOTEBOOKS} >= {
        "02_measuring_quality",
        "03_autoencoders",
        "04_variational_autoencoders",
    }


def test_the_book_shows_every_notebook():
    contents = (ROOT / "_toc.yml").read_text("utf-8")
    shown = re.findall(r"file: (notebooks/\S+)", contents)
    assert sorted(shown) == [path.relative_to(ROOT).with_suffix("").as_posix() for path in NOTEBOOKS]
    (exercises,) = re.findall(r"glob: (notebooks/\S+)", contents)
    assert EXERCISES and sorted(ROOT.glob(f"{exercises}.ipynb")) == EXERCISES


def test_the_front_page_has_a_card_for_every_chapter():
    cards = re.findall(
        r"^:link: /(notebooks/\S+)", (ROOT / "book" / "index.md").read_text("utf-8"), flags=re.M
    )
    assert cards == [path.relative_to(ROOT).with_suffix("").as_posix() for path in NOTEBOOKS]


@pytest.mark.parametrize("page", ["README.md", "book/index.md"])
def test_the_first_pages_count_the_chapters(page: str):
    said = re.findall(r"(\w+) of (?:its|the) fifteen\s+chapters", (ROOT / page).read_text("utf-8"))
    assert said == [COUNT[len(list(ROOT.glob("notebooks/[0-9]*.ipynb")))]]


def test_text_form_and_notebook_agree(path: Path, notebook: nbformat.NotebookNode):
    source = jupytext.read(path.with_suffix(".py"))

    def comparable(document: nbformat.NotebookNode) -> list[tuple[str, str, object, object]]:
        return [
            (cell.cell_type, cell.source, cell.metadata.get("tags"), cell.metadata.get("mystnb"))
            for cell in document.cells
        ]

    assert comparable(notebook) == comparable(source), (
        f"run: make notebooks, and commit both forms of {path.stem}"
    )


def test_set_up_cell_comes_first_and_is_the_same_everywhere(notebook: nbformat.NotebookNode):
    first = code_cells(notebook)[0]
    assert first.source == SETUP_CELL
    assert "hide-input" in tags(first)


def test_every_cell_ran_once_in_order_without_an_error(notebook: nbformat.NotebookNode):
    ran = [cell for cell in code_cells(notebook) if cell.source.strip()]
    assert [cell.execution_count for cell in ran] == list(range(1, len(ran) + 1))
    assert not [output for cell in ran for output in cell.outputs if output.output_type == "error"]


def test_nearly_every_output_is_compared(notebook: nbformat.NotebookNode):
    with_outputs = [cell for cell in code_cells(notebook) if cell.outputs]
    moving = [cell for cell in with_outputs if MOVING in tags(cell)]
    assert len(moving) <= len(with_outputs) / 4
    for cell in code_cells(notebook):
        other = {tag for tag in tags(cell) if re.match("nbval|raises", tag)} - {MOVING}
        assert not other, f"the tag {other} takes a cell out of the comparison"
        assert not re.search("NBVAL_|PYTEST_VALIDATE", cell.source), (
            "say it with the tag, where this test sees it"
        )


def test_what_is_compared_prints_no_warning(notebook: nbformat.NotebookNode):
    compared = [cell for cell in code_cells(notebook) if MOVING not in tags(cell)]
    assert not [output for cell in compared for output in cell.outputs if output.get("name") == "stderr"]


def test_every_image_is_a_figure_that_can_be_read_and_heard(path: Path, notebook: nbformat.NotebookNode):
    for cell in code_cells(notebook):
        if images(cell):
            assert len(cell.outputs) == 1, (
                f"a figure's cell shows its figure and nothing else:\n{cell.source}"
            )
            name, caption, alt = figure(cell)
            assert re.fullmatch(rf"fig-{path.stem[:2]}-[a-z0-9-]+", name), f"the name of a figure is {name!r}"
            assert len(caption.split()) >= 3, f"{name} needs a caption that says what to see"
            assert len(alt.split()) >= 3, f"{name} needs an alternative text that says what is drawn"


@pytest.mark.parametrize("which", [0, 1, 2], ids=["name", "caption", "alt"])
def test_no_two_figures_share(which: int):
    cells = [
        cell for path in NOTEBOOKS for cell in code_cells(nbformat.read(path, as_version=4)) if images(cell)
    ]
    texts = [figure(cell)[which] for cell in cells]
    assert sorted(texts) == sorted(set(texts))


def test_a_notebook_loads_fast(path: Path):
    assert path.stat().st_size < 1_500_000
