"""The claims ledger: what the deck says, what is true of it, and the cell that shows so.

The ledger, ``claims.toml``, lists every claim of the deck with its slide and its verdict. A notebook's cell
measures a claim and calls :func:`check_claim`, which fails when the measurement and the ledger disagree.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from difflib import get_close_matches
from functools import cache
from numbers import Integral
from pathlib import Path
from typing import Literal, TypeAlias

import numpy as np

from gencore.display import show_markdown

__all__ = ["Claim", "ClaimError", "check_claim", "load_claims"]

Verdict: TypeAlias = Literal["holds", "conditional", "fails", "pending"]

LEDGER = Path(__file__).with_name("claims.toml")
"""The one file that lists every claim."""

_SLIDES = 31
_WORDS = {
    "holds": "Holds.",
    "conditional": "Holds with a condition.",
    "fails": "Does not hold.",
    "pending": "Not measured yet.",
}


class ClaimError(AssertionError):
    """A measurement and the ledger disagree, or the ledger has no verdict yet."""


@dataclass(frozen=True)
class Claim:
    """One claim of the deck.

    Attributes:
        id: Its name: the chapter's two digits, then words, as in ``02-fid-range``.
        slide: The slide that makes it, from 1 to 31.
        claim: The deck's words, as CommonMark.
        verdict: ``holds``, ``conditional``, ``fails``, or ``pending`` where nothing is measured yet.
        finding: What is true, in a sentence or two of CommonMark; empty while the verdict is pending.
    """

    id: str
    slide: int
    claim: str
    verdict: Verdict
    finding: str

    @property
    def chapter(self) -> str:
        """The chapter that measures the claim, as two digits."""
        return self.id[:2]

    @property
    def verdict_words(self) -> str:
        """The verdict as a reader sees it."""
        return _WORDS[self.verdict]


@cache
def load_claims(path: Path | None = None) -> tuple[Claim, ...]:
    """Read the ledger, and check it.

    Args:
        path: A ledger in TOML, one ``[[claim]]`` table a claim. ``None``: the course's own.

    Returns:
        The claims, in the ledger's order.

    Raises:
        ValueError: An entry lacks a field, has an unknown one or a value that cannot be, or repeats an id.

    Example:
        >>> load_claims()[0].chapter
        '01'
    """
    path = LEDGER if path is None else path
    claims: dict[str, Claim] = {}
    for number, entry in enumerate(tomllib.loads(path.read_text(encoding="utf-8")).get("claim", []), start=1):
        claim = _parse(entry, f"{path.name}, claim {number} ({entry.get('id', 'without id')})")
        if claim.id in claims:
            raise ValueError(
                f"{path.name}: the id {claim.id!r} appears twice; give one of the two another name"
            )
        claims[claim.id] = claim
    return tuple(claims.values())


def check_claim(
    id: str,  # noqa: A002
    *,
    holds: bool | np.bool_,
    measured: str | Mapping[str, object],
    otherwise: bool | np.bool_ | None = None,
) -> None:
    """Hold a measurement against the ledger, and show the verdict.

    Args:
        id: The claim's name in the ledger.
        holds: Whether the claim was seen to hold: for a conditional claim, where its condition is met.
        measured: What was measured, in words or as named values. Numbers stand in it as text that is the same on
            any CPU, which :func:`gencore.notebook.about` makes.
        otherwise: For a conditional claim only: whether it was seen to hold where its condition is not met.

    Raises:
        ClaimError: The measurement contradicts the ledger, or the ledger's verdict is pending.
        TypeError: ``holds`` or ``otherwise`` is no single bool, or ``measured`` holds a bare float.
        ValueError: The ledger has no such claim, or ``otherwise`` is missing or too much.

    Example:
        >>> check_claim("03-compresion", holds=784 / 128 == 6.125, measured="784 / 128 = 6.125")
        Traceback (most recent call last):
        ValueError: claims.toml has no claim '03-compresion'; did you mean 03-compression?
    """
    claim = _find(id)
    held = _as_bool("holds", holds)
    held_otherwise = None if otherwise is None else _as_bool("otherwise", otherwise)
    text = _as_text(measured)
    if claim.verdict == "pending":
        found = ("conditional" if held and held_otherwise is False else "holds") if held else "fails"
        raise ClaimError(
            f"{_quote(claim)}\nThe ledger says: pending. This cell measured: {text}\n"
            f'Put verdict = "{found}" and a finding into {LEDGER.name}, and run the cell again.'
        )
    if (claim.verdict == "conditional") != (otherwise is not None):
        wrong = "needs" if otherwise is None else "takes no"
        raise ValueError(f'claim {id}: a claim with verdict "{claim.verdict}" {wrong} otherwise=...')
    if held != (claim.verdict != "fails") or held_otherwise:
        seen = f"holds={held}" + ("" if held_otherwise is None else f", otherwise={held_otherwise}")
        raise ClaimError(
            f"{_quote(claim)}\nThe ledger says: {claim.verdict_words} This cell measured {seen}: {text}\n"
            "One of the two is wrong. First make sure of the measurement: more samples, another seed. If it "
            f"stands, correct the verdict and the finding in {LEDGER.name}, and the text around the cell."
        )
    show_markdown(
        f"> **{claim.verdict_words}** Slide {claim.slide}: “{claim.claim}”\n>\n"
        f"> Measured: {text}\n>\n> {claim.finding}"
    )


def _parse(entry: dict, where: str) -> Claim:
    names = [field.name for field in fields(Claim)]
    missing, unknown = sorted(set(names) - set(entry)), sorted(set(entry) - set(names))
    if missing or unknown:
        raise ValueError(f"{where}: missing fields {missing}, unknown fields {unknown}; a claim has {names}")
    name, slide, words, verdict, finding = (entry[key] for key in names)
    if not re.fullmatch(r"(0[1-9]|1[0-5])(-[a-z0-9]+)+", str(name)):
        raise ValueError(f"{where}: id must be a chapter and words, as in '02-fid-range', got {name!r}")
    if type(slide) is not int or not 1 <= slide <= _SLIDES:
        raise ValueError(f"{where}: slide must be a number from 1 to {_SLIDES}, got {slide!r}")
    if verdict not in _WORDS:
        raise ValueError(f"{where}: verdict must be one of {list(_WORDS)}, got {verdict!r}")
    if not str(words).strip():
        raise ValueError(f"{where}: claim must hold the deck's words, it is empty")
    if bool(str(finding).strip()) == (verdict == "pending"):
        raise ValueError(f"{where}: finding must say what is true, and be empty while the verdict is pending")
    return Claim(name, slide, words, verdict, finding)


def _find(name: str) -> Claim:
    claims = {claim.id: claim for claim in load_claims()}
    if name not in claims:
        close = get_close_matches(name, claims, n=3)
        hint = f"did you mean {', '.join(close)}?" if close else f"it lists {len(claims)} others"
        raise ValueError(f"{LEDGER.name} has no claim {name!r}; {hint}")
    return claims[name]


def _quote(claim: Claim) -> str:
    return f"claim {claim.id}, slide {claim.slide}: “{claim.claim}”"


def _as_bool(name: str, value: object) -> bool:
    if not isinstance(value, (bool, np.bool_)):
        raise TypeError(
            f"{name} must be one bool, got {type(value).__name__} {value!r}; write bool(...) around it"
        )
    return bool(value)


def _as_text(measured: str | Mapping[str, object]) -> str:
    """Join named values to one sentence; refuse a bare float, whose last digits differ from CPU to CPU."""
    if isinstance(measured, str):
        return measured if measured.endswith((".", "!", "?")) else f"{measured}."
    for name, value in measured.items():
        if not isinstance(value, (str, Integral, np.bool_)):
            kind = type(value).__name__
            raise TypeError(
                f"measured[{name!r}] is a {kind}, {value!r}: its digits may differ from one CPU to the next; "
                "write it as text, with gencore.notebook.about(value, step)"
            )
    return " · ".join(f"{name}: {value}" for name, value in measured.items()) + "."
