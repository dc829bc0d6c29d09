"""The API pages: every public name of a module, first as a table, then with its docstring."""

import importlib
import inspect
import pkgutil
from types import ModuleType
from typing import Any, get_origin

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective


def kind(thing: object) -> str:
    """Return the autodoc directive for an object."""
    if inspect.isclass(thing):
        return "autoexception" if issubclass(thing, BaseException) else "autoclass"
    return "autofunction" if callable(thing) and get_origin(thing) is None else "autodata"  # an alias is data


def submodules(package: ModuleType) -> list[str]:
    """Return the full names of the modules that a package gathers, but for those that a function's name hides."""
    public = getattr(package, "__all__", ())
    names = [found.name for found in pkgutil.iter_modules(getattr(package, "__path__", [])) if public]
    return [f"{package.__name__}.{name}" for name in names if not name.startswith("_") and name not in public]


def describe(module: str) -> list[str]:
    """Return the directives that describe a module: its docstring, a table of its public names, and each of them."""
    contents = importlib.import_module(module)
    names = getattr(contents, "__all__", ())
    has_table = "====" in (contents.__doc__ or "")  # then it needs no second one
    lines = [f".. automodule:: {module}", ""]
    if names and not has_table:
        lines += [".. autosummary::", "   :nosignatures:", "", *(f"   {name}" for name in names), ""]
    lines += [f".. py:module:: {name}" for name in submodules(contents)]  # so that text can name a file
    lines += ["", f".. py:currentmodule:: {module}", ""]
    for name in names:
        directive = kind(getattr(contents, name))
        lines += [f".. {directive}:: {name}", *(["   :members:"] if directive == "autoclass" else []), ""]
    return lines


class Library(SphinxDirective):
    """``{library} gencore.metrics`` describes a module, or a package with what it gathers in ``__all__``.

    A package that gathers nothing is described module by module.
    """

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Write the directives of autodoc and autosummary, and parse them as reStructuredText."""
        package = importlib.import_module(self.arguments[0])
        self.env.note_dependency(str(inspect.getsourcefile(package)))
        lines = describe(package.__name__)
        if not hasattr(package, "__all__"):
            for found in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
                lines += ["", f".. rubric:: {found.name}", "", *describe(found.name)]
        parent = nodes.container()
        markdown = StringList(["```{eval-rst}", *lines, "```"], package.__name__)
        self.state.nested_parse(markdown, self.content_offset, parent)
        return parent.children


def skip_tuple_fields(app: Sphinx, what: str, name: str, obj: Any, skip: bool, options: Any) -> bool | None:
    """Leave out "Alias for field number 0": the class's docstring says what a field holds."""
    return True if type(obj).__name__ == "_tuplegetter" else None


def setup(app: Sphinx) -> None:
    """Register the directive."""
    app.add_directive("library", Library)
    app.connect("autodoc-skip-member", skip_tuple_fields)
