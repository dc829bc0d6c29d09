"""The reference tests' tools: the other packages, and a table of how far we are from each of them."""

import numpy as np
import pytest
from peers import load_peer, load_torch


@pytest.fixture(scope="session")
def torch():
    """PyTorch, with a torchvision that can be imported beside it."""
    pytest.importorskip("torch")
    return load_torch()


@pytest.fixture(scope="session")
def peer(torch):
    """A function that imports a module of a reference package."""
    return load_peer


@pytest.fixture
def agree(record_property):
    """A function that checks one figure of ours against another's, and puts it into the table."""

    def check(metric, case, package, ours, theirs, tolerance):
        ours, theirs = np.asarray(ours, dtype=float), np.asarray(theirs, dtype=float)
        error = float(np.max(np.abs(ours - theirs) / np.maximum(np.abs(theirs), np.finfo(float).tiny)))
        record_property(
            "agreement", [metric, case, package, f"{ours.flat[0]:.12g}", f"{error:.1e}", f"{tolerance:.0e}"]
        )
        assert error <= tolerance

    return check


def pytest_terminal_summary(terminalreporter):
    """Print what ``agree`` measured."""
    rows = [
        value
        for outcome in ("passed", "failed")
        for report in terminalreporter.getreports(outcome)
        for name, value in getattr(report, "user_properties", [])
        if name == "agreement" and report.when == "call"
    ]
    if not rows:
        return
    rows = [["metric", "data", "against", "value", "relative error", "allowed"], *rows]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    terminalreporter.section("agreement with other packages")
    for row in rows:
        terminalreporter.write_line(
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        )
