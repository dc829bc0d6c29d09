"""The file that a teacher opens."""

import csv
from pathlib import Path

import pytest
from tiny_class import rules, solved, work

from gencore.grading import Outcome, Row, Submission, make_row, write_scores
from gencore.grading.results import failed
from gencore.grading.scores import safe

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

ADA = Submission("ada", Path("ada.ipynb"), b"{}")
GOOD = Outcome("graded", {"q1": [True, False], "q2": [True]}, {}, {}, seconds=1.25)


def row(outcome: Outcome | None = GOOD, submission: Submission = ADA, problem: str = "") -> Row:
    return make_row(submission, rules(), work(solved()) if outcome else None, outcome, problem)


def written(path: Path, *rows: Row) -> list[dict[str, str]]:
    write_scores(rows, rules(), path)
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_columns_and_points(tmp_path: Path):
    (ada,) = written(tmp_path / "scores.csv", row())
    digest = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
    assert ada == {
        "student_id": "ada",
        "assignment": "ex99",
        "status": "ok",
        "score": "2",
        "max_score": "4",
        "q1": "1",
        "q2": "1",
        "why": "",
        "manual_pending": "why",
        "flags": "",
        "message": "",
        "seconds": "1.2",
        "submission_sha256": digest,
        "package_sha256": rules().sha256,
    }


def test_a_failed_run_has_no_score(tmp_path: Path):
    late = failed("timeout", "stopped after 9 s", limit_seconds="over")
    link = Submission("bob", Path("bob.ipynb"), problem="a symbolic link is not followed")
    ada, bob = written(tmp_path / "s.csv", row(late), row(None, link, link.problem))
    assert (ada["status"], ada["score"], ada["q1"], ada["flags"]) == ("timeout", "", "", "limit_seconds")
    assert ada["message"] == "stopped after 9 s; over"
    assert (bob["status"], bob["score"], bob["message"]) == ("invalid_notebook", "", link.problem)
    assert bob["submission_sha256"] == bob["manual_pending"] == ""


@pytest.mark.parametrize(
    "outcome, submission, status",
    [
        (GOOD._replace(notes={"cell_errors": "one"}), ADA, "ok"),
        (GOOD._replace(suspicions={"limit_cell": "stopped"}), ADA, "review"),
        (GOOD._replace(suspicions={"missing_q1": "double is not defined"}), ADA, "review"),
        (GOOD, ADA._replace(shared=True), "review"),
    ],
)
def test_what_may_have_cost_points_waits_for_a_person(outcome: Outcome, submission: Submission, status: str):
    assert (row(outcome, submission).status, row(outcome, submission).score) == (status, 2)


@pytest.mark.parametrize("start", ["=", "+", "-", "@", " =", "\t=", "\n@"])
def test_no_text_is_a_formula(start: str, tmp_path: Path):
    evil = f"{start}HYPERLINK(1)"
    (ada,) = written(
        tmp_path / "s.csv", row(GOOD._replace(notes={"cell_errors": evil}), ADA._replace(student_id=evil))
    )
    assert ada["student_id"].startswith("'") and ada["message"].startswith("'")
    assert "\n" not in ada["student_id"] and safe("ada-b@c.org") == "ada-b@c.org"


def test_a_file_is_replaced_as_a_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = tmp_path / "scores.csv"
    write_scores([row()], rules(), path)
    before = path.read_bytes()

    def die(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", die)
    with pytest.raises(KeyboardInterrupt):
        write_scores([], rules(), path)
    assert path.read_bytes() == before
