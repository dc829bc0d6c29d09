"""Scores: one row a student, and the file that a teacher opens."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from gencore.grading.packages import Package
from gencore.grading.reading import Work
from gencore.grading.results import Outcome, write_whole
from gencore.grading.submissions import Submission

__all__ = ["Row", "make_row", "write_scores"]

NOTES_THAT_WAIT = ("missing_cells", "duplicate_cells")
"""Notes that a person should look at all the same, since they may have cost points."""


class Row(NamedTuple):
    """What is known of one submission.

    Attributes:
        submission: What was handed in.
        status: ``ok``, ``review``, ``tampered``, ``timeout``, ``crashed``, ``invalid_notebook`` or ``bad_result``.
        score: The points that the machine gives; None if nothing was graded.
        points: The points by question; None where a person marks.
        flags: What there is to know, by flag.
        message: The same in words.
        outcome: What became of the run; None if there was none.
        answers: The texts that a person marks, by question.
    """

    submission: Submission
    status: str
    score: float | None
    points: dict[str, float | None]
    flags: dict[str, str]
    message: str
    outcome: Outcome | None
    answers: dict[str, str]


def make_row(
    submission: Submission, package: Package, work: Work | None, outcome: Outcome | None, problem: str = ""
) -> Row:
    """Put together what is known of a submission.

    Args:
        submission: What was handed in.
        package: The exercise's package.
        work: The notebook; None if it could not be read.
        outcome: What became of its run; None if it was not run.
        problem: Why it was not run.

    Returns:
        The row. Only what was graded has a score.

    Example:
        >>> make_row(submission, package, None, None, "not a notebook").status  # doctest: +SKIP
        'invalid_notebook'
    """
    shared = {"duplicate_id": "another file has the same id"} if submission.shared else {}
    if work is None or outcome is None:
        message = "; ".join([problem, *shared.values()])
        return Row(submission, "invalid_notebook", None, {}, shared, message, None, {})
    suspicions = work.suspicions | outcome.suspicions | shared
    flags = work.notes | outcome.notes | suspicions
    message = "; ".join(part for part in (outcome.message, *flags.values()) if part)
    if outcome.status != "graded":
        return Row(submission, outcome.status, None, {}, flags, message, outcome, work.answers)
    points: dict[str, float | None] = dict.fromkeys(package.order)
    for question, cases in package.cases.items():
        passed = outcome.passed[question]
        points[question] = sum(case.points for case, good in zip(cases, passed, strict=True) if good)
    waits = suspicions or any(note in flags for note in NOTES_THAT_WAIT)
    waits = waits or any(flag.startswith("missing_") for flag in flags)
    score = sum(point for point in points.values() if point is not None)
    status = "review" if waits else "ok"
    return Row(submission, status, score, points, flags, message, outcome, work.answers)


def write_scores(rows: Sequence[Row], package: Package, path: Path) -> None:
    """Write the scores as CSV: all of the file, or nothing.

    Args:
        rows: One a submission.
        package: The exercise's package.
        path: Where to.

    Example:
        >>> write_scores(rows, package, Path("scores.csv"))  # doctest: +SKIP
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(
        [
            *("student_id", "assignment", "status", "score", "max_score", *package.order, "manual_pending"),
            *("flags", "message", "seconds", "submission_sha256", "package_sha256"),
        ]
    )
    for row in rows:
        graded = row.score is not None
        cells = [
            *(row.submission.student_id, package.exercise, row.status),
            *(number(row.score), number(package.max_score)),
            *(number(row.points.get(question)) for question in package.order),
            " ".join(package.manual) if graded else "",
            *(" ".join(sorted(row.flags)), row.message),
            f"{row.outcome.seconds if row.outcome else 0:.1f}",
            *(row.submission.sha256, package.sha256),
        ]
        writer.writerow([safe(cell) for cell in cells])
    write_whole(path, buffer.getvalue())


def number(value: float | None) -> str:
    """Write a number as short as it goes; nothing for None."""
    return "" if value is None else f"{value:g}"


def safe(text: str) -> str:
    """Keep a spreadsheet from taking a text for a formula.

    Example:
        >>> safe("=1+1"), safe("ada")
        ("'=1+1", 'ada')
    """
    line = "".join(letter if letter.isprintable() else " " for letter in text)
    return f"'{line}" if line.lstrip()[:1] in tuple("=+-@") else line
