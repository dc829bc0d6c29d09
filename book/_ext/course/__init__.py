"""The book's own Sphinx extension: pages made from data, figures numbered by chapter, markup that can be heard."""

from sphinx.application import Sphinx

from . import accessible, directives, library, numbers, verdicts


def setup(app: Sphinx) -> dict[str, bool]:
    """Register every part with Sphinx."""
    for part in (accessible, directives, library, numbers, verdicts):
        part.setup(app)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
