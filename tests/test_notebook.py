import functools
import inspect
import os
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path
from typing import Any

import jax
import matplotlib as mpl
import numpy as np
import pooch
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from gencore import notebook
from gencore.notebook import about, show_source, show_table

ROOT = Path(__file__).parents[1]

START = """
import jax, jax.numpy as jnp
from gencore.notebook import start
start()
def slow(x):
    for i in range(60):
        x = jnp.tanh(x @ x) + i
    return x.sum()
jax.jit(jax.grad(slow))(jnp.ones((8, 8)))
"""


def run_start(**environment: str) -> subprocess.CompletedProcess:
    env = {k: v for k, v in os.environ.items() if not k.startswith(("JAX_COMPILATION", "GENCORE"))}
    env |= {"GENCORE_PROFILE": "quick", "MPLCONFIGDIR": mpl.get_cachedir(), **environment}
    return subprocess.run([sys.executable, "-c", START], env=env, capture_output=True, text=True, check=True)


# start


@pytest.mark.skipif(sys.platform != "linux", reason="XDG_CACHE_HOME moves the cache folder on Linux only")
def test_start_prints_one_line_and_keeps_compiled_code(tmp_path):
    for _ in range(2):
        done = run_start(XDG_CACHE_HOME=str(tmp_path))
        assert done.stdout == f"gencore {metadata.version('gencore')} · profile quick\n"
        assert done.stderr == ""
    kept = [path for path in (tmp_path / "gencore" / "xla").rglob("*") if "slow" in path.name]
    assert len(kept) == 1  # written by the first run, found by the second


def test_start_keeps_matrix_products_to_one_thread(monkeypatch):
    monkeypatch.setattr(notebook, "_keep_compiled_code", lambda: None)
    with threadpool_limits(2, user_api="blas"):  # and back again afterwards
        notebook.start()
        assert {pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"} == {1}


@pytest.mark.skipif(sys.platform != "linux", reason="XDG_CACHE_HOME moves the cache folder on Linux only")
def test_start_does_without_a_folder_it_cannot_write(tmp_path):
    (tmp_path / "gencore").touch()  # a file, where the folder would be
    done = run_start(XDG_CACHE_HOME=str(tmp_path))
    assert done.stdout.count("\n") == 1
    assert done.stderr == ""


def test_a_folder_that_the_reader_chose_is_left_alone(tmp_path, monkeypatch):
    before = jax.config.jax_compilation_cache_dir  # pyright: ignore[reportAttributeAccessIssue]
    monkeypatch.setattr(pooch, "os_cache", lambda _: pytest.fail("looked for a cache folder"))
    try:
        jax.config.update("jax_compilation_cache_dir", str(tmp_path))
        notebook._keep_compiled_code()
        assert jax.config.jax_compilation_cache_dir == str(tmp_path)  # pyright: ignore[reportAttributeAccessIssue]
    finally:
        jax.config.update("jax_compilation_cache_dir", before)


def test_compiled_code_is_kept_apart_by_instruction_set(monkeypatch):
    texts = iter(
        ["processor: 0\nflags: sse avx\n", "processor: 0\nflags: sse avx avx512\n", "processor: 0\n"]
    )
    monkeypatch.setattr(Path, "read_text", lambda *_, **__: next(texts))
    assert len({notebook._cpu_name() for _ in range(3)}) == 3


# show_source

CLASS = '''
class Model:
    """What it is."""

    size = 2  # kept
    one = []  # noqa: RUF012

    def encode(self, x):
        """Return the code.

        At length.
        """

        # a comment stays
        return (  x + 1  )

    def empty(self):
        """Only a docstring, so it stays."""
'''

WITHOUT = """
class Model:
    size = 2  # kept
    one = []

    def encode(self, x):
        # a comment stays
        return (  x + 1  )

    def empty(self):
        \"\"\"Only a docstring, so it stays.\"\"\"
"""


@pytest.fixture
def module(tmp_path, monkeypatch) -> Any:
    """A module of its own file, written with care for its comments and its layout."""
    tail = "\n\ndef one(): 'short'; return 1\n\n\ndef fence():\n    return '''```'''\n"
    (tmp_path / "written.py").write_text(CLASS.lstrip() + tail)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "written", raising=False)
    return __import__("written")


