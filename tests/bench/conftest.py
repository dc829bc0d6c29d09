"""PyTorch, for the tests that hold our programs against its own."""

from dataclasses import replace
from typing import Any

import pytest
from peers import load_torch

from gencore.recipes import diffusion, gan, gpt, latent_diffusion, small_diffusion

# Where a recipe keeps the settings that a job takes, and what makes them small.
SMALL = {
    (diffusion, "FULL"): {"width": 32, "blocks": 1, "detail_width": 16, "batch_size": 8},
    (small_diffusion, "SETTINGS"): {"width": 32, "blocks": 1, "batch_size": 8, "timesteps": 40},
    (latent_diffusion, "FULL"): {"width": 32, "blocks": 1, "batch_size": 8},
    (gpt, "FULL"): {"width": 16, "layers": 1, "context": 16, "batch_size": 4},
    (gan, "FULL"): {"generator_hidden": (16,), "critic_hidden": (16,), "batch_size": 16},
}


@pytest.fixture
def torch() -> Any:
    """PyTorch; a test that asks for it is skipped where there is none."""
    pytest.importorskip("torch")
    return load_torch()


@pytest.fixture
def uncompiled(torch: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """PyTorch without its compiler, which takes a minute for a row; other tests hold what it compiles."""
    monkeypatch.setattr(torch, "compile", lambda module, **options: module)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small networks in the place of full-size ones: which rows a job gives hangs on no size."""
    for (recipe, name), sizes in SMALL.items():
        monkeypatch.setattr(recipe, name, replace(getattr(recipe, name), **sizes))
