"""What a notebook's cells call to begin, and to show code, tables and numbers."""

import ast
import hashlib
import inspect
import os
import platform
import re
import textwrap
import warnings
from collections.abc import Mapping, Sequence
from decimal import Decimal
from importlib import metadata
from numbers import Integral
from pathlib import Path
from typing import Any, SupportsFloat

import jax
from threadpoolctl import threadpool_limits

from gencore.display import show_markdown
from gencore.plotting import use_style
from gencore.profile import current_profile

__all__ = ["about", "show_source", "show_table", "start"]

_ROOT = Path(__file__).parent.parent


def start() -> None:
    """Set a notebook up, and print one line that says what runs.

    Sets the figures' style, and lets JAX keep compiled code from one run to the next in the cache folder, unless
    ``JAX_COMPILATION_CACHE_DIR`` names another. Keeps NumPy's matrix products to one thread: a chapter's matrices are
    small, and a second thread would only wait for JAX's (JAX keeps its own threads).

    Example:
        The first code cell of every notebook ends in it.

        >>> from gencore import notebook
        >>> notebook.start()  # doctest: +SKIP
        gencore 0.1.0 · profile quick
    """
    use_style()
    threadpool_limits(1, user_api="blas")
    _keep_compiled_code()
    print(f"gencore {metadata.version('gencore')} · profile {current_profile()}")


def show_source(*objects: Any, docstring: bool = False) -> None:
    """Show the library's own source, so that the code that is read is the code that runs and is tested.

    Args:
        *objects: Functions, methods or classes; what ``jax.jit`` and other wrappers hold is found inside.
        docstring: Keep the docstrings.

    Raises:
        TypeError: An object is neither a function nor a class written in Python.

    Example:
        >>> from gencore.profile import current_profile
        >>> show_source(current_profile)
        From [gencore/profile.py](https://github.com/.../gencore/profile.py):
        ...
        def current_profile() -> Profile:
            chosen = os.environ.get("GENCORE_PROFILE", "").strip().lower()
        ...
    """
    files: dict[str, list[str]] = {}
    for obj in objects:
        code, file = _source_of(obj)
        files.setdefault(file, []).append(code if docstring else _without_docstrings(code))
    parts = []
    for file, codes in files.items():
        code = "\n\n\n".join(codes)
        fence = "`" * (4 if "```" in code else 3)
        parts.append((f"{file}:\n\n" if file else "") + f"{fence}python\n{code}\n{fence}")
    show_markdown("\n\n".join(parts))


def show_table(
    rows: Sequence[Mapping[str, object]] | Mapping[str, Sequence[object]],
    *,
    formats: Mapping[str, str] | None = None,
    caption: str | None = None,
) -> None:
    """Show rows of named values as a table.

    Args:
        rows: A list of rows, each a value for every column; or for each column, its list of values. A value
            is text, a whole number, or None for a gap.
        formats: For a column of floats, how to write them, as in ``{"FID": ".1f"}``.
        caption: A sentence above the table.

    Raises:
        ValueError: There are no rows, or they do not share their columns.
        TypeError: A column without a format holds a float, whose last digits differ from CPU to CPU.

    Example:
        >>> show_table({"model": ["VAE", "GAN"], "FID": [44.21, 9.04]}, formats={"FID": ".1f"})
        | model | FID |
        | :-- | --: |
        | VAE | 44.2 |
        | GAN | 9.0 |
    """
    if isinstance(rows, Mapping):
        if len({len(column) for column in rows.values()}) > 1:
            lengths = {name: len(column) for name, column in rows.items()}
            raise ValueError(f"rows has columns of different lengths: {lengths}")
        rows = [dict(zip(rows, values, strict=True)) for values in zip(*rows.values(), strict=True)]
    if not rows:
        raise ValueError("rows is empty: give at least one row")
    columns = list(rows[0])
    for i, row in enumerate(rows):
        if list(row) != columns:
            raise ValueError(f"rows[{i}] has the columns {list(row)}, rows[0] has {columns}")
    stray = sorted(set(formats or {}) - set(columns))
    if stray:
        raise ValueError(f"formats names {stray}, but the columns are {columns}")
    cells = [[_cell(name, row[name], (formats or {}).get(name)) for name in columns] for row in rows]
    numeric = [all(_is_number(line[i]) for line in cells) for i in range(len(columns))]
    lines = [columns, ["--:" if is_numeric else ":--" for is_numeric in numeric], *cells]
    table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    show_markdown(f"{caption}\n\n{table}" if caption else table)


