"""Submissions: which files students handed in, and whose they are. What may do harm is refused before it is opened."""

import hashlib
import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from gencore.grading.packages import GradingError

__all__ = ["Submission", "find_submissions"]

MAX_BYTES = 1_000_000
"""The largest file that is read. A notebook without its figures is a twentieth of that."""

_MOODLE = re.compile(r".+_(\d+)_assignsubmission_file.*")
_CANVAS = re.compile(r"[^_]+_(?:LATE_)?(\d+)_\d+_.+")
_GRADESCOPE = re.compile(r"submission_(\d+)")
_COPIES = re.compile(r"^((Copy of|Kopie von|Copie de|Copia de) )+|( ?\(\d+\)| - Copy)+$")
_IGNORED = re.compile(r"\..*|__MACOSX|Thumbs\.db|desktop\.ini|.*\.(csv|yml|yaml)")


class Submission(NamedTuple):
    """What one student handed in.

    Attributes:
        student_id: Whose it is.
        path: The file or folder.
        content: The notebook's bytes; empty if it was refused.
        problem: Why it was refused; empty if it was not.
        shared: Whether another file has the same id.
    """

    student_id: str
    path: Path
    content: bytes = b""
    problem: str = ""
    shared: bool = False

    @property
    def sha256(self) -> str:
        """Hash of the content; empty for what was not read."""
        return hashlib.sha256(self.content).hexdigest() if self.content else ""


def find_submissions(folder: Path) -> list[Submission]:
    """Find what was handed in: notebooks in a folder, or one folder a student.

    A file is named by its student, as in ``ada.ipynb`` or ``Copy of ada.ipynb``. Downloads from Moodle
    (``Ada_123_assignsubmission_file_/``), Canvas (``ada_123_456_ex05.ipynb``) and Gradescope
    (``submission_123/``) get the number that their system knows.

    Args:
        folder: Where the submissions are.

    Returns:
        The submissions by id, those refused among them. A file that is there twice, byte for byte, counts once.

    Raises:
        GradingError: There is no such folder, or nothing in it.

    Example:
        >>> import tempfile
        >>> folder = Path(tempfile.mkdtemp())
        >>> _ = (folder / "Copy of ada.ipynb").write_text("{}")
        >>> [submission.student_id for submission in find_submissions(folder)]
        ['ada']
    """
    if not folder.is_dir():
        raise GradingError(f"there is no folder {folder}: unpack the submissions into one")
    entries = sorted(path for path in folder.iterdir() if not _IGNORED.fullmatch(path.name))
    found: dict[str, list[Submission]] = {}
    for path in entries:
        submission = _submission(path)
        same = found.setdefault(submission.student_id, [])
        if not submission.content or submission.content not in [other.content for other in same]:
            same.append(submission)
    if not found:
        raise GradingError(f"there is nothing in {folder}: each student needs a notebook there, or a folder")
    return [
        submission._replace(shared=len(same) > 1) for _, same in sorted(found.items()) for submission in same
    ]


def _submission(path: Path) -> Submission:
    """Read what stands at the top of the folder: a student's notebook, or a student's folder."""
    if not path.is_symlink() and path.is_dir():
        known = _MOODLE.fullmatch(path.name) or _GRADESCOPE.fullmatch(path.name)
        student = known[1] if known else path.name
        notebooks = sorted(_notebooks(path))
        if len(notebooks) != 1:
            names = ", ".join(notebook.name for notebook in notebooks[:3]) or "none"
            return Submission(student, path, problem=f"a folder needs one notebook (.ipynb), not {names}")
        path = notebooks[0]
    else:
        known = _CANVAS.fullmatch(path.stem)
        student = known[1] if known else _COPIES.sub("", path.stem) or path.stem
    try:
        return Submission(student, path, _content(path))
    except _RefusedError as error:
        return Submission(student, path, problem=str(error))


class _RefusedError(ValueError):
    """A file is not read; the message says why."""


def _notebooks(folder: Path) -> Iterator[Path]:
    """Yield the notebooks of a student's folder, but not those behind links or that Jupyter hides."""
    for place, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not _IGNORED.fullmatch(name)]
        yield from (Path(place, name) for name in files if name.endswith(".ipynb") and name[0] != ".")


def _content(path: Path) -> bytes:
    """Read a file that is a notebook by its name, no link, no device, and small."""
    if path.is_symlink():
        raise _RefusedError("a symbolic link is not followed")
    if path.suffix != ".ipynb":
        raise _RefusedError(f"not a notebook: {path.name}")
    try:
        # The file may become a link or a pipe after the look above: neither is followed, neither blocks.
        flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
        with os.fdopen(os.open(path, flags), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise _RefusedError("not a regular file")
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise _RefusedError(f"cannot be read: {error.strerror}") from error
    if len(content) > MAX_BYTES:
        raise _RefusedError("larger than 1 MB: clear the outputs and hand in again")
    if not content:
        raise _RefusedError("an empty file")
    return content
