"""What gencore doctor finds out about the machine."""

import os
import shutil
import sys
from collections import namedtuple
from importlib import metadata

import jax
import psutil
import pytest
import threadpoolctl

from gencore.doctor import Check, machine


def test_a_python_that_is_too_new_is_a_problem(monkeypatch):
    assert machine.python().status == "ok"
    monkeypatch.setattr(machine.platform, "python_version", lambda: "3.99.0")
    check = machine.python()
    assert check.status == "problem"
    assert "3.99.0" in check.found
    assert ">=3.11" in check.advice


def test_installed_packages_are_what_is_asked_for():
    check = machine.packages()
    assert check.status == "ok"
    for name in ("gencore", "jax", "numpy"):
        assert f"{name} {metadata.version(name)}" in check.found
    assert "pytest" not in check.found  # an extra's


@pytest.mark.parametrize("installed", ["missing", "0.4.1"])
def test_a_missing_or_old_package_is_a_problem(monkeypatch, installed):
    def version(name, real=metadata.version):
        if name == "jax" and installed == "missing":
            raise metadata.PackageNotFoundError(name)
        return installed if name == "jax" else real(name)

    asked = next(line for line in metadata.requires("gencore") or () if line.startswith("jax>"))
    monkeypatch.setattr(metadata, "version", version)
    check = machine.packages()
    assert check.status == "problem"
    assert f"jax {installed} (needs {asked[3:]})" in check.found
    assert check.advice.endswith(f" -m pip install '{asked}'")


def test_a_device_that_jax_cannot_have_is_a_problem(monkeypatch):
    def no_device():
        raise RuntimeError("Unknown backend cuda")

    monkeypatch.setattr(jax, "devices", no_device)
    monkeypatch.setenv("JAX_PLATFORMS", "cuda")
    check = machine.device()
    assert check.status == "problem"
    assert "Unknown backend cuda" in check.found
    assert check.advice == "Unset JAX_PLATFORMS, which is 'cuda'."
    monkeypatch.delenv("JAX_PLATFORMS")
    assert machine.device().advice.endswith("pip install --upgrade jax")


NVIDIA_SMI = """#!/bin/sh
[ "$1" = -L ] && echo 'GPU 0: NVIDIA H200 (UUID: GPU-1234)' && exec true
exit 1
"""


@pytest.fixture
def driver(monkeypatch, tmp_path):
    """A system whose NVIDIA driver sees a GPU, while JAX has the CPU."""
    program = tmp_path / "nvidia-smi"
    program.write_text(NVIDIA_SMI)
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.delenv("JAX_PLATFORMS", raising=False)
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    monkeypatch.setattr(jax, "devices", lambda: jax.local_devices(backend="cpu"))
    return program


@pytest.mark.skipif(sys.platform == "win32", reason="the stand-in for nvidia-smi is a shell script")
def test_an_idle_gpu_is_a_warning(monkeypatch, driver):
    check = machine.device()
    assert check.status == "warning"
    assert check.found.endswith("though the system has GPU 0: NVIDIA H200")
    assert check.advice.endswith(f"pip install 'jax[cuda12]=={jax.__version__}'")
    monkeypatch.setenv("JAX_PLATFORMS", "cpu")
    assert machine.device().advice == "To use the GPU, unset JAX_PLATFORMS."
    driver.write_text("#!/bin/sh\necho 'No devices were found'\nexit 6\n")
    assert machine.device().status == "ok"
    driver.unlink()
    monkeypatch.setattr(shutil, "which", lambda name: None)
    assert machine.device().status == "ok"


def test_a_gpu_that_jax_uses_is_fine(monkeypatch):
    gpu = namedtuple("gpu", "platform device_kind")("gpu", "NVIDIA H200")
    monkeypatch.setattr(jax, "devices", lambda: [gpu, gpu])
    monkeypatch.setattr(machine, "_nvidia_gpus", lambda: ["GPU 0: NVIDIA H200"])
    assert machine.device() == Check("device", "ok", "JAX uses 2 x NVIDIA H200")


def test_too_many_threads_are_a_warning(monkeypatch):
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    pool = {"user_api": "blas", "internal_api": "openblas", "num_threads": cores}
    monkeypatch.setattr(machine, "_limit", lambda name: "")
    monkeypatch.setattr(threadpoolctl, "threadpool_info", lambda: [pool])
    check = machine.processor()
    assert (check.status, check.advice) == ("ok", "")
    assert f"{cores} of {os.cpu_count()} cores usable" in check.found
    pool["num_threads"] = cores + 1
    check = machine.processor()
    assert check.status == "warning"
    assert f"with {cores + 1} threads" in check.found
    assert f"OPENBLAS_NUM_THREADS={cores}," in check.advice


def test_a_containers_cores_are_counted(monkeypatch):
    monkeypatch.setattr(threadpoolctl, "threadpool_info", list)
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: range(64), raising=False)
    monkeypatch.setattr(machine, "_limit", {"cpu.max": "150000 100000"}.get)
    check = machine.processor()
    assert check.status == "warning"
    assert check.found.startswith("2 of ")
    assert "taskset -c 0-1 python" in check.advice
    assert "64 threads" in check.advice
    monkeypatch.setattr(machine, "_limit", {"cpu.max": "max 100000"}.get)
    assert machine.processor().status == "ok"


FREE = [(0.4, "problem"), (1.9, "warning"), (2.1, "ok")]


@pytest.mark.parametrize(("gigabytes", "status"), FREE)
def test_little_memory_is_found(monkeypatch, gigabytes, status):
    memory = namedtuple("memory", "available total")(gigabytes * 1e9, 8e9)
    monkeypatch.setattr(psutil, "virtual_memory", lambda: memory)
    monkeypatch.setattr(machine, "_limit", lambda name: "")
    check = machine.memory()
    assert check.status == status
    assert f"{gigabytes} GB free of 8.0 GB" in check.found
    assert ("Close other programs" in check.advice) == (status != "ok")


def test_a_containers_memory_is_counted(monkeypatch):
    memory = namedtuple("memory", "available total")(60e9, 64e9)
    monkeypatch.setattr(psutil, "virtual_memory", lambda: memory)
    limits = {"memory.max": "1000000000", "memory.current": "700000000"}
    monkeypatch.setattr(machine, "_limit", limits.get)
    check = machine.memory()
    assert check.status == "problem"
    assert "0.3 GB free" in check.found
