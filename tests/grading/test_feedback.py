"""What students read comes from the tests that they have, and what teachers read holds every answer."""

import re
from pathlib import Path

import pytest
from tiny_class import rules, solved, work

from gencore.grading import Outcome, Row, Submission, make_row, write_answers, write_feedback
from gencore.grading.results import failed

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

ADA = Submission("ada", Path("ada.ipynb"), b"{}")


def row(*passed: bool, submission: Submission = ADA) -> Row:
    outcome = Outcome("graded", {"q1": list(passed[:2]), "q2": list(passed[2:])}, {}, {}, log="seed = 12345")
    return make_row(submission, rules(), work(solved()), outcome)


def page(folder: Path, it: Row) -> str:
    write_feedback([it], rules(), folder)
    (path,) = folder.glob("*.html")
    return path.read_text("utf-8")


def test_a_student_reads_the_messages_of_public_tests_alone(tmp_path: Path):
    text = page(tmp_path, row(False, False, False))
    assert "Twice 2 is 4." in text and "0 of 4 points" in text and "A person marks this" in text
    for secret in ("not doubled", "not halved", "12345", "seed", "Once is not enough", "CANARY"):
        assert secret not in text


def test_a_student_learns_that_hidden_tests_failed_but_not_how(tmp_path: Path):
    text = page(tmp_path, row(True, False, True))
    assert "some that grading adds do not" in text and "All tests pass." in text
    assert "q1: 1 of 3" in text and "not doubled" not in text


@pytest.mark.parametrize("status", ["tampered", "timeout", "crashed", "bad_result"])
def test_a_failed_run_says_so_without_points(status: str, tmp_path: Path):
    text = page(tmp_path, make_row(ADA, rules(), work(solved()), failed(status, "secret reason")))
    assert "could not be graded" in text and "points" not in text and "secret reason" not in text


@pytest.mark.parametrize(
    "student", ["../../etc/x", "<script>alert(1)</script>", ".hidden", "a/b", "ü", "x" * 300]
)
def test_no_id_leaves_the_folder_or_the_page(student: str, tmp_path: Path):
    text = page(tmp_path / "feedback", row(True, True, True, submission=ADA._replace(student_id=student)))
    assert [path.name for path in tmp_path.iterdir()] == ["feedback"] and "<script" not in text


def test_ids_that_look_alike_have_pages_of_their_own(tmp_path: Path):
    students = [ADA._replace(student_id=name) for name in ("a b", "a_b", "a/b")]
    write_feedback([row(True, True, True, submission=it) for it in students], rules(), tmp_path)
    assert len(list(tmp_path.glob("*.html"))) == 3


def test_teachers_read_every_answer_beside_a_model(tmp_path: Path):
    write_answers([row(True, True, True)], rules(), tmp_path / "answers.html")
    text = (tmp_path / "answers.html").read_text("utf-8")
    assert "Why twice?" in text and "Once is not enough." in text
    assert re.search(r"<h3>ada</h3>\s*<pre>Because of &lt;b&gt;that&lt;/b&gt;\.</pre>", text)
