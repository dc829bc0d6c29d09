"""Scores into the export of a learning platform: Moodle's grading worksheet, Canvas's or Gradescope's grade book."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from gencore.grading.packages import GradingError, Package
from gencore.grading.results import write_whole
from gencore.grading.scores import Row, number

__all__ = ["Merged", "merge_scores"]

# For each platform: a column that only it has, the columns that may hold an id, and where a score goes; None for the
# column that begins with the exercise's name.
_PLATFORMS = {
    "Moodle": ("Identifier", ("Identifier", "ID number", "Email address", "Username"), "Grade"),
    "Canvas": ("SIS User ID", ("ID", "SIS User ID", "SIS Login ID"), None),
    "Gradescope": ("SID", ("SID", "Submission ID", "Email"), "Total Score"),
}


class Merged(NamedTuple):
    """What became of the scores.

    Attributes:
        platform: Whose export it was.
        written: How many scores were written.
        left: The ids of those that were not: not in the export, or a person has to look first.
    """

    platform: str
    written: int
    left: list[str]


def merge_scores(rows: Sequence[Row], package: Package, path: Path) -> Merged:
    """Write the scores with the status ``ok`` into an export, in place; all of the file, or nothing.

    Args:
        rows: One a submission.
        package: The exercise's package.
        path: The export. Moodle's and Gradescope's have one column for the score; in Canvas's it is the one whose name
            begins with the exercise's, and is added if it is not there.

    Returns:
        How many were written, and who was not.

    Raises:
        GradingError: The file is none of the three exports, or two students have one id.

    Example:
        >>> merge_scores(rows, package, Path("grades.csv")).platform  # doctest: +SKIP
        'Canvas'
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
        mark = "\ufeff" if path.read_bytes().startswith(b"\xef\xbb\xbf") else ""
        table = [line for line in csv.reader(io.StringIO(text, newline="")) if line]
    except OSError as error:
        raise GradingError(f"{path} cannot be read: {error.strerror}") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise GradingError(f"{path} is no CSV in UTF-8: {error}") from error
    header = [name.strip() for name in table[0]] if table else []
    platform = next((name for name, (only, _, _) in _PLATFORMS.items() if only in header), None)
    if platform is None:
        wanted = ", ".join(f"{only!r} ({name})" for name, (only, _, _) in _PLATFORMS.items())
        raise GradingError(f"{path} has no column {wanted}: export the grades as CSV from one of these")
    _, keys, target = _PLATFORMS[platform]
    column = _column(table, header, package, target)
    lines: dict[str, list[str]] = {}
    for line in table[1:]:
        line += [""] * (len(table[0]) - len(line))
        for name in {line[header.index(key)].strip() for key in keys if key in header} - {""}:
            name = name.removeprefix("Participant ").lower()
            if lines.setdefault(name, line) is not line:
                raise GradingError(f"{path} has two students with the id {name!r}")
    left, written = [], 0
    for row in rows:
        line = lines.get(row.submission.student_id.lower())
        if row.status == "ok" and line is not None:
            line[column] = number(row.score)
            written += 1
        else:
            left.append(row.submission.student_id)
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\r\n" if "\r\n" in text else "\n").writerows(table)
    write_whole(path, mark + buffer.getvalue())
    return Merged(platform, written, left)


def _column(table: list[list[str]], header: list[str], package: Package, target: str | None) -> int:
    """Find the column for the score; add it to Canvas's if it is not there."""
    if target is None:
        found = [
            place for place, name in enumerate(header) if name.lower().startswith(package.exercise.lower())
        ]
        if not found:
            table[0].append(package.exercise)
            points = [line for line in table[1:] if line[0].strip() == "Points Possible"]
            for line in points:
                line += [""] * (len(table[0]) - 1 - len(line)) + [number(package.max_score)]
            return len(header)
        return found[0]
    if target not in header:
        raise GradingError(f"the export has no column {target!r}")
    return header.index(target)
