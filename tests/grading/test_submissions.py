"""Whose a file is, and which files are refused before they are opened."""

import os
from pathlib import Path

import pytest

from gencore.grading import GradingError, find_submissions


def write(folder: Path, *names: str, content: str = "{}") -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content + name)


@pytest.mark.parametrize(
    "name, student",
    [
        ("ada.ipynb", "ada"),
        ("Copy of ada.ipynb", "ada"),
        ("Copy of Copy of ada (2).ipynb", "ada"),
        ("ada lovelace.ipynb", "ada lovelace"),
        ("lovelaceada_LATE_123_4567_ex01.ipynb", "123"),
        ("lovelaceada_123_4567_ex01-1.ipynb", "123"),
        ("Ada Lovelace_123_assignsubmission_file_/ex01.ipynb", "123"),
        ("Ada Lovelace_123_assignsubmission_file/Copy of ex01.ipynb", "123"),
        ("submission_123/deep/ex01.ipynb", "123"),
        ("ada/ex01.ipynb", "ada"),
        ("(1).ipynb", "(1)"),
    ],
)
def test_files_are_named_by_their_students(name: str, student: str, tmp_path: Path):
    write(tmp_path, name)
    (found,) = find_submissions(tmp_path)
    assert (found.student_id, found.problem, found.shared) == (student, "", False)
    assert found.content == f"{{}}{name}".encode() and len(found.sha256) == 64


def test_what_is_no_submission_is_passed_over(tmp_path: Path):
    write(
        tmp_path,
        "ada.ipynb",
        ".DS_Store",
        "__MACOSX/ada.ipynb",
        "bob/.ipynb_checkpoints/x.ipynb",
        "grades.csv",
    )
    write(tmp_path, "bob/ex01.ipynb", "bob/notes.txt", "bob/._ex01.ipynb")
    assert [found.student_id for found in find_submissions(tmp_path)] == ["ada", "bob"]


def test_what_cannot_be_graded_keeps_its_row_with_a_reason(tmp_path: Path):
    write(tmp_path, "essay.pdf", "two/a.ipynb", "two/b.ipynb", "none/a.txt", "outside/x.ipynb")
    (tmp_path / "large.ipynb").write_bytes(b" " * 1_000_001)
    (tmp_path / "empty.ipynb").touch()
    (tmp_path / "link.ipynb").symlink_to(tmp_path / "two" / "a.ipynb")
    (tmp_path / "folder").symlink_to(tmp_path / "outside", target_is_directory=True)
    (tmp_path / "inside").mkdir()
    (tmp_path / "inside" / "x.ipynb").symlink_to(tmp_path / "two" / "a.ipynb")
    os.mkfifo(tmp_path / "pipe.ipynb")  # opening it would wait for ever
    found = {it.student_id: it for it in find_submissions(tmp_path)}
    assert {name: it.problem for name, it in found.items()} == {
        "essay": "not a notebook: essay.pdf",
        "two": "a folder needs one notebook (.ipynb), not a.ipynb, b.ipynb",
        "none": "a folder needs one notebook (.ipynb), not none",
        "outside": "",
        "large": "larger than 1 MB: clear the outputs and hand in again",
        "empty": "an empty file",
        "link": "a symbolic link is not followed",
        "folder": "a symbolic link is not followed",
        "inside": "a symbolic link is not followed",
        "pipe": "not a regular file",
    }
    assert not [it for it in found.values() if it.problem and (it.content or it.sha256)]


def test_two_files_of_one_student_are_both_kept_unless_they_are_the_same(tmp_path: Path):
    (tmp_path / "ada.ipynb").write_text("1")
    (tmp_path / "Copy of ada.ipynb").write_text("1")
    assert len(find_submissions(tmp_path)) == 1
    (tmp_path / "Copy of ada.ipynb").write_text("2")
    assert [(it.student_id, it.shared) for it in find_submissions(tmp_path)] == [("ada", True), ("ada", True)]


def test_a_folder_that_is_not_there_or_empty_is_refused(tmp_path: Path):
    with pytest.raises(GradingError, match="there is no folder"):
        find_submissions(tmp_path / "none")
    with pytest.raises(GradingError, match="there is nothing in"):
        find_submissions(tmp_path)
