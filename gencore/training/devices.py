"""Data parallelism: each device keeps all weights and takes an equal share of every batch."""

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.experimental import multihost_utils
from jax.sharding import Mesh, NamedSharding, PartitionSpec

from gencore.training.sampling import same, sample

__all__: list[str] = []


def data_mesh(devices: Sequence[jax.Device] | None, batch_size: int) -> Mesh | None:  # pyright: ignore[reportInvalidTypeForm]
    """Arrange devices along one axis, ``"data"``.

    Args:
        devices: The devices, or None for all.
        batch_size: What they share.

    Returns:
        The mesh, or None where JAX's first device alone does the work.

    Raises:
        ValueError: There is no device, or the batch cannot be shared out equally.
    """
    chosen = jax.devices() if devices is None else list(devices)
    if not chosen:
        raise ValueError("devices is empty; give at least one, or None for all")
    if chosen == jax.local_devices()[:1]:
        return None
    if batch_size % len(chosen):
        raise ValueError(
            f"batch_size is {batch_size}, which {len(chosen)} devices cannot share equally; choose a multiple of "
            f"{len(chosen)}, or fewer devices, as in devices=jax.local_devices()[:1]"
        )
    return Mesh(np.array(chosen), ("data",))


def replicated(mesh: Mesh) -> NamedSharding:
    """Sharding of what every device holds whole."""
    return NamedSharding(mesh, PartitionSpec())


def share(array: jax.Array, mesh: Mesh | None) -> jax.Array:
    """Inside a compiled function: split an array's first axis over the devices."""
    if mesh is None:
        return array
    return jax.lax.with_sharding_constraint(array, NamedSharding(mesh, PartitionSpec("data")))


def spread(tree: Any, mesh: Mesh | None) -> Any:
    """Put whole arrays on every device; each process has them all, so nothing travels between processes."""
    if mesh is None:
        return jax.tree.map(jnp.asarray, tree)
    sharding = replicated(mesh)

    def copy(leaf: Any) -> jax.Array:
        if jnp.issubdtype(leaf.dtype, jax.dtypes.prng_key):
            return jax.random.wrap_key_data(copy(jax.random.key_data(leaf)), impl=jax.random.key_impl(leaf))
        host = np.asarray(jnp.asarray(leaf))
        return jax.make_array_from_callback(host.shape, sharding, lambda index: np.array(host[index]))

    return jax.tree.map(copy, tree)


def local(tree: Any, mesh: Mesh | None) -> Any:
    """View replicated arrays on this process's first device, as a run on one device would have them."""
    return tree if mesh is None else jax.tree.map(lambda leaf: leaf.addressable_data(0), tree)


def _spans_processes(mesh: Mesh | None) -> bool:
    return mesh is not None and len({device.process_index for device in mesh.devices.flat}) > 1


def highest(number: int, mesh: Mesh | None) -> int:
    """Return the highest number among the processes that share the devices: what one decides, all must."""
    return (
        int(np.max(multihost_utils.process_allgather(np.array(number)))) if _spans_processes(mesh) else number
    )


def part(mesh: Mesh | None) -> None:
    """Wait for the other processes and part from them: one that dies unannounced makes the others abort."""
    if _spans_processes(mesh):
        jax.distributed.shutdown()


def check_same_call(mesh: Mesh | None, numbers: dict[str, int], arrays: dict[str, Any]) -> None:
    """Refuse to train one model from calls that differ: nothing else would ever notice.

    Args:
        mesh: The devices; those of one process need no check.
        numbers: Numbers that must agree.
        arrays: Trees of arrays that must agree in a few of their values, where all ``numbers`` do.

    Raises:
        ValueError: They do not agree.
    """
    if not _spans_processes(mesh):
        return
    facts: dict[str, list[float]] = {" or ".join(numbers): [*numbers.values()]}
    for name, tree in arrays.items():
        leaves = [
            leaf for leaf in jax.tree.leaves(tree) if not jnp.issubdtype(leaf.dtype, jax.dtypes.prng_key)
        ]
        facts[name] = [value for leaf in leaves for value in sample(leaf)]
    for name, values in facts.items():
        everyone = multihost_utils.process_allgather(np.array(values, np.float32))
        if not all(same(everyone[0], other) for other in everyone):
            raise ValueError(
                f"the processes call fit with different {name}; give all of them the same arguments, "
                "and build the model from the same seed"
            )
