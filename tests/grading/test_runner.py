"""One notebook in, one outcome out, and no process left."""

import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from tiny_class import QUICK, added, needs_sandbox, rules, solved, untouched, work

from gencore.grading import Outcome, Sandbox, run_all, run_work

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@pytest.fixture(params=[pytest.param(True, marks=needs_sandbox), False], ids=["sandbox", "no sandbox"])
def box(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    monkeypatch.setattr(
        "gencore.grading.sandbox.subprocess.run", lambda *_, **__: None
    )  # no fonts are needed
    sandbox = Sandbox(tmp_path, request.param)
    sandbox.prepare()
    monkeypatch.undo()
    yield sandbox
    assert not running()


def running() -> list[psutil.Process]:
    """The processes that this one has started for submissions."""
    found = psutil.Process().children(recursive=True)
    return [it for it in found if any("inside.py" in word for word in it.cmdline())]


def graded(box: Sandbox, notebook: dict, **limits: float) -> Outcome:
    return run_work(work(notebook), rules(), box, QUICK._replace(**limits))


def test_answers_get_their_points(box: Sandbox):
    full = graded(box, solved())
    assert (full.status, full.passed) == ("graded", {"q1": [True, True], "q2": [True]})
    assert full.notes == full.suspicions == {} and full.seconds > 0
    none = graded(box, untouched())
    assert none.passed == {"q1": [False, False], "q2": [False]}
    assert "q1, test 1: AssertionError" in none.log


def test_what_an_error_leaves_out_is_left_out(box: Sandbox):
    outcome = graded(box, added(solved(), "halve = 1 / 0\n", 2))
    assert outcome.passed["q1"] == [True, True]
    assert outcome.notes["cell_errors"].startswith("1 stopped with an error, first added: ZeroDivisionError")


def test_a_name_that_is_not_there_is_named(box: Sandbox):
    outcome = graded(box, added(solved(), "del halve"))
    assert outcome.suspicions == {"missing_q2": "halve is not defined"} and outcome.passed["q2"] == [False]


def test_a_cell_and_a_test_are_stopped_and_the_rest_counts(box: Sandbox):
    endless = "def halve(x):\n    while True:\n        pass"
    outcome = graded(box, added(solved(), f"{endless}\nhalve(1)"), cell_seconds=0.5, test_seconds=0.5)
    assert outcome.passed == {"q1": [True, True], "q2": [False]}
    assert set(outcome.suspicions) == {"limit_cell", "limit_test"}


def test_what_does_not_end_is_ended(box: Sandbox):
    code = "import signal, time\nsignal.setitimer(signal.ITIMER_REAL, 0)\ntime.sleep(1000)"
    begun = time.monotonic()
    outcome = graded(box, added(solved(), code), seconds=4.0)
    assert outcome.status == "timeout" and "limit_seconds" in outcome.suspicions
    assert time.monotonic() - begun < 10


def test_exit_and_a_thread_do_not_keep_it_from_its_marks(box: Sandbox):
    code = (
        "import sys, threading, time\nthreading.Thread(target=time.sleep, args=(1000,)).start()\nsys.exit(3)"
    )
    assert graded(box, added(solved(), code)).passed["q2"] == [True]


def test_an_end_is_no_result(box: Sandbox):
    outcome = graded(box, added(solved(), "import os\nprint('farewell', flush=True)\nos._exit(3)"))
    assert (outcome.status, outcome.passed) == ("crashed", {}) and "exit status 3" in outcome.message
    assert "farewell" in outcome.log


@pytest.mark.parametrize(
    "line",
    ["{}", "[]", "nothing", '{"word": "guessed", "results": {}}', "[" * 100_000],
    ids=lambda line: line[:8],
)
def test_who_talks_in_the_graders_place_gets_nothing(line: str, box: Sandbox):
    code = f"import os\nfor number in range(3, 30):\n    try: os.write(number, b'{line}\\n')\n    except OSError: pass"
    assert graded(box, added(solved(), code)).status in ("tampered", "bad_result")


def test_who_talks_without_end_is_stopped(box: Sandbox):
    code = "import os\nwhile True:\n  for number in range(3, 30):\n    try: os.write(number, b'x' * 1000)\n"
    assert graded(box, added(solved(), f"{code}    except OSError: pass")).status == "bad_result"


def test_no_test_is_there_while_cells_run(box: Sandbox):
    code = (
        "import gc\nspaces = [it for it in gc.get_objects() if isinstance(it, dict)]\n"
        "texts = [it for space in spaces for it in list(space.values()) if isinstance(it, str)]\n"
        "print(sum('SECRET' + ' SEED' in it for it in texts), 'found among', len(texts) > 1000)"
    )
    assert "0 found among True" in graded(box, added(solved(), code)).log


def test_many_run_at_a_time(box: Sandbox):
    came: dict[str, Outcome] = {}
    works = {"full": work(solved()), "none": work(untouched()), "half": work(added(solved(), "del halve"))}
    run_all(works, rules(), box, QUICK, jobs=2, done=came.__setitem__)
    assert {key: sum(map(sum, it.passed.values())) for key, it in came.items()} == {
        "full": 3,
        "none": 0,
        "half": 2,
    }


def test_who_dies_for_want_of_memory_is_told_so_however_long_the_stack_trace(box: Sandbox):
    last_words = (
        'b"F1124 env.cc:93] Thread creation via pthread_create() failed.\\n" + 900 * b"    @ 0x7fd4 XLA\\n"'
    )
    outcome = graded(box, added(solved(), f"import os\nos.write(2, {last_words})\nos.abort()"))
    assert outcome.status == "crashed" and "limit_memory" in outcome.suspicions
    untold = graded(box, added(solved(), "import os\nos.abort()"))
    assert untold.status == "crashed" and "limit_memory" not in untold.suspicions
