"""Grading a class: from a folder of submissions to scores."""

import tempfile
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from gencore.grading.packages import read_package
from gencore.grading.pages import write_answers, write_feedback
from gencore.grading.reading import NotebookError, Work, read_work
from gencore.grading.results import Outcome, Store
from gencore.grading.runner import run_all
from gencore.grading.sandbox import Limits, Sandbox, check_sandbox
from gencore.grading.scores import Row, make_row, write_scores
from gencore.grading.submissions import find_submissions

__all__ = ["Graded", "grade"]


class Graded(NamedTuple):
    """A graded class.

    Attributes:
        rows: One a submission.
        ran: How many were run; the others' results were there.
        counts: How many have each status.
    """

    rows: list[Row]
    ran: int
    counts: dict[str, int]


def grade(
    package: Path,
    submissions: Path,
    output: Path,
    *,
    feedback: Path | None = None,
    jobs: int = 1,
    limits: Limits | None = None,
    isolated: bool = True,
    again: bool = False,
) -> Graded:
    """Grade a class.

    Results are kept beside the scores, one file a submission. So a second call runs only what is new or has changed,
    and a call after one that was killed goes on where that stopped.

    Args:
        package: What :func:`gencore.grading.pack` wrote.
        submissions: A folder of notebooks, or of one folder a student.
        output: The file for the scores, CSV.
        feedback: A folder for one page a student; None for none.
        jobs: How many submissions run at a time.
        limits: What each may use; None for the usual.
        isolated: Whether they run in bubblewrap.
        again: Whether to run those, too, whose results are there.

    Returns:
        One row a submission. The scores and, beside them, the page of answers to mark are written.

    Raises:
        GradingError: The package or the submissions are not there, or bubblewrap is not.

    Example:
        >>> grade(Path("ex01-autograder.zip"), Path("submissions"), Path("scores.csv")).counts  # doctest: +SKIP
        {'ok': 27, 'review': 2, 'timeout': 1}
    """
    from tqdm import tqdm

    limits = limits or Limits()
    rules = read_package(package)
    found = find_submissions(submissions)
    store = Store(output.with_name(f"{output.stem}-results"))
    works, problems, keys = {}, {}, {}
    for place, submission in enumerate(found):
        try:
            if submission.problem:
                raise NotebookError(submission.problem)
            works[place] = read_work(submission.content, rules)
            keys[place] = store.key(submission.sha256, rules, limits, isolated)
        except NotebookError as error:
            problems[place] = str(error)

    outcomes: dict[str, Outcome] = {}
    if not again:
        there = {key: store.get(key) for key in keys.values()}
        outcomes = {key: outcome for key, outcome in there.items() if outcome is not None}
    waiting = {key: works[place] for place, key in keys.items() if key not in outcomes}
    if waiting:
        with (
            tempfile.TemporaryDirectory(prefix="gencore-grade-") as folder,
            tqdm(total=len(waiting), unit="submission", desc=rules.exercise) as bar,
        ):
            sandbox = Sandbox(Path(folder), isolated)
            sandbox.prepare()
            check_sandbox(sandbox)

            def done(key: str, outcome: Outcome) -> None:
                if outcome.status == "timeout" and key not in late:
                    late[key] = waiting[key]
                    return
                store.put(key, outcome)
                outcomes[key] = outcome
                bar.update()

            # On a busy machine an honest notebook may be late: those that were run once more, one at a time.
            late: dict[str, Work] = {}
            run_all(waiting, rules, sandbox, limits, jobs=jobs, done=done)
            run_all(dict(late), rules, sandbox, limits, jobs=1, done=done)

    rows = [
        make_row(
            submission,
            rules,
            works.get(place),
            outcomes[keys[place]] if place in keys else None,
            problems.get(place, ""),
        )
        for place, submission in enumerate(found)
    ]
    write_scores(rows, rules, output)
    if rules.manual:
        write_answers(rows, rules, output.with_name(f"{output.stem}-answers.html"))
    if feedback is not None:
        write_feedback(rows, rules, feedback)
    return Graded(rows, len(waiting), dict(Counter(row.status for row in rows)))
