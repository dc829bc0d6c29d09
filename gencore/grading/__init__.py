"""Exercises: what makes a student's notebook of a master, and what grades it.

- :mod:`gencore.grading.masters`: :func:`find_master`, :func:`read_master`
- :mod:`gencore.grading.student`: what makes the notebook stand by itself
- :mod:`gencore.grading.packing`: :func:`assign` takes a master apart, :func:`pack` makes a teacher's package of it

All of it needs the extra ``grading``: ``pip install "gencore[grading]"``.
"""

from gencore.grading.masters import Master, MasterTest, PackingError, Question, find_master, read_master
from gencore.grading.packing import Views, assign, pack

__all__ = [
    "Master",
    "MasterTest",
    "PackingError",
    "Question",
    "Views",
    "assign",
    "find_master",
    "pack",
    "read_master",
]