def shown(capsys) -> str:
    return capsys.readouterr().out


def test_docstrings_go_and_all_else_stays(module, capsys):
    show_source(module.Model)
    assert shown(capsys) == f"```python\n{WITHOUT.strip()}\n```\n"


def test_docstrings_stay_on_demand(module, capsys):
    show_source(module.Model, docstring=True)
    assert shown(capsys) == f"```python\n{CLASS.strip()}\n```\n"


def test_a_method_moves_to_the_left(module, capsys):
    show_source(module.Model.encode)
    assert shown(capsys).splitlines()[1:3] == ["def encode(self, x):", "    # a comment stays"]


def test_a_docstring_that_shares_its_line_stays(module, capsys):
    show_source(module.one)
    assert "def one(): 'short'; return 1" in shown(capsys)


def test_a_fence_holds_source_with_fences(module, capsys):
    show_source(module.fence)
    assert shown(capsys).startswith("````python\n")


@pytest.mark.parametrize(
    "wrap",
    [jax.jit, lambda f: functools.partial(f, 1), lambda f: functools.wraps(f)(lambda x: f(x)), property],
    ids=["jit", "partial", "wraps", "property"],
)
def test_wrappers_are_looked_through(wrap, module, capsys):
    show_source(wrap(module.Model.encode))
    assert "return (  x + 1  )" in shown(capsys)


def test_the_librarys_source_is_linked_from_the_project_address(capsys):
    from gencore.profile import current_profile

    show_source(current_profile, notebook.start)
    text = shown(capsys)
    address = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["urls"]["Repository"]
    for file in ("gencore/profile.py", "gencore/notebook.py"):
        assert f"From [{file}]({address}/blob/main/{file}):\n" in text
    code = inspect.getsource(inspect.unwrap(current_profile))
    assert code.split('"""')[2].strip() in text
    assert "Say which profile" not in text


def test_functions_of_one_file_share_a_block(capsys):
    show_source(notebook.start, notebook.about)
    assert shown(capsys).count("```python") == 1


def test_what_has_no_source_is_named():
    with pytest.raises(TypeError, match="show_source needs a function or a class written in Python, got 3"):
        show_source(3)
    with pytest.raises(TypeError, match="got <built-in function len>"):
        show_source(len)


# show_table


def test_rows_and_columns_give_the_same_table(capsys):
    show_table([{"model": "VAE", "n": 16}, {"model": "GAN", "n": np.int64(2)}], caption="Two models.")
    rows = shown(capsys)
    show_table({"model": ["VAE", "GAN"], "n": [16, 2]}, caption="Two models.")
    assert shown(capsys) == rows
    assert rows == "Two models.\n\n| model | n |\n| :-- | --: |\n| VAE | 16 |\n| GAN | 2 |\n"


def test_numbers_align_right_and_words_left(capsys):
    show_table(
        {
            "a": ["1,200", "−3.5"],
            "b": ["98 %", "4×"],
            "c": ["1e-5", None],
            "d": ["2-D", "3"],
            "e": [0.123, 4.5],
        },
        formats={"e": ".1f"},
    )
    _, rule, first, second = shown(capsys).splitlines()
    assert rule == "| --: | --: | --: | :-- | --: |"
    assert (first, second) == ("| 1,200 | 98 % | 1e-5 | 2-D | 0.1 |", "| −3.5 | 4× | – | 3 | 4.5 |")


def test_a_bar_does_not_end_its_cell(capsys):
    show_table({"what": ["P(y|x)"]})
    assert r"| P(y\|x) |" in shown(capsys)


