"""`make test` runs every cell of these notebooks: tests come in random order, a notebook's cells as they stand."""

import pytest


@pytest.hookimpl(trylast=True)  # after pytest-randomly has shuffled
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the cells of each notebook together again, in order, ahead of the tests."""
    cells = [item for item in items if item.path.suffix == ".ipynb"]
    tests = [item for item in items if item.path.suffix != ".ipynb"]
    items[:] = [*sorted(cells, key=lambda cell: (cell.path, cell.cell_num)), *tests]
