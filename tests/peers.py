"""PyTorch and the packages on top of it, which tests and `make bench` hold our figures against."""

import importlib
import warnings
from types import ModuleType
from typing import Any

_KEPT = []  # operators declared below; they vanish with the object that declared them


def load_torch() -> Any:
    """Import PyTorch, with a torchvision that can be imported beside it.

    The index's torchvision is built for CUDA. Beside a CPU build of PyTorch its operators do not load, and its import
    stops at the two whose shapes it describes to PyTorch. No metric calls them, so that declaring them is enough.
    """
    torch = importlib.import_module("torch")
    try:
        importlib.import_module("torchvision")
    except RuntimeError:
        library = torch.library.Library("torchvision", "DEF")
        for name in ("nms", "qnms"):
            library.define(f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
        _KEPT.append(library)
        importlib.import_module("torchvision")
    return torch


def load_peer(name: str) -> ModuleType:
    """Import a module of another package; its warnings about itself are not ours."""
    load_torch()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return importlib.import_module(name)
