"""The screen sees the usual tricks, and lets honest answers pass."""

from importlib import import_module
from pathlib import Path

import pytest
from hostile import ATTACKS

from gencore.grading import screen

EXERCISES = Path(__file__).resolve().parents[1] / "exercises"


@pytest.mark.parametrize(
    "code, kind",
    [
        ("from otter.check import notebook", "tests"),
        ("import subprocess", "processes"),
        ("os . fork()", "processes"),
        ("requests.get(url)", "network"),
        ('open("/etc/passwd")', "files"),
        ("sys.modules", "internals"),
        ("().__class__.__base__.__subclasses__()", "internals"),
        ("eval(text)", "internals"),
        ("def __eq__(self, other): return True", "operators"),
        ("def __array_function__(self, *it): return True", "operators"),
    ],
)
def test_tricks_are_seen(code: str, kind: str):
    assert kind in screen(code)


@pytest.mark.parametrize(
    "code",
    ["model.eval()", "import signal_tools", "a.open(b)", "def __call__(self, x): pass", "otter.Notebook()"],
)
def test_words_that_only_look_like_tricks_pass(code: str):
    assert screen(code) == {}


def test_every_wrong_answer_of_the_exercises_passes(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.syspath_prepend(EXERCISES)
    for path in EXERCISES.glob("wrong_ex*.py"):
        for answers in import_module(path.stem).WRONG.values():
            assert not [found for code in answers.values() if (found := screen(code))]


def test_attacks_that_are_graded_are_seen():
    limited = {"loop_in_cell", "memory_hog"}  # their limits stop them
    for name, attack in ATTACKS.items():
        if attack.code and attack.statuses == {"review"} and name not in limited:
            assert screen(attack.code), name
