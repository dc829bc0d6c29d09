"""Mend what keeps a screen reader from parts of a page: markup of the tools below the book, repaired as it is written.

Each repair answers to a rule of axe-core, which ``tests/browser`` runs on every page; that is where one is missed.
"""

import re
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx

FOLDED = re.compile(r"(<a [^>]*>([^<]*)</a><details[^>]*>)<summary>")


def anchors_before_lists(app: Sphinx, document: nodes.document) -> None:
    """Set a description's anchors before it: one that has several becomes a ``<dl>`` with ``<span>`` in it."""
    for description in list(document.findall(addnodes.desc)):
        if description["ids"]:
            description.parent.insert(
                description.parent.index(description), nodes.container(ids=description["ids"])
            )
            description["ids"] = []


def name_what_unfolds(sidebar: str) -> str:
    """Give the arrow that unfolds a part of the contents the name of that part."""
    return FOLDED.sub(r'\1<summary aria-label="Pages of \2">', sidebar)


def mend(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: object) -> None:
    """Mend the parts of the page that the theme and docutils write."""
    contents = context["generate_toctree_html"]
    context["generate_toctree_html"] = lambda *args, **options: name_what_unfolds(
        str(contents(*args, **options))
    )
    # What stands in a list has to be an item of it; the role that docutils gives is out of use since DPUB-ARIA 1.1.
    if "body" in context:
        context["body"] = context["body"].replace('role="doc-biblioentry"', 'role="listitem"')


def setup(app: Sphinx) -> None:
    """Run after a page is read, and after the theme has made its parts of the page (its priority is 500)."""
    app.connect("doctree-read", anchors_before_lists)
    app.connect("html-page-context", mend, priority=900)
