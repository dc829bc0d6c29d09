"""PyTorch, for the tests that hold our programs against its own."""

from typing import Any

import pytest
from peers import load_torch


@pytest.fixture
def torch() -> Any:
    """PyTorch; a test that asks for it is skipped where there is none."""
    pytest.importorskip("torch")
    return load_torch()


@pytest.fixture
def uncompiled(torch: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """PyTorch without its compiler, which takes a minute for a row; other tests hold what it compiles."""
    monkeypatch.setattr(torch, "compile", lambda module, **options: module)
