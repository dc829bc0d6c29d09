"""A master that breaks a rule is refused with a sentence that says which."""

from pathlib import Path

import pytest
from tiny_master import MASTER, write

from gencore.grading import PackingError, find_master, read_master
from gencore.grading.masters import MasterTest


def test_a_master_is_read_question_by_question(tmp_path: Path):
    master = read_master(write(tmp_path))
    assert master.name == "ex99" and list(master.questions) == ["q1", "q2", "why"]
    q1, _, why = master.questions.values()
    assert (q1.points, q1.manual, why.points, why.manual) == (3, False, 2, True)
    assert [(test.points, test.hidden) for test in q1.tests] == [(1, False), (2, True)]
    assert q1.text == ["## Question 1\n\nDouble it."]
    assert "CANARY-SOLUTION-ex99-q1" in q1.solution[0] and "**A model answer.**" in why.solution[0]
    assert q1.tests[0] == MasterTest(
        1, False, "Twice 2 is 4.", "def test_q1_two(double):\n    assert double(2) == 4  # a comment"
    )


@pytest.mark.parametrize(
    "old, new, said",
    [
        ("# runs_on: colab\n", "", "must say"),
        ("# name: ex99\n", "# name: ex98\n", "must say"),
        ('failure_message: "Twice 2 is 4."', "", "q1: a test needs points, and a failure_message"),
        ("points: 1\nfailure", "failure", "q1: a test needs points"),
        ("Twice 2 is 4.", r"Twice \"2\" is 4.", 'may hold no "'),
        ('"Twice 2 is 4."', "Twice: 2: is 4", "are no YAML"),
        ('"""  # BEGIN TEST CONFIG\npoints: 1\nfail', '"""\npoints: 1\nfail', "BEGIN TEST CONFIG"),
    ],
    ids=["setting", "name", "no message", "no points", "quotation marks", "YAML", "no settings"],
)
def test_a_broken_rule_is_named(old: str, new: str, said: str, tmp_path: Path):
    assert MASTER.count(old) == 1
    with pytest.raises(PackingError, match=said) as refused:
        read_master(write(tmp_path, MASTER.replace(old, new)))
    assert "ex99_tiny.py" in str(refused.value)


def test_an_exercise_that_is_not_there_is_refused_with_those_that_are(tmp_path: Path):
    path = write(tmp_path)
    assert find_master("ex99", tmp_path) == path
    with pytest.raises(PackingError, match="no exercise 'ex5'; there are ex99"):
        find_master("ex5", tmp_path)
    with pytest.raises(PackingError, match="in a clone of the repository"):
        find_master("ex99", tmp_path / "nowhere")


def test_a_missing_checker_is_said_with_its_installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("gencore.grading.masters.find_spec", lambda name: None)
    with pytest.raises(PackingError, match=r'pip install "gencore\[grading\]"'):
        read_master(write(tmp_path))
