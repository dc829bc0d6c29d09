"""Every public name of the library is documented, with an example that runs (`make test` runs them)."""

import importlib
import inspect
import pkgutil
from dataclasses import is_dataclass
from typing import get_origin

import pytest

import gencore

MODULES = ["gencore", *(found.name for found in pkgutil.walk_packages(gencore.__path__, "gencore."))]
PUBLIC = sorted(
    {
        f"{module}.{name}"
        for module in MODULES
        for name in getattr(importlib.import_module(module), "__all__", ())
        if not module.startswith("gencore.results")
    }
)


def thing(path: str) -> object:
    module, _, name = path.rpartition(".")
    return getattr(importlib.import_module(module), name)


def needs_example(path: str) -> bool:
    """Whether the name does something: a function or a class with behavior, not a record, a protocol or an error."""
    it = thing(path)
    if inspect.isclass(it):
        return not (
            issubclass(it, (BaseException, tuple)) or is_dataclass(it) or getattr(it, "_is_protocol", False)
        )
    return callable(it) and get_origin(it) is None


def test_there_is_a_public_library():
    assert {"gencore.metrics.frechet_distance", "gencore.data.load_mnist", "gencore.models.VAE"}.issubset(
        PUBLIC
    )


@pytest.mark.parametrize("module", MODULES)
def test_modules_say_what_they_are(module: str):
    assert importlib.import_module(module).__doc__


@pytest.mark.parametrize("path", PUBLIC)
def test_public_names_are_documented_by_one_line_that_ends(path: str):
    if callable(thing(path)) and get_origin(thing(path)) is None:
        documentation = inspect.getdoc(thing(path)) or ""
        assert documentation.partition("\n")[0].endswith((".", ":", "?")), f"{path}: {documentation[:80]!r}"


@pytest.mark.parametrize("path", [path for path in PUBLIC if needs_example(path)])
def test_public_names_come_with_an_example(path: str):
    it = thing(path)
    methods = (
        [member for _, member in inspect.getmembers(it, inspect.isroutine)] if inspect.isclass(it) else []
    )
    own = [method for method in methods if (getattr(method, "__module__", "") or "").startswith("gencore")]
    assert any(">>>" in (inspect.getdoc(part) or "") for part in [it, *own]), f"{path} has no Example:"
