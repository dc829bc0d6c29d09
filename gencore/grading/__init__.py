"""Exercises: what makes a student's notebook of a master, and what grades it.

- :mod:`gencore.grading.masters`: :func:`find_master`, :func:`read_master`
- :mod:`gencore.grading.student`: what makes the notebook stand by itself
- :mod:`gencore.grading.packing`: :func:`assign` takes a master apart, :func:`pack` makes a teacher's package of it
- :mod:`gencore.grading.packages`: :func:`find_package`, :func:`read_package`
- :mod:`gencore.grading.submissions`: :func:`find_submissions`, what was handed in and whose it is
- :mod:`gencore.grading.reading`: :func:`read_work`, a student's notebook; :func:`screen` looks for what is suspect
- :mod:`gencore.grading.sandbox`: :class:`Sandbox`, :class:`Limits`, :func:`check_sandbox`
- :mod:`gencore.grading.inside`: what runs there, as a file of its own
- :mod:`gencore.grading.runner`: :func:`run_work`, :func:`run_all`
- :mod:`gencore.grading.results`: :func:`judge` holds what comes back against the package; :class:`Store` keeps it
- :mod:`gencore.grading.scores`: :func:`make_row`, :func:`write_scores`
- :mod:`gencore.grading.lms`: :func:`merge_scores`, into an export of Moodle, Canvas or Gradescope
- :mod:`gencore.grading.pages`: :func:`write_feedback`, :func:`write_answers`
- :mod:`gencore.grading.grade`: :func:`grade`, all of it

Packing needs the extra ``grading``: ``pip install "gencore[grading]"``. Grading needs IPython, which the extra brings,
and bubblewrap.
"""

from gencore.grading.grade import Graded, grade
from gencore.grading.lms import Merged, merge_scores
from gencore.grading.masters import Master, MasterTest, PackingError, Question, find_master, read_master
from gencore.grading.packages import (
    Case,
    GivenCell,
    GradingError,
    ManualQuestion,
    Package,
    find_package,
    read_package,
)
from gencore.grading.packing import Views, assign, pack
from gencore.grading.pages import write_answers, write_feedback
from gencore.grading.reading import NotebookError, Work, read_work
from gencore.grading.results import Outcome, Store, judge
from gencore.grading.runner import run_all, run_work
from gencore.grading.sandbox import Limits, Sandbox, check_sandbox
from gencore.grading.scores import Row, make_row, write_scores
from gencore.grading.screening import screen
from gencore.grading.submissions import Submission, find_submissions

__all__ = [
    "Case",
    "GivenCell",
    "Graded",
    "GradingError",
    "Limits",
    "ManualQuestion",
    "Master",
    "MasterTest",
    "Merged",
    "NotebookError",
    "Outcome",
    "Package",
    "PackingError",
    "Question",
    "Row",
    "Sandbox",
    "Store",
    "Submission",
    "Views",
    "Work",
    "assign",
    "check_sandbox",
    "find_master",
    "find_package",
    "find_submissions",
    "grade",
    "judge",
    "make_row",
    "merge_scores",
    "pack",
    "read_master",
    "read_package",
    "read_work",
    "run_all",
    "run_work",
    "screen",
    "write_answers",
    "write_feedback",
    "write_scores",
]
