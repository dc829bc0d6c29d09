"""The reference tests' tools: the other packages, and a table of how far we are from each of them."""

import importlib
import warnings

import numpy as np
import pytest

_KEPT = []  # operators declared below; they vanish with the object that declared them


@pytest.fixture(scope="session")
def torch():
    """PyTorch, with a torchvision that can be imported beside it.

    The index's torchvision is built for CUDA. Beside a CPU build of PyTorch its operators do not load, and its import
    stops at the two whose shapes it describes to PyTorch. No metric calls them, so that declaring them is enough.
    """
    torch = pytest.importorskip("torch")
    try:
        importlib.import_module("torchvision")
    except RuntimeError:
        library = torch.library.Library("torchvision", "DEF")
        for name in ("nms", "qnms"):
            library.define(f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
        _KEPT.append(library)
        importlib.import_module("torchvision")
    return torch


@pytest.fixture(scope="session")
def peer(torch):
    """A function that imports a module of a reference package; the package's own warnings are not ours."""

    def load(name):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return importlib.import_module(name)

    return load


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
