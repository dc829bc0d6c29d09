"""Number figures, tables and equations by the deck's chapters: the second figure of chapter 04 is Figure 4.2.

Sphinx would number the chapters by their place in the table of contents. Chapters still to come leave gaps there, so
its numbers would contradict the chapters' own titles, and would all change whenever a chapter is added.
"""

import re

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

CHAPTER = re.compile(r"notebooks/(?:\w+/)*(\d\d)_")


def renumber(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Replace each chapter's numbers in place; runs after Sphinx's own count, which is in reading order."""
    changed = []
    for docname, kinds in env.toc_fignumbers.items():
        if match := CHAPTER.match(docname):
            chapter = int(match[1])
            for kind, numbers in kinds.items():
                kinds[kind] = {name: (chapter, place) for place, name in enumerate(numbers, start=1)}
            changed.append(docname)
    return changed


def setup(app: Sphinx) -> None:
    """Run after the collectors, which have the default priority of 500."""
    app.connect("env-get-updated", renumber, priority=900)
