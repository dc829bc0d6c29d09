"""What one look at the machine found."""

import shlex
import sys
from typing import Literal, NamedTuple, TypeAlias

Status: TypeAlias = Literal["ok", "warning", "problem"]
GB = 1e9


class Check(NamedTuple):
    """What one look found.

    Attributes:
        name: What was looked at.
        status: ``"ok"``; ``"warning"``: it works, but something is slow or missing; ``"problem"``: something fails.
        found: What is there.
        advice: What to do about it, in a sentence; empty if there is nothing to do.
    """

    name: str
    status: Status
    found: str
    advice: str = ""


def pip_install(*arguments: str) -> str:
    """Write the advice to install something into this environment."""
    return "Run: " + shlex.join([sys.executable, "-m", "pip", "install", *arguments])


def enough(name: str, free: float, bounds_gb: tuple[float, float], found: str, advice: str) -> Check:
    """Judge free bytes: below the first bound is a problem, below the second a warning."""
    if free >= bounds_gb[1] * GB:
        return Check(name, "ok", found)
    return Check(name, "problem" if free < bounds_gb[0] * GB else "warning", found, advice)