def about(value: SupportsFloat, step: float) -> str:
    """Round a measured number to a grid so coarse that every CPU prints the same.

    Two CPUs add in different orders, so the last digits of a trained model's score differ. While a notebook is
    being written (``GENCORE_AUTHORING=1``, which ``make notebooks`` sets), a value too close to the middle between
    two grid points is refused: there, a small change would print another number.

    Args:
        value: The number.
        step: The distance of the grid's points, positive.

    Returns:
        The nearest multiple of ``step``, with the decimals of ``step``.

    Raises:
        ValueError: The value is not finite, the step not positive, or, while writing, the value is within a
            fifth of a step of the middle between two multiples.

    Example:
        >>> about(44.42, 0.5), about(0.0312, 0.001), about(12_310, 100)
        ('44.5', '0.031', '12,300')
    """
    value = float(value)
    if not step > 0 or not abs(value) < float("inf"):
        raise ValueError(f"about needs a finite value and a positive step, got value={value}, step={step}")
    if os.environ.get("GENCORE_AUTHORING") == "1" and not _is_settled(value, step):
        better = [step * factor for factor in (2, 2.5, 5, 10, 0.5) if _is_settled(value, step * factor)]
        hint = f"; step={better[0]:.12g} would do" if better else ""
        raise ValueError(
            f"about({value!r}, step={step:.12g}): the value lies too close to the middle between two multiples "
            f"of the step to print the same on every CPU; choose a coarser or another step{hint}"
        )
    grid = Decimal(str(step))
    decimals = max(0, -int(grid.normalize().as_tuple().exponent))
    return f"{grid * round(value / step) + 0:,.{decimals}f}"


def _keep_compiled_code() -> None:
    """Let JAX keep what it compiles in the cache folder; where that cannot be written, do without."""
    if jax.config.jax_compilation_cache_dir is not None:  # pyright: ignore[reportAttributeAccessIssue]
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # in a notebook, pooch's import asks for widgets that are not needed
        import pooch
    folder = Path(pooch.os_cache("gencore")) / "xla" / _cpu_name()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / f".probe-{os.getpid()}"
        probe.touch()
        probe.unlink()
    except OSError:
        return
    warnings.filterwarnings("ignore", message=".*persistent compilation cache.*")
    jax.config.update("jax_compilation_cache_dir", str(folder))
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.2)


def _cpu_name() -> str:
    """Name the CPU by its instruction set, since code compiled for one CPU may not run on another."""
    try:
        cpu = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
        features = next(line for line in cpu.splitlines() if line.lower().startswith(("flags", "features")))
    except (OSError, StopIteration):
        features = platform.processor()
    return f"{platform.machine()}-{hashlib.sha256(features.encode()).hexdigest()[:8]}"


def _source_of(obj: Any) -> tuple[str, str]:
    """Return an object's dedented source, and the line that names its file if that is the library's."""
    inner: Any = inspect.unwrap(getattr(obj, "fget", None) or getattr(obj, "func", obj))
    try:
        code = textwrap.dedent(inspect.getsource(inner)).rstrip()
        file = Path(inspect.getsourcefile(inner) or "").resolve()
    except TypeError as error:
        raise TypeError(f"show_source needs a function or a class written in Python, got {obj!r}") from error
    if not file.is_relative_to(_ROOT / "gencore"):
        return code, ""
    name = file.relative_to(_ROOT).as_posix()
    return code, f"From [{name}]({_repository()}/blob/main/{name})"


def _repository() -> str:
    for entry in metadata.metadata("gencore").get_all("Project-URL") or ():
        label, _, address = entry.partition(", ")
        if label == "Repository":
            return address
    raise LookupError("pyproject.toml's [project.urls] has no Repository")


def _without_docstrings(code: str) -> str:
    """Cut the docstrings and the linters' marks out of the text; comments and layout stay as they are."""
    lines = code.splitlines()
    drop: set[int] = set()
    for node in ast.walk(ast.parse(code)):
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            continue
        text, last = node.body[0], node.body[0].end_lineno or 0
        around = (
            lines[text.lineno - 1].encode()[: text.col_offset],
            lines[last - 1].encode()[text.end_col_offset :],
        )
        if ast.get_docstring(node) is None or len(node.body) == 1 or any(part.strip() for part in around):
            continue  # no docstring, or one that is the whole body, or one with other code on its lines
        while last < len(lines) and not lines[last].strip():
            last += 1  # the empty lines below it go too
        drop.update(range(text.lineno - 1, last))
    marks = re.compile(r"\s*# (noqa|type: ignore|pyright: ignore).*$")
    return "\n".join(marks.sub("", line) for i, line in enumerate(lines) if i not in drop)


def _cell(column: str, value: object, form: str | None) -> str:
    if form is not None:
        return format(value, form)
    if value is None:
        return "–"
    if not isinstance(value, (str, Integral)):
        raise TypeError(
            f"column {column!r} holds {value!r}: give its format, as in formats={{{column!r}: '.1f'}}, "
            "or write it as text with about(value, step)"
        )
    return str(value).replace("|", "\\|")


def _is_number(text: str) -> bool:
    return text == "–" or re.fullmatch(r"[-−+]?\d[\d,.]*(e[-+]?\d+)?( ?[%×])?", text) is not None


def _is_settled(value: float, step: float) -> bool:
    """Whether a value lies more than a fifth of a step away from the nearest rounding boundary."""
    return abs((value / step) % 1 - 0.5) >= 0.2
