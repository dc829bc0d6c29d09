"""Weights in files: safetensors, which holds numbers and no code, with a hash that is checked."""

import hashlib
from pathlib import Path
from typing import Any, TypeVar

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx
from safetensors import SafetensorError
from safetensors.numpy import load, save

__all__ = ["WeightsError", "pack_weights", "read_weights", "unpack_weights"]

Model = TypeVar("Model", bound=nnx.Module)


class WeightsError(ValueError):
    """A weights file is not the one that is expected."""


def _named(params: Any) -> dict[str, Any]:
    """Parameters by their path in the model, such as ``conv1.kernel``."""
    flat = jax.tree_util.tree_leaves_with_path(nnx.to_pure_dict(params))
    return {jax.tree_util.keystr(path, simple=True, separator="."): leaf for path, leaf in flat}


def pack_weights(model: nnx.Module, *, dtype: Any = None) -> bytes:
    """Write a model's parameters as safetensors, each named by its path; equal weights give equal bytes.

    Args:
        model: Any model.
        dtype: Type of the numbers in the file; ``np.float16`` halves it and keeps three digits. None: the model's own.

    Returns:
        The file's content.

    Example:
        >>> model = nnx.Linear(2, 3, rngs=nnx.Rngs(0))
        >>> pack_weights(model) == pack_weights(model)
        True
    """
    return save(
        {name: np.asarray(value, dtype) for name, value in _named(nnx.state(model, nnx.Param)).items()}
    )


def unpack_weights(model: Model, content: bytes) -> Model:
    """Put the weights of a safetensors file into a copy of a model of the same shape.

    Args:
        model: The model; it is not changed.
        content: What :func:`pack_weights` returned.

    Returns:
        A model of the same class with those weights, as numbers of the model's own type.

    Raises:
        WeightsError: The content is no safetensors file, or its arrays are not this model's.

    Example:
        >>> model, other = (nnx.Linear(2, 3, rngs=nnx.Rngs(seed)) for seed in (0, 1))
        >>> copy = unpack_weights(other, pack_weights(model))
        >>> bool((copy.kernel[...] == model.kernel[...]).all())
        True
    """
    graph, params, rest = nnx.split(model, nnx.Param, ...)
    try:
        arrays = load(content)
    except SafetensorError as error:
        raise WeightsError(f"content is not a safetensors file: {error}") from error
    named = _named(params)
    wanted = {name: np.shape(value) for name, value in named.items()}
    found = {name: value.shape for name, value in arrays.items()}
    if wanted != found:
        raise WeightsError(f"content holds {found}, the model needs {wanted}")
    leaves = [jnp.asarray(arrays[name], value.dtype) for name, value in named.items()]
    return nnx.merge(graph, jax.tree.unflatten(jax.tree.structure(params), leaves), rest)


def read_weights(path: Path, sha256: str) -> bytes:
    """Read a weights file that ships with the library, and check that it is whole.

    Args:
        path: The file.
        sha256: Its hash, in hexadecimal.

    Returns:
        The file's content.

    Raises:
        WeightsError: The file is missing, or its hash is another one.

    Example:
        >>> import tempfile
        >>> path = Path(tempfile.mkdtemp()) / "w.safetensors"
        >>> _ = path.write_bytes(b"abc")
        >>> read_weights(path, hashlib.sha256(b"abc").hexdigest())
        b'abc'
    """
    if not path.is_file():
        raise WeightsError(f"{path} is missing; install gencore again")
    content = path.read_bytes()
    found = hashlib.sha256(content).hexdigest()
    if found != sha256:
        raise WeightsError(f"{path} has SHA-256 {found}, expected {sha256}; install gencore again")
    return content
