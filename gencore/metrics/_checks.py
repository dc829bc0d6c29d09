"""What every metric asks of its input, and what it says when the answer is no."""

from typing import Any

import numpy as np


def as_float64(name: str, x: Any) -> np.ndarray:
    """Return ``x`` as a NumPy float64 array, or say how many of its values are not finite."""
    array = np.asarray(x)  # waits for a JAX array that is still being computed
    if array.dtype.kind not in "fV" or array.dtype.names:  # V: bfloat16 and its like, which JAX registers
        raise ValueError(f"{name} holds {array.dtype}; pass floating-point numbers")
    array = array.astype(np.float64, copy=False)
    bad = array.size - int(np.isfinite(array).sum())
    if bad:
        raise ValueError(
            f"{name} holds {bad} values of {array.size} that are NaN or infinite; "
            "find the step that made them"
        )
    return array


def as_features(name: str, x: Any, *, least: int) -> np.ndarray:
    """Return ``x`` as float64 features, one row an example, at least ``least`` rows."""
    array = as_float64(name, x)
    if array.ndim != 2:
        raise ValueError(f"{name} has shape {array.shape}; pass one row a sample: (rows, features)")
    if len(array) < least:
        raise ValueError(f"{name} has {len(array)} rows; this needs at least {least}")
    if array.shape[1] == 0:
        raise ValueError(f"{name} has shape {array.shape}: no features; pass at least one column")
    return array


def as_feature_pair(
    names: tuple[str, str], x: Any, y: Any, *, least: tuple[int, int]
) -> tuple[np.ndarray, np.ndarray]:
    """Return two sets of features that share their columns, each with at least its own number of rows."""
    a, b = as_features(names[0], x, least=least[0]), as_features(names[1], y, least=least[1])
    if a.shape[1] != b.shape[1]:
        raise ValueError(
            f"{names[0]} has {a.shape[1]} features and {names[1]} has {b.shape[1]}; "
            "take both from the same feature extractor"
        )
    return a, b


def as_image_pair(x: Any, y: Any) -> tuple[np.ndarray, np.ndarray]:
    """Return two batches of one shape."""
    a, b = as_float64("x", x), as_float64("y", y)
    if a.shape != b.shape:
        raise ValueError(f"x has shape {a.shape} and y {b.shape}; pass images of one shape, pair by pair")
    if a.ndim < 2 or a.size == 0:
        raise ValueError(f"x has shape {a.shape}; pass a batch: (images, height, width)")
    return a, b


def as_image_stack(name: str, x: Any) -> np.ndarray:
    """Return a batch of images, (N, height, width)."""
    stack = as_float64(name, x)
    if stack.ndim != 3 or stack.size == 0:
        raise ValueError(
            f"{name} has shape {stack.shape}; pass (N, height, width), with .reshape(-1, 28, 28) from flat"
        )
    return stack


def at_least(name: str, value: Any, least: int) -> int:
    """Return ``value``, a whole number that is not below ``least``."""
    if value < least or value != int(value):
        raise ValueError(f"{name} is {value}; it must be a whole number, {least} or more")
    return int(value)
