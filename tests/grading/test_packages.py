"""A package is read without running anything of it, and one that is none is refused with what to do."""

import zipfile
from pathlib import Path

import pytest
from tiny_class import package, rules, views

from gencore.grading import GradingError, find_package, read_package

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


def test_questions_tests_and_given_cells_are_read():
    found = rules()
    assert found.exercise == "ex99" and found.order == ["q1", "q2", "why"] and found.max_score == 4
    assert [(case.points, case.hidden, case.names) for case in found.cases["q1"]] == [
        *((1, False, ["double"]), (2, True, ["double"]))
    ]
    assert found.cases["q1"][0].message == "Twice 2 is 4." and "zz_canary" in found.tests
    assert (found.manual["why"].points, found.manual["why"].cell) == (2, "ex99-why-01")
    assert [cell.kind for cell in found.given] == ["setup", "given", "answer", "check", "answer", "check"]
    assert [cell.cell for cell in found.given if cell.kind == "answer"] == ["ex99-q1-01", "ex99-q2-01"]


def test_a_package_is_found_by_its_exercise(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(GradingError, match="Run: gencore pack ex99"):
        find_package("ex99")
    Path("packages").mkdir()
    package(Path("packages"))
    assert find_package("ex99") == Path("packages/ex99-autograder.zip")
    assert find_package("other.zip") == Path("other.zip")


def without(path: Path, *names: str) -> Path:
    """The package again, without some of its files."""
    rest = path.with_name(f"without-{Path(names[0]).stem}.zip")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(rest, "w") as new:
        for name in old.namelist():
            if name not in names:
                new.writestr(name, old.read(name))
    return rest


def test_what_is_no_package_is_refused(tmp_path: Path):
    assert views().package
    junk = tmp_path / "junk.zip"
    junk.write_bytes(b"junk")
    whole = package(tmp_path)
    for path, said in (
        (tmp_path / "none.zip", "cannot be read"),
        (junk, "no package of this version"),
        (without(whole, "exercise.json"), "no package of this version"),
        (without(whole, "tests/q1.py"), "lacks tests"),
        (without(whole, "tests/zz_canary.py"), "lacks tests"),
    ):
        with pytest.raises(GradingError, match=said):
            read_package(path)
