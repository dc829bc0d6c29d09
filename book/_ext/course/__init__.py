"""The book's own Sphinx extension: pages made from data, and figure numbers that carry the chapter's number."""

from sphinx.application import Sphinx

from . import directives, library, numbers, verdicts


def setup(app: Sphinx) -> dict[str, bool]:
    """Register every part with Sphinx."""
    for part in (directives, library, numbers, verdicts):
        part.setup(app)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
