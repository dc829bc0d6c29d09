"""All checks in a row, for people and for scripts."""

import json
import shutil
import textwrap
from collections.abc import Iterator

from gencore.doctor.check import Check
from gencore.doctor.course import COURSE_CHECKS, network
from gencore.doctor.machine import MACHINE_CHECKS


def examine(*, offline: bool = False) -> Iterator[Check]:
    """Look at everything that the course needs, one check after the other.

    Args:
        offline: Leave out the check of the network.

    Returns:
        The checks, each as soon as it is made. A check that fails itself is a problem, never an exception.

    Example:
        >>> next(examine()).name
        'python'
    """
    for look in (*MACHINE_CHECKS, *COURSE_CHECKS):
        if offline and look is network:
            continue
        try:
            yield look()
        except Exception as error:
            found = f"cannot be checked: {type(error).__name__}: {error}"
            advice = (
                "If no line above explains it, report it to the course's authors with all of this output."
            )
            yield Check(look.__name__.replace("_", " "), "problem", found, advice)


def report(*, offline: bool = False, as_json: bool = False) -> int:
    """Print what :func:`examine` finds.

    Args:
        offline: Leave out the check of the network.
        as_json: Print one JSON object for scripts in place of lines for people: ``status``, the worst of all, and
            ``checks``, a list of objects with ``name``, ``status``, ``found`` and ``advice``.

    Returns:
        Exit status for the shell: 1 if there is a problem, 0 if there is none. Warnings do not count.

    Example:
        >>> report(offline=True)  # doctest: +SKIP
        ok       python        3.11.7 on Linux-6.1.0-x86_64
        ...
    """
    checks: list[Check] = []
    for check in examine(offline=offline):
        checks.append(check)
        if not as_json:
            print(_layout(check), flush=True)
    statuses = [check.status for check in checks]
    if as_json:
        worst = max(statuses, key=("ok", "warning", "problem").index)
        print(json.dumps({"status": worst, "checks": [check._asdict() for check in checks]}, indent=1))
    else:
        print(f"\n{statuses.count('problem')} problems, {statuses.count('warning')} warnings")
    return int("problem" in statuses)


def _layout(check: Check) -> str:
    """Align a check; its advice stands below it."""
    margin = f"{check.status:9}{check.name:15}"
    lines = []
    for start, text in ((margin, check.found), (" " * len(margin) + "> ", check.advice)):
        wrap = textwrap.TextWrapper(
            max(shutil.get_terminal_size((110, 24)).columns, 60),
            initial_indent=start,
            subsequent_indent=" " * len(start),
            break_long_words=False,  # a path or a command stays in one piece
            break_on_hyphens=False,
        )
        lines += wrap.wrap(text)
    return "\n".join(lines)
