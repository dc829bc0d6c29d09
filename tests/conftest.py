"""Set-up of every test: shapes are checked at run time, figures are drawn off screen, notebooks keep their order."""

import os
from importlib import import_module
from pathlib import Path

os.environ.setdefault("JAX_PLATFORMS", "cpu")

import jax
import matplotlib
import pytest
from jaxtyping import install_import_hook

# Here and not in the environment: nbval's kernels inherit that, and have to show their figures.
matplotlib.use("Agg")

# Most of the tests' time is compilation, and a test calls what it compiled a few times: XLA does without its slower
# passes. It reads its flags when JAX finds its devices; then they go, so that no kernel or child inherits them.
with pytest.MonkeyPatch.context() as environment:
    environment.setenv(
        "XLA_FLAGS", f"{os.environ.get('XLA_FLAGS', '')} --xla_backend_optimization_level=1".strip()
    )
    jax.devices()

# An int may stand where a float is wanted, as PEP 484 says and every reader expects.
install_import_hook("gencore", "beartype.beartype(conf=beartype.BeartypeConf(is_pep484_tower=True))")

# What one worker has compiled, the others and the next run take from the disk.
# Not in the environment either: a test that kills a process must not leave half an entry behind.
CPU = import_module("gencore.notebook")._cpu_name()  # after the hook
jax.config.update("jax_compilation_cache_dir", str(Path(__file__).parents[1] / "_build" / "xla" / CPU))
jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.0)
jax.config.update("jax_persistent_cache_min_entry_size_bytes", -1)


@pytest.hookimpl(trylast=True)  # after pytest-randomly has shuffled
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the cells of each notebook together again, in order, ahead of the tests; each builds on those before it.

    The browser's files come next: a worker that began with one of them last would leave the others without work.
    """
    cells: list = [item for item in items if item.path.suffix == ".ipynb"]
    tests = [item for item in items if item.path.suffix != ".ipynb"]
    tests.sort(key=lambda test: test.path.parent.name != "browser")
    items[:] = [*sorted(cells, key=lambda cell: (cell.path, cell.cell_num)), *tests]
