"""Directives that put the generated tables on their pages."""

from collections.abc import Callable
from typing import ClassVar

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from gencore.records import results_folder

from . import deck, tables


class Generated(SphinxDirective):
    """A directive whose body is Markdown made from data; the page's own parser reads it."""

    write: ClassVar[Callable[..., list[str]]]

    def run(self) -> list[nodes.Node]:
        """Parse the lines where the directive stands; a later build reads the page again when the data have changed."""
        for path in (
            deck.SLIDES,
            deck.CLAIMS,
            *tables.SPEED.glob("*.json"),
            *deck.ROOT.glob("notebooks/*.ipynb"),
            *results_folder().glob("*.json"),
        ):
            self.env.note_dependency(str(path))
        parent = nodes.container()
        self.state.nested_parse(
            StringList(type(self).write(*self.arguments), self.get_source_info()[0]),
            self.content_offset,
            parent,
        )
        return parent.children


class SlideMap(Generated):
    """``{slide-map}``."""

    write = staticmethod(tables.slide_map)


class ClaimsLedger(Generated):
    """``{claims-ledger}``."""

    write = staticmethod(tables.claims_ledger)


class Results(Generated):
    """``{results-table}``."""

    write = staticmethod(tables.results)


class Speed(Generated):
    """``{speed-table} name``: a file of book/bench."""

    required_arguments = 1
    write = staticmethod(tables.speed)


def setup(app: Sphinx) -> None:
    """Register the directives."""
    app.add_directive("slide-map", SlideMap)
    app.add_directive("claims-ledger", ClaimsLedger)
    app.add_directive("results-table", Results)
    app.add_directive("speed-table", Speed)
