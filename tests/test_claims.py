import inspect
from typing import Any

import jax.numpy as jnp
import numpy as np
import pytest

from gencore import claims
from gencore.claims import Claim, ClaimError, load_claims

# Without the run-time checks of the tests: a notebook has none, and the errors under test are check_claim's own.
check_claim: Any = inspect.unwrap(claims.check_claim)

LEDGER = (
    Claim("02-holds", 6, "FID: lower = better.", "holds", "It falls with every dose of quality."),
    Claim("02-conditional", 6, "IS measures diversity.", "conditional", "Only across classes."),
    Claim("02-fails", 6, "IS: range 1-1000.", "fails", "It ends at the number of classes."),
    Claim("02-pending", 6, "FID: range 0-500.", "pending", ""),
)


@pytest.fixture
def ledger(monkeypatch):
    monkeypatch.setattr(claims, "load_claims", lambda: LEDGER)


# The ledger itself


def test_every_chapter_has_claims_in_the_decks_order():
    chapters = [claim.chapter for claim in load_claims()]
    assert sorted(set(chapters)) == [f"{n:02d}" for n in range(1, 16)]
    assert chapters == sorted(chapters)
    for chapter in set(chapters):
        slides = [claim.slide for claim in load_claims() if claim.chapter == chapter]
        assert slides == sorted(slides)


def test_claims_are_told_apart_by_their_words_too():
    words = [claim.claim for claim in load_claims()]
    assert len(set(words)) == len(words)


def test_the_ledger_is_read_once():
    assert load_claims() is load_claims()


ENTRY = {"id": "02-fid-range", "slide": 6, "claim": "FID: range 0-500.", "verdict": "pending", "finding": ""}


def write_ledger(path, *entries):
    tables = ["\n".join(["[[claim]]", *(f"{k} = {v!r}" for k, v in entry.items())]) for entry in entries]
    path.write_text("\n\n".join(tables), encoding="utf-8")
    return path


def test_a_ledger_is_read_as_it_is_written(tmp_path):
    measured = ENTRY | {"id": "03-b", "verdict": "fails", "finding": "No."}
    assert load_claims(write_ledger(tmp_path / "a.toml", ENTRY, measured)) == (
        Claim("02-fid-range", 6, "FID: range 0-500.", "pending", ""),
        Claim("03-b", 6, "FID: range 0-500.", "fails", "No."),
    )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"verdict": "maybe"},
            r"a.toml, claim 1 \(02-fid-range\): verdict must be one of .*'pending'\], got 'maybe'",
        ),
        ({"slide": 32}, "slide must be a number from 1 to 31, got 32"),
        ({"slide": "6"}, "slide must be a number from 1 to 31, got '6'"),
        ({"id": "16-fid"}, "id must be a chapter and words, as in '02-fid-range', got '16-fid'"),
        ({"id": "02-FID"}, "id must be a chapter and words"),
        ({"claim": " "}, "claim must hold the deck's words"),
        ({"finding": "It does."}, "finding must say what is true, and be empty while the verdict is pending"),
        ({"verdict": "holds"}, "finding must say what is true"),
        ({"chapter": "02"}, r"missing fields \[\], unknown fields \['chapter'\]"),
    ],
)
def test_a_wrong_entry_is_named(tmp_path, change, message):
    with pytest.raises(ValueError, match=message):
        load_claims(write_ledger(tmp_path / "a.toml", ENTRY | change))


def test_a_missing_field_is_named(tmp_path):
    entry = {key: value for key, value in ENTRY.items() if key != "slide"}
    with pytest.raises(ValueError, match=r"missing fields \['slide'\]"):
        load_claims(write_ledger(tmp_path / "a.toml", entry))


def test_an_id_stands_for_one_claim(tmp_path):
    with pytest.raises(ValueError, match="'02-fid-range' appears twice"):
        load_claims(write_ledger(tmp_path / "a.toml", ENTRY, ENTRY))


# Measurements held against it


