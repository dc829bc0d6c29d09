"""Scores find their students in the exports of three platforms, and nothing else is touched."""

from pathlib import Path

import pytest
from tiny_class import rules

from gencore.grading import GradingError, Row, Submission, merge_scores

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

MOODLE = (
    'Identifier,"Full name","Email address",Status,Grade,"Maximum Grade","Grade can be changed"\n'
    '"Participant 123","Lovelace, Ada",ada@c.org,Submitted,,4.00,Yes\n'
    "Participant 124,Bob,bob@c.org,Submitted,1.00,4.00,Yes\n"
)
CANVAS = (
    "Student,ID,SIS User ID,SIS Login ID,Section,ex98 (8),ex99 Twice (99)\n"
    "Points Possible,,,,,8,4\n"
    '"Lovelace, Ada",123,s1,ada,A,7,\n'
    "Bob,124,s2,bob,A,,1\n"
)
GRADESCOPE = (
    "First Name,Last Name,SID,Email,Total Score,Max Points,Status,Submission ID\n"
    "Ada,Lovelace,s1,ada@c.org,,4,Ungraded,123\nBob,B,s2,bob@c.org,1.0,4,Graded,124\n"
)


def row(student: str, score: float | None = 3, status: str = "ok") -> Row:
    return Row(Submission(student, Path("x")), status, score, {}, {}, "", None, {})


@pytest.mark.parametrize(
    "platform, text, old, new",
    [
        ("Moodle", MOODLE, "Submitted,,4.00", "Submitted,3,4.00"),
        ("Canvas", CANVAS, "ada,A,7,\n", "ada,A,7,3\n"),
        ("Gradescope", GRADESCOPE, "ada@c.org,,4", "ada@c.org,3,4"),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["Unix", "Windows"])
@pytest.mark.parametrize("mark", ["", "\ufeff"], ids=["plain", "mark"])
def test_a_score_goes_into_its_cell(
    platform: str, text: str, old: str, new: str, end: str, mark: str, tmp_path: Path
):
    path = tmp_path / "export.csv"
    path.write_bytes((mark + text.replace("\n", end)).encode())
    merged = merge_scores([row("123"), row("nobody")], rules(), path)
    assert merged == (platform, 1, ["nobody"])
    expected = (
        text.replace(old, new).replace('"Full name"', "Full name").replace('"Email address"', "Email address")
    )
    expected = expected.replace('"Maximum Grade"', "Maximum Grade").replace(
        '"Participant 123"', "Participant 123"
    )
    expected = expected.replace('"Grade can be changed"', "Grade can be changed")
    assert path.read_bytes() == (mark + expected.replace("\n", end)).encode()
    before = path.read_bytes()
    merge_scores([row("123")], rules(), path)
    assert path.read_bytes() == before


@pytest.mark.parametrize("student", ["123", "S1", "ada"])
def test_a_student_is_found_by_any_id(student: str, tmp_path: Path):
    path = tmp_path / "export.csv"
    path.write_text(CANVAS)
    assert merge_scores([row(student)], rules(), path).written == 1
    assert "ada,A,7,3" in path.read_text()


@pytest.mark.parametrize("status", ["review", "timeout", "tampered"])
def test_only_what_is_settled_is_written(status: str, tmp_path: Path):
    path = tmp_path / "export.csv"
    path.write_text(CANVAS)
    score = 3 if status == "review" else None
    assert merge_scores([row("124", score, status)], rules(), path) == ("Canvas", 0, ["124"])
    assert path.read_text() == CANVAS


def test_canvas_gets_a_column_if_it_has_none(tmp_path: Path):
    path = tmp_path / "export.csv"
    path.write_text(CANVAS.replace("ex99 Twice (99)", "other"))
    merge_scores([row("123")], rules(), path)
    lines = path.read_text().splitlines()
    assert [line.rsplit(",", 1)[1] for line in lines] == ["ex99", "4", "3", ""]


def test_a_file_that_is_no_export_is_refused_and_left(tmp_path: Path):
    path = tmp_path / "export.csv"
    for text, said in (
        ("name,points\nada,3\n", "has no column 'Identifier'"),
        ("", "has no column"),
        (MOODLE.replace("Grade,", "Note,", 1), "no column 'Grade'"),
        (CANVAS.replace("124,s2", "123,s2"), "two students with the id '123'"),
    ):
        path.write_text(text)
        with pytest.raises(GradingError, match=said):
            merge_scores([row("123")], rules(), path)
        assert path.read_text() == text
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(GradingError, match="no CSV in UTF-8"):
        merge_scores([], rules(), path)
    with pytest.raises(GradingError, match="cannot be read"):
        merge_scores([], rules(), tmp_path / "none.csv")
