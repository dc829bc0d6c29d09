"""Results records: one JSON file a run, with its settings, its scores and where it comes from.

Pages and notebooks read these files; nobody types a result.
"""

import hashlib
import json
import os
import platform
import subprocess
import tempfile
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, fields
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

__all__ = ["Record", "RecordError", "load_records", "provenance", "results_folder", "write_record"]

FAMILIES = (
    *("random", "autoencoder", "vae", "gan", "unconditional_gan", "diffusion", "latent_diffusion", "gpt"),
    *("classifier", "small_diffusion"),
)
DATASETS = ("mnist", "fashion_mnist", "python_topics", "tiny_shakespeare")
PROFILES = ("quick", "full")


class RecordError(ValueError):
    """A results file does not hold what a record needs."""


@dataclass(frozen=True)
class Record:
    """One run.

    Attributes:
        family: What was trained, one of :data:`FAMILIES`.
        dataset: What it was trained on, one of :data:`DATASETS`.
        profile: ``"quick"`` or ``"full"``.
        seed: Seed of the run.
        n_train: Number of training examples.
        settings: Hyperparameters by name.
        train_seconds: Seconds of training; evaluation is not counted.
        metrics: Scores by name: ``{"value": number, "interval": [low, high] or None}``.
        floors: The same scores of real data (``"real"``) and of random pixels (``"random"``).
        history: Curves by name: lists of (seconds, value).
        provenance: Commit, versions, machine and data hash, from :func:`provenance`.

    Example:
        >>> record = Record("vae", "mnist", "full", 0, 60000, {}, 100.0, {"fid": {"value": 40.0, "interval": None}})
        >>> record.name, record.value("fid")
        ('vae-mnist-full-seed0', 40.0)
    """

    family: str
    dataset: str
    profile: str
    seed: int
    n_train: int
    settings: dict[str, Any]
    train_seconds: float
    metrics: dict[str, dict[str, Any]]
    floors: dict[str, dict[str, float]] = field(default_factory=dict)
    history: dict[str, list[Any]] = field(default_factory=dict)
    provenance: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self):
        for name, known in {"family": FAMILIES, "dataset": DATASETS, "profile": PROFILES}.items():
            if getattr(self, name) not in known:
                raise RecordError(f"{name} is {getattr(self, name)!r}; known are {', '.join(known)}")

    @property
    def name(self) -> str:
        """The file's name, without its ending."""
        return f"{self.family}-{self.dataset}-{self.profile}-seed{self.seed}"

    def value(self, metric: str) -> float:
        """One score.

        Raises:
            KeyError: The record has no such score; the message lists those it has.
        """
        if metric not in self.metrics:
            raise KeyError(f"{self.name} has no {metric!r}; it has {sorted(self.metrics)}")
        return self.metrics[metric]["value"]


def results_folder() -> Path:
    """Folder of the records: ``book/results`` in a checkout, ``gencore/results`` where the library is installed.

    Example:
        >>> results_folder().name
        'results'
    """
    checkout = Path(__file__).resolve().parents[1] / "book" / "results"
    return checkout if checkout.is_dir() else Path(__file__).with_name("results")


def write_record(record: Record, folder: Path | None = None) -> Path:
    """Write a record, whole or not at all.

    Args:
        record: The record.
        folder: Where to; None for :func:`results_folder`.

    Returns:
        The file.

    Example:
        >>> folder = Path(tempfile.mkdtemp())
        >>> write_record(Record("vae", "mnist", "quick", 0, 4000, {}, 9.0, {}), folder).name
        'vae-mnist-quick-seed0.json'
    """
    folder = folder or results_folder()
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{record.name}.json"
    with tempfile.NamedTemporaryFile("w", dir=folder, suffix=".part", delete=False) as file:
        json.dump(asdict(record), file, indent=1, sort_keys=True, allow_nan=False)
        file.write("\n")
    part = Path(file.name)
    part.chmod(0o644)
    part.replace(path)
    return path


def load_records(
    family: str | None = None,
    dataset: str | None = None,
    profile: str | None = None,
    *,
    folder: Path | None = None,
) -> list[Record]:
    """Read the records that match, in the order of their names.

    Args:
        family: Only this family; None for all.
        dataset: Only this data set; None for all.
        profile: Only this profile; None for all.
        folder: Where from; None for :func:`results_folder`.

    Returns:
        The records; an empty list if none matches.

    Raises:
        RecordError: A file in the folder is not a record; the message names it.

    Example:
        >>> folder = Path(tempfile.mkdtemp())
        >>> _ = write_record(Record("vae", "mnist", "quick", 0, 4000, {}, 9.0, {}), folder)
        >>> [record.seed for record in load_records("vae", folder=folder)]
        [0]
    """
    records = [_read(path) for path in sorted((folder or results_folder()).glob("*.json"))]
    wanted = {"family": family, "dataset": dataset, "profile": profile}
    return [r for r in records if all(v is None or getattr(r, k) == v for k, v in wanted.items())]


def _read(path: Path) -> Record:
    try:
        content = json.loads(path.read_text())
        record = Record(**content)
    except (json.JSONDecodeError, TypeError, RecordError) as error:
        names = ", ".join(f.name for f in fields(Record))
        raise RecordError(f"{path} is not a results record with the fields {names}: {error}") from error
    if path.stem != record.name:
        raise RecordError(f"{path} holds the record {record.name}; rename the file")
    return record


def provenance(data: Iterable[np.ndarray]) -> dict[str, Any]:
    """Say where a result comes from: commit, versions, machine, and a hash of the data.

    Args:
        data: The arrays that were trained on.

    Returns:
        A dictionary that JSON can hold.

    Example:
        >>> sorted(provenance([np.zeros(3)]))
        ['commit', 'data_sha256', 'machine', 'versions']
    """
    digest = hashlib.sha256()
    for array in data:
        digest.update(np.ascontiguousarray(array).tobytes())
    packages = ("gencore", "jax", "jaxlib", "flax", "optax", "numpy")
    return {
        "commit": _commit(),
        "data_sha256": digest.hexdigest(),
        "machine": {"processor": _processor(), "cores": os.cpu_count(), "system": platform.system()},
        "versions": {"python": platform.python_version(), **{name: version(name) for name in packages}},
    }


def _commit() -> str:
    """Commit of the checkout, with a plus sign if the library's files differ from it; "unknown" outside git."""

    def git(*arguments: str) -> str:
        done = subprocess.run(
            ["git", "-C", str(Path(__file__).parent), *arguments], capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    try:
        return git("rev-parse", "HEAD") + ("+" if git("status", "--porcelain", "--", ".") else "")
    except (OSError, subprocess.CalledProcessError):
        return "unknown"


def _processor() -> str:
    """The processor's name, as the system gives it."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()