@pytest.mark.parametrize(
    ("rows", "options", "error", "message"),
    [
        ([], {}, ValueError, "rows is empty"),
        ([{"a": 1}, {"b": 1}], {}, ValueError, r"rows\[1\] has the columns \['b'\], rows\[0\] has \['a'\]"),
        ({"a": [1], "b": [1, 2]}, {}, ValueError, "different lengths: {'a': 1, 'b': 2}"),
        (
            [{"a": 1}],
            {"formats": {"b": ".1f"}},
            ValueError,
            r"formats names \['b'\], but the columns are \['a'\]",
        ),
        ([{"a": 0.1}], {}, TypeError, r"column 'a' holds 0.1: give its format, as in formats={'a': '.1f'}"),
    ],
)
def test_a_wrong_table_says_what_is_wrong(rows, options, error, message):
    with pytest.raises(error, match=message):
        show_table(rows, **options)


# about


@pytest.mark.parametrize(
    ("value", "step", "text"),
    [
        (44.42, 0.5, "44.5"),
        (44.42, 1, "44"),
        (44.42, 5, "45"),
        (44.42, 2.5, "45.0"),
        (0.03124, 0.001, "0.031"),
        (1.2e-5, 1e-6, "0.000012"),
        (60_000, 1000, "60,000"),
        (-0.04, 0.1, "0.0"),
        (-1.26, 0.05, "-1.25"),
        (0.15, 0.05, "0.15"),  # 0.15 / 0.05 is not 3 in floating point
        (np.float32(7.3), 0.1, "7.3"),
    ],
)
def test_numbers_go_to_the_nearest_grid_point(value, step, text):
    assert about(value, step) == text


@pytest.mark.parametrize(
    ("value", "step"), [(float("nan"), 1), (float("inf"), 1), (1, 0), (1, -1), (1, float("nan"))]
)
def test_only_finite_values_and_positive_steps(value, step):
    with pytest.raises(ValueError, match="finite value and a positive step"):
        about(value, step)


@pytest.mark.parametrize(
    ("value", "text"), [(7.0, "7"), (7.29, "7"), (7.71, "8"), (-7.29, "-7"), (-7.71, "-8")]
)
def test_while_writing_a_settled_value_is_rounded(monkeypatch, value, text):
    monkeypatch.setenv("GENCORE_AUTHORING", "1")
    assert about(value, 1) == text


@pytest.mark.parametrize("value", [7.31, 7.5, 7.69, -7.31, -7.69])
def test_while_writing_a_value_near_a_boundary_is_refused(monkeypatch, value):
    assert about(value, 1) in ("7", "8", "-7", "-8")
    monkeypatch.setenv("GENCORE_AUTHORING", "1")
    with pytest.raises(ValueError, match="choose a coarser or another step; step="):
        about(value, 1)


def test_the_step_it_suggests_is_one_it_takes(monkeypatch):
    monkeypatch.setenv("GENCORE_AUTHORING", "1")
    for value in np.random.default_rng(0).uniform(-100, 100, 200):
        try:
            about(value, 0.5)
        except ValueError as error:
            _, found, step = str(error).partition("; step=")
            if found:
                about(value, float(step.split()[0]))


def test_neighbors_of_a_settled_value_print_the_same(monkeypatch):
    """What the guard lets through may move by a fifth of a step, and prints the same."""
    monkeypatch.setenv("GENCORE_AUTHORING", "1")
    settled = 0
    for value in np.random.default_rng(0).uniform(-5, 5, 500):
        try:
            text = about(value, 0.1)
        except ValueError:
            continue
        settled += 1
        monkeypatch.delenv("GENCORE_AUTHORING")
        assert about(value - 0.0199, 0.1) == about(value + 0.0199, 0.1) == text
        monkeypatch.setenv("GENCORE_AUTHORING", "1")
    assert 200 < settled < 400
