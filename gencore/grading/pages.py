"""Pages: what a student reads, and the texts that a person marks. Nothing on them comes from a hidden test."""

import hashlib
import re
from collections.abc import Sequence
from html import escape
from pathlib import Path

from gencore.grading.packages import Package
from gencore.grading.results import write_whole
from gencore.grading.scores import Row, number

__all__ = ["write_answers", "write_feedback"]

_PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
body {{ font: 1rem/1.5 system-ui, sans-serif; max-width: 45rem; margin: 2rem auto; padding: 0 1rem }}
body {{ color: #222; background: #fff }}
h2 {{ margin-top: 2rem }}
pre {{ white-space: pre-wrap; overflow-wrap: anywhere; background: #f3f3f3; padding: .75rem }}
</style>
</head>
<body>
<h1>{title}</h1>
{body}
</body>
</html>
"""

_STATUS = {
    "review": "A person looks at this before it counts.",
    "tampered": "This could not be graded. Please talk to your teacher.",
    "timeout": "This could not be graded: it ran longer than a submission may. Look for a loop that does not end.",
    "crashed": "This could not be graded: the notebook ended before its last cell. Restart the kernel, run all cells, "
    "and hand in again.",
    "bad_result": "This could not be graded. Please talk to your teacher.",
    "invalid_notebook": "This could not be read as a notebook of this exercise. Download it again as .ipynb, and "
    "hand in that file.",
}


def write_feedback(rows: Sequence[Row], package: Package, folder: Path) -> None:
    """Write a page for each student: points, and the messages of the tests that students have themselves.

    Args:
        rows: One a submission.
        package: The exercise's package.
        folder: Where to.

    Example:
        >>> write_feedback(rows, package, Path("feedback"))  # doctest: +SKIP
    """
    for row in rows:
        body = [f"<p>{escape(row.submission.student_id)}</p>"]
        if row.status in _STATUS:
            body.append(f"<p><strong>{_STATUS[row.status]}</strong></p>")
        if row.score is not None and row.outcome is not None:
            body.append(f"<p>{number(row.score)} of {number(package.max_score)} points</p>")
            body += [_question(name, row, package) for name in package.order]
        title = f"Feedback on exercise {package.exercise.removeprefix('ex')}"
        write_whole(folder / f"{_name(row)}.html", _PAGE.format(title=title, body="\n".join(body)))


def _question(name: str, row: Row, package: Package) -> str:
    """Say what the public tests of a question say, and how many points it got."""
    if name in package.manual:
        most = number(package.manual[name].points)
        return f"<h2>{escape(name)}</h2>\n<p>A person marks this, for up to {most} points.</p>"
    assert row.outcome is not None
    cases = list(zip(package.cases[name], row.outcome.passed[name], strict=True))
    most = sum(case.points for case, _ in cases)
    lines = [f"<h2>{escape(name)}: {number(row.points[name])} of {number(most)}</h2>"]
    lines += [f"<p>{escape(case.message)}</p>" for case, passed in cases if not case.hidden and not passed]
    if all(passed for _, passed in cases):
        lines.append("<p>All tests pass.</p>")
    elif all(passed for case, passed in cases if not case.hidden):
        lines.append(
            "<p>The tests that you have pass; some that grading adds do not. "
            "Try other numbers, other shapes, and the edges that the question names.</p>"
        )
    return "\n".join(lines)


def write_answers(rows: Sequence[Row], package: Package, path: Path) -> None:
    """Write the texts for the questions that a person marks on one page, by question, beside a model answer.

    Args:
        rows: One a submission.
        package: The exercise's package.
        path: Where to. The page holds model answers: it is for teachers.

    Example:
        >>> write_answers(rows, package, Path("scores-answers.html"))  # doctest: +SKIP
    """
    body = []
    for name, question in package.manual.items():
        body.append(f"<h2>{escape(name)}, {number(question.points)} points</h2>")
        body.append(f"<pre>{escape(question.text)}</pre>\n<pre>{escape(question.solution)}</pre>")
        for row in rows:
            if name in row.answers:
                text = escape(row.answers[name]) or "<em>no answer</em>"
                student = escape(row.submission.student_id)
                body.append(f"<h3>{student}</h3>\n<pre>{text}</pre>")
    title = f"Exercise {package.exercise.removeprefix('ex')}: answers to mark"
    write_whole(path, _PAGE.format(title=title, body="\n".join(body)))


def _name(row: Row) -> str:
    """A file name for a student: the id where that is one, and a hash of it where it is not."""
    student = row.submission.student_id
    plain = re.sub(r"[^\w.@+-]", "_", student).lstrip(".")[:80]
    if plain == student and not row.submission.shared:
        return plain
    return f"{plain}-{hashlib.sha256(f'{student}/{row.submission.path.name}'.encode()).hexdigest()[:8]}"
