"""The machine: Python, packages, devices, processor, memory.

Every check imports what it needs when it runs, so that the others still run where a package is broken.
"""

import math
import os
import platform
import shutil
import subprocess
import sys
from importlib import metadata
from pathlib import Path

from gencore.doctor.check import GB, Check, enough, pip_install

MEMORY_GB = (0.5, 2.0)
"""With less free memory than the first, Python and JAX barely start; a chapter takes up to the second."""


def python() -> Check:
    """Is this Python one that the library runs on?"""
    from packaging.specifiers import SpecifierSet

    asked = metadata.metadata("gencore")["Requires-Python"]
    found = f"{platform.python_version()} on {platform.platform()}"
    if platform.python_version() in SpecifierSet(asked, prereleases=True):
        return Check("python", "ok", found)
    return Check("python", "problem", found, f"Make an environment with a Python that is {asked}.")


def packages() -> Check:
    """Are the installed packages those that the library asks for?"""
    from packaging.requirements import Requirement

    found, wrong = [f"gencore {metadata.version('gencore')}"], []
    for line in metadata.requires("gencore") or ():
        asked = Requirement(line)
        if asked.marker and not asked.marker.evaluate({"extra": ""}):
            continue
        try:
            version = metadata.version(asked.name)
        except metadata.PackageNotFoundError:
            version = "missing"
        fits = version != "missing" and asked.specifier.contains(version, prereleases=True)
        if not fits:
            wrong.append(f"{asked.name}{asked.specifier}")
        found.append(f"{asked.name} {version}" + ("" if fits else f" (needs {asked.specifier})"))
    if not wrong:
        return Check("packages", "ok", ", ".join(found))
    return Check("packages", "problem", ", ".join(found), pip_install(*wrong))


def device() -> Check:
    """What does JAX compute on, and does a GPU lie idle?"""
    try:
        import numpy  # noqa: F401
    except Exception:
        sys.modules["jax"] = None  # type: ignore  # Python 3.13 dies when JAX, having missed NumPy, is imported again
        raise
    import jax

    chosen = os.environ.get("JAX_PLATFORMS", "")
    try:
        devices = jax.devices()
    except RuntimeError as error:
        advice = f"Unset JAX_PLATFORMS, which is {chosen!r}." if chosen else pip_install("--upgrade", "jax")
        return Check("device", "problem", f"JAX finds no device: {error}", advice)
    found = f"JAX uses {len(devices)} x {', '.join(sorted({device.device_kind for device in devices}))}"
    if devices[0].platform != "cpu" or not (idle := _nvidia_gpus()):
        return Check("device", "ok", found)
    hidden = [name for name in ("JAX_PLATFORMS", "CUDA_VISIBLE_DEVICES") if name in os.environ]
    cure = pip_install(f"jax[cuda12]=={jax.__version__}")
    advice = f"To use the GPU, unset {' and '.join(hidden)}." if hidden else cure
    return Check("device", "warning", f"{found}, though the system has {'; '.join(idle)}", advice)


def _nvidia_gpus() -> list[str]:
    """Names of the NVIDIA GPUs that the system's driver sees."""
    program = shutil.which("nvidia-smi")
    if not program:
        return []
    try:
        done = subprocess.run([program, "-L"], capture_output=True, text=True, timeout=10)
    except (OSError, subprocess.TimeoutExpired):
        return []
    return [line.partition(" (UUID")[0] for line in done.stdout.splitlines() if line.startswith("GPU ")]


def processor() -> Check:
    """How many cores may be used, and do the threads fit on them?"""
    import numpy  # noqa: F401  # brings its matrix library
    from threadpoolctl import threadpool_info

    seen = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    quota, _, period = _limit("cpu.max").partition(" ")
    cores = min(seen, math.ceil(int(quota) / int(period))) if quota.isdecimal() else seen
    pools = [pool for pool in threadpool_info() if pool["user_api"] == "blas"]
    threads = max((pool["num_threads"] for pool in pools), default=1)
    found = f"{cores} of {os.cpu_count()} cores usable; NumPy multiplies matrices with {threads} threads"
    if cores < seen:
        advice = f"Start it as 'taskset -c 0-{cores - 1} python', since JAX would start {seen} threads."
        return Check("processor", "warning", found, advice)
    if threads > cores:
        variable = f"{pools[0]['internal_api'].upper()}_NUM_THREADS"
        advice = f"Set {variable}={cores}, or the threads wait for one another."
        return Check("processor", "warning", found, advice)
    return Check("processor", "ok", found)


def memory() -> Check:
    """How much memory is free?"""
    import psutil

    free, limit = psutil.virtual_memory().available, _limit("memory.max")
    if limit.isdecimal():
        free = min(free, int(limit) - int(_limit("memory.current")))
    found = f"{free / GB:.1f} GB free of {psutil.virtual_memory().total / GB:.1f} GB"
    advice = "Close other programs and notebooks, or ask for more memory if a batch system limits it."
    return enough("memory", free, MEMORY_GB, found, advice)


def _limit(name: str) -> str:
    """What a container or a batch system allows this process (cgroups, version 2); empty if there is no limit."""
    try:
        group = Path("/proc/self/cgroup").read_text().partition("0::")[2].strip()
        return Path(f"/sys/fs/cgroup{group}/{name}").read_text().strip()
    except OSError:
        return ""


MACHINE_CHECKS = (python, packages, device, processor, memory)
