"""The book's own Sphinx extension: pages made from data, figures numbered by chapter, markup that can be heard."""

from pathlib import Path
from zlib import crc32

from sphinx.application import Sphinx

from . import accessible, directives, library, numbers, verdicts


def setup(app: Sphinx) -> dict[str, bool | int]:
    """Register every part with Sphinx."""
    for part in (accessible, directives, library, numbers, verdicts):
        part.setup(app)
    # Pages that an older state of these files made are made again.
    state = b"".join(path.read_bytes() for path in sorted(Path(__file__).parent.glob("*.py")))
    return {"parallel_read_safe": True, "parallel_write_safe": True, "env_version": crc32(state)}
