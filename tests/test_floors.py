"""The library's floors: imports only point down, or stay inside one package. `book/design.md` shows the table."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
FLOORS = {
    "types": 0,
    "profile": 0,
    "display": 0,
    "data": 1,
    "losses": 1,
    "metrics": 1,
    "records": 1,
    "diffusion": 2,
    "models": 2,
    "training": 3,
    "recipes": 4,
    "plotting": 5,
    "claims": 5,
    "doctor": 5,
    "grading": 5,
    "notebook": 6,
    "cli": 6,
}
FILES = sorted((ROOT / "gencore").rglob("*.py"))


def room(path: Path) -> str:
    """The package or module right below gencore that a file belongs to; gencore itself for its table of contents."""
    return path.relative_to(ROOT / "gencore").with_suffix("").parts[0].replace("__init__", "gencore")


def imported_rooms(path: Path) -> Iterator[str]:
    """Every room of gencore that a file imports, at its top or inside a function."""
    package = path.relative_to(ROOT).parent.parts
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(package[: len(package) - node.level + 1]) + "." if node.level else ""
            module = (base + (node.module or "")).strip(".")
            names = [f"{module}.{alias.name}" for alias in node.names]
        for name in names:
            match name.split("."):
                case ["gencore", room, *_]:
                    yield room


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_imports_point_down(path: Path):
    here = room(path)
    if here == "gencore":
        return  # the table of contents may name every floor
    assert here in FLOORS, f"gencore.{here} has no floor yet: add it here and to book/design.md"
    for there in imported_rooms(path):
        assert there == here or FLOORS[there] < FLOORS[here], f"gencore.{here} may not import gencore.{there}"


def test_upward_imports_are_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(globals(), "ROOT", tmp_path)
    file = tmp_path / "gencore" / "losses" / "kl.py"
    file.parent.mkdir(parents=True)
    file.write_text(
        "import gencore.training\nfrom gencore import models\nfrom ..data import mnist\nfrom . import nll\n"
    )
    assert list(imported_rooms(file)) == ["training", "models", "data", "losses"]


def test_the_design_notes_show_the_same_floors():
    rows = re.findall(
        r"^\| (\d) \| (.+?) \|", (ROOT / "book" / "design.md").read_text("utf-8"), flags=re.MULTILINE
    )
    shown = {name: int(floor) for floor, names in rows for name in re.findall(r"`(\w+)`", names)}
    assert shown == FLOORS