@pytest.mark.parametrize(
    ("name", "seen", "words"),
    [
        ("02-holds", {"holds": True}, "**Holds.** Slide 6: “FID: lower = better.”"),
        ("02-fails", {"holds": np.False_}, "**Does not hold.** Slide 6: “IS: range 1-1000.”"),
        ("02-conditional", {"holds": np.True_, "otherwise": False}, "**Holds with a condition.** Slide 6:"),
    ],
)
def test_what_agrees_is_shown(ledger, capsys, name, seen, words):
    check_claim(name, measured={"clean": "2.4", "noise": "110", "classes": 10}, **seen)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith(f"> {words}")
    assert lines[2] == "> Measured: clean: 2.4 · noise: 110 · classes: 10."
    assert lines[4] == f"> {next(c.finding for c in LEDGER if c.id == name)}"
    assert all(line.startswith(">") for line in lines)  # one quotation, whole


@pytest.mark.parametrize(
    ("name", "seen"),
    [
        ("02-holds", {"holds": False}),
        ("02-fails", {"holds": True}),
        ("02-conditional", {"holds": False, "otherwise": False}),
        ("02-conditional", {"holds": True, "otherwise": True}),
        ("02-conditional", {"holds": False, "otherwise": True}),
    ],
)
def test_what_contradicts_fails_and_says_why(ledger, capsys, name, seen):
    claim = next(c for c in LEDGER if c.id == name)
    with pytest.raises(ClaimError) as error:
        check_claim(name, measured="FID 2.4 against 110", **seen)
    for part in (
        name,
        claim.claim,
        claim.verdict_words,
        f"holds={seen['holds']}",
        "FID 2.4 against 110",
        "claims.toml",
    ):
        assert part in str(error.value)
    assert not capsys.readouterr().out


@pytest.mark.parametrize(
    ("seen", "verdict"),
    [
        ({"holds": True}, "holds"),
        ({"holds": False}, "fails"),
        ({"holds": True, "otherwise": False}, "conditional"),
        ({"holds": True, "otherwise": True}, "holds"),
    ],
)
def test_a_pending_claim_asks_for_what_was_measured(ledger, seen, verdict):
    with pytest.raises(
        ClaimError, match=f'pending. This cell measured: 2.4.\nPut verdict = "{verdict}" and a finding'
    ):
        check_claim("02-pending", measured="2.4", **seen)


def test_otherwise_belongs_to_conditional_claims_alone(ledger):
    with pytest.raises(ValueError, match='"conditional" needs otherwise='):
        check_claim("02-conditional", holds=True, measured="x")
    with pytest.raises(ValueError, match='"holds" takes no otherwise='):
        check_claim("02-holds", holds=True, measured="x", otherwise=False)


@pytest.mark.parametrize("value", [1, "yes", None, np.array([True]), jnp.array(True), np.array(True)])
def test_truth_is_one_bool(ledger, value):
    with pytest.raises(TypeError, match=r"holds must be one bool, got .*; write bool\(...\) around it"):
        check_claim("02-holds", holds=value, measured="x")
    if value is not None:
        with pytest.raises(TypeError, match="otherwise must be one bool"):
            check_claim("02-conditional", holds=True, otherwise=value, measured="x")


@pytest.mark.parametrize("value", [2.4, np.float32(2.4), jnp.array(2.4), [2.4]])
def test_digits_that_differ_between_cpus_are_refused(ledger, value):
    with pytest.raises(TypeError, match=r"measured\['FID'\] is a .*gencore.notebook.about"):
        check_claim("02-holds", holds=True, measured={"FID": value})


def test_an_unknown_claim_is_answered_with_its_neighbors(ledger):
    with pytest.raises(ValueError, match="no claim '02-hold'; did you mean 02-holds"):
        check_claim("02-hold", holds=True, measured="x")
    with pytest.raises(ValueError, match="it lists 4 others"):
        check_claim("zzz", holds=True, measured="x")


def test_a_claim_error_fails_a_test_as_an_assertion_does():
    assert issubclass(ClaimError, AssertionError)
