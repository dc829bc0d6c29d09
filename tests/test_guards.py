"""The list of guards fits the library and the tests, and what goes through it tells the two outcomes apart."""

import importlib.util
import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def runner():
    spec = importlib.util.spec_from_file_location("guards", ROOT / ".ci" / "guards.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["guards"] = module  # where a NamedTuple looks its types up
    spec.loader.exec_module(module)
    yield module
    del sys.modules["guards"]


def test_each_guard_is_where_the_list_says_and_the_library_without_it_is_still_python(runner):
    guards = runner.read_guards()
    assert len({guard.fault for guard in guards}) == len(guards) > 60
    for guard in guards:
        source = (ROOT / guard.file).read_text("utf-8")
        assert source.count(guard.old) == 1, guard.fault
        assert guard.new != guard.old, guard.fault
        compile(source.replace(guard.old, guard.new), guard.file, "exec")


def test_each_guard_has_a_test(runner):
    for guard in runner.read_guards():
        file, _, name = guard.test.partition("::")
        assert re.search(rf"^def {name}\(", (ROOT / file).read_text("utf-8"), flags=re.M), guard.test


@pytest.mark.slow
def test_a_guard_that_no_test_would_miss_is_told_from_one_that_is_missed(runner):
    guard = next(guard for guard in runner.read_guards() if guard.fault == "a file in the cache is damaged")
    noticed, output, _ = runner.without(guard)
    assert noticed, output
    noticed, output, _ = runner.without(guard._replace(new=guard.old))
    assert not noticed and "1 passed" in output
    noticed, output, _ = runner.without(guard._replace(new="this is no Python"))
    assert not noticed and "SyntaxError" in output
