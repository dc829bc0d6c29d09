"""Jobs that several programs can do, and their times when they take turns."""

import gc
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from statistics import median

import numpy as np


@dataclass(frozen=True)
class Job:
    """One piece of work, done by gencore and by its peers.

    Attributes:
        name: What is done.
        ours: Does it with gencore.
        peers: Does it with another package, by that package's name.
        limits: The largest ratio of our time to a peer's that we promise.
        units: How often one call does the work; times are divided by it.
        note: What else a reader has to know.
        floating: Floating-point operations of the matrix products of one unit, for the row that holds it against the
            rate of a large matrix product; None for no such row.
    """

    name: str
    ours: Callable[[], object]
    peers: Mapping[str, Callable[[], object]]
    limits: Mapping[str, float] = field(default_factory=dict)
    units: int = 1
    note: str = ""
    floating: float | None = None


@dataclass(frozen=True)
class Row:
    """One line of the table: seconds of a unit of work, the medians of all rounds; or bytes of memory.

    Attributes:
        name: The job.
        gencore_seconds: Our time, or our bytes.
        peer: Who else did it.
        peer_seconds: Its time, or its bytes.
        ratio: Ours over its, the median of the rounds.
        range: The smallest and the largest ratio of the rounds.
        limit: The largest ratio that we promise, or None.
        note: What else a reader has to know.
        unit: What was counted: ``"seconds"`` or ``"bytes"``.
    """

    name: str
    gencore_seconds: float
    peer: str
    peer_seconds: float
    ratio: float
    range: tuple[float, float]
    limit: float | None
    note: str
    unit: str = "seconds"

    @property
    def kept(self) -> bool:
        """Whether the promise is kept."""
        return self.limit is None or self.ratio <= self.limit


def take_turns(
    programs: Mapping[str, Callable[[], object]], rounds: int, clock: Callable[[], float] = time.perf_counter
) -> dict[str, list[float]]:
    """Time programs in turns, A-B-A-B, so that whatever else the machine does meets all of them alike.

    Each runs once before the clock counts: compilations, caches and thread pools are its own affair.
    """
    for run in programs.values():
        run()
    seconds: dict[str, list[float]] = {name: [] for name in programs}
    for _ in range(rounds):
        for name, run in programs.items():
            gc.collect()
            began = clock()
            run()
            seconds[name].append(clock() - began)
    return seconds


def measure(job: Job, rounds: int, clock: Callable[[], float] = time.perf_counter) -> list[Row]:
    """Time a job and return one row for each peer."""
    programs = {"gencore": job.ours, **job.peers}
    if job.floating is not None:
        programs[PRODUCT] = large_products()
    seconds = {
        name: np.array(values) / job.units for name, values in take_turns(programs, rounds, clock).items()
    }
    if job.floating is not None:
        seconds[PRODUCT] *= job.units * job.floating / LARGE_OPERATIONS
    ours = seconds.pop("gencore")
    rows = []
    for peer, theirs in seconds.items():
        ratios = ours / theirs
        label = peer
        if peer == PRODUCT and job.floating is not None:
            rate = job.floating / median(theirs) / 1e9
            label = f"{PRODUCT}: {job.floating / 1e9:.2f} GFLOP at {rate:.0f} GFLOP/s, {1 / median(ratios):.0%} of it"
        rows.append(
            Row(
                job.name,
                median(ours),
                label,
                median(theirs),
                median(ratios),
                (min(ratios), max(ratios)),
                job.limits.get(peer),
                job.note,
            )
        )
    return rows


PRODUCT = "the rate of a large matrix product"
LARGE = 1024
LARGE_PRODUCTS = 60
LARGE_OPERATIONS = 2 * LARGE**3 * LARGE_PRODUCTS


def large_products() -> Callable[[], object]:
    """Float32 products of two 1024 × 1024 matrices, compiled: about as fast as this machine multiplies."""
    import jax

    x, y = jax.random.normal(jax.random.key(0), (2, LARGE, LARGE)) / math.sqrt(LARGE)

    @jax.jit
    def run(x: jax.Array, y: jax.Array) -> jax.Array:
        return jax.lax.fori_loop(0, LARGE_PRODUCTS, lambda i, z: z @ y, x)

    return lambda: run(x, y).block_until_ready()
