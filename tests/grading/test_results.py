"""Nothing that comes from a sandbox is believed before it was held against the package."""

from pathlib import Path

import pytest
from tiny_class import rules

from gencore.grading import Limits, Outcome, Store, judge
from gencore.grading.results import failed

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

GOOD = {"q1": [[True, ""], [False, "no"]], "q2": [[True, ""]], "zz_canary": [[False, "canary"]]}


def judged(results: object = GOOD, ran: dict | None = None, **told: object) -> Outcome:
    return judge(ran or {}, {"word": "known", "results": results, **told}, "known", rules())


def test_results_are_taken_over_without_the_canary():
    outcome = judged()
    assert (outcome.status, outcome.passed) == ("graded", {"q1": [True, False], "q2": [True]})
    assert outcome.log == "q1, test 2: no\nzz_canary, test 1: canary"


@pytest.mark.parametrize(
    "results",
    [
        None,
        [],
        {},
        GOOD | {"q3": [[True, ""]]},
        {name: rows for name, rows in GOOD.items() if name != "q2"},
        GOOD | {"q2": []},
        GOOD | {"q2": [[True, ""], [True, ""]]},
        GOOD | {"q2": [[1, ""]]},
        GOOD | {"q2": [[True]]},
        GOOD | {"q2": [["yes", ""]]},
        GOOD | {"q2": {"0": True}},
        GOOD | {"q1": 100},
    ],
    ids=str,
)
def test_results_of_another_form_are_refused(results: object):
    outcome = judged(results)
    assert (outcome.status, outcome.passed) == ("bad_result", {})


def test_a_canary_that_sings_not_is_noticed():
    assert judged(GOOD | {"zz_canary": [[True, ""]]}).status == "tampered"
    assert judged(changed=["numpy.allclose"]).message.endswith("were replaced: numpy.allclose")
    assert judged(word="guessed").status == "tampered"


def test_what_happened_is_said_in_words_of_our_own():
    ran = {
        "errors": [["cell\n1", "=1+1\x00"], 3],
        "limits": ["limit_cell", "<b>"],
        "missing": ["double", "x", 3],
    }
    outcome = judged(ran=ran, limits=["limit_test"])
    assert set(outcome.suspicions) == {"limit_cell", "limit_test", "missing_q1"}
    assert outcome.notes == {"cell_errors": "1 stopped with an error, first cell 1: =1+1"}
    assert judged(ran={"errors": 3, "limits": {}, "missing": "double"}).suspicions == {}


def test_the_store_gives_back_what_it_got_and_no_half_of_it(tmp_path: Path):
    store = Store(tmp_path / "results")
    outcome = judged()
    store.put("key", outcome)
    assert store.get("key") == outcome and store.get("other") is None
    (tmp_path / "results" / "key.json").write_text('{"status": "gra')
    assert store.get("key") is None
    assert [path.name for path in (tmp_path / "results").iterdir()] == ["key.json"]


def test_a_result_is_kept_for_what_it_depends_on(tmp_path: Path):
    store = Store(tmp_path)
    keys = {
        store.key("a", rules(), Limits(), True),
        store.key("b", rules(), Limits(), True),
        store.key("a", rules()._replace(sha256="new"), Limits(), True),
        store.key("a", rules(), Limits(seconds=60), True),
        store.key("a", rules(), Limits(), False),
    }
    assert len(keys) == 5 and store.key("a", rules(), Limits(), True) in keys


def test_a_failure_has_no_points():
    assert failed("timeout", "late", limit_seconds="late").passed == {}
