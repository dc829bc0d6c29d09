"""Public files, fetched once: mirrors, a checksum, a cache folder, and errors that say what to do."""

import gzip
import hashlib
import io
import os
import uuid
import warnings
import zlib
from pathlib import Path
from typing import NamedTuple

from tqdm import tqdm

from gencore.profile import current_profile

with warnings.catch_warnings():
    # Inside a notebook, pooch's import asks for ipywidgets; the bar drawn here is tqdm's plain one.
    warnings.simplefilter("ignore")
    import pooch

TIMEOUT_SECONDS = (10, 30)
"""How long a mirror may take to answer, and how long it may then stay silent."""


class DownloadError(OSError):
    """A file could not be had from any mirror, or could not be saved. The message says what to do."""


class RemoteFile(NamedTuple):
    """A public file that several mirrors serve.

    Attributes:
        path: where it lies inside the data folder.
        sha256: the checksum of its content; of a gzip file, of what it unpacks to, since gzip headers differ.
        mirrors: addresses, tried in this order.
    """

    path: str
    sha256: str
    mirrors: tuple[str, ...]


def data_dir() -> Path:
    """Say where downloaded files are kept.

    Returns:
        The folder that the environment variable ``GENCORE_DATA_DIR`` names, or else gencore's folder in the
        user's cache. It need not exist yet.

    Raises:
        NotADirectoryError: ``GENCORE_DATA_DIR`` names a file.

    Example:
        >>> data_dir().is_absolute()
        True
    """
    chosen = os.environ.get("GENCORE_DATA_DIR", "").strip()
    folder = Path(chosen).expanduser().absolute() if chosen else pooch.os_cache("gencore")
    if folder.is_file():
        raise NotADirectoryError(f"GENCORE_DATA_DIR is {chosen!r}, a file; set it to a folder, or unset it")
    return folder


def choose_source(source: str | None) -> str:
    """Decide between the embedded data and the full data set.

    Args:
        source: ``"embedded"``, ``"full"``, or None: embedded in the quick profile, full in the full one.

    Returns:
        ``"embedded"`` or ``"full"``.

    Raises:
        ValueError: ``source`` is anything else.

    Example:
        >>> choose_source("embedded")
        'embedded'
    """
    if source is None:
        return "embedded" if current_profile() == "quick" else "full"
    if source not in ("embedded", "full"):
        raise ValueError(
            f"source is {source!r}; use 'embedded' (no download), 'full', or None (the profile decides)"
        )
    return source


def fetch(file: RemoteFile) -> bytes:
    """Return a public file's content: from the data folder, or else from the first mirror that serves it.

    A right file in the data folder is read and nothing is written. A wrong one is downloaded again. A
    download is checked, then put in its place in one step, so nobody ever sees half a file.

    Args:
        file: what to fetch.

    Returns:
        The content, unpacked if it was gzipped.

    Raises:
        DownloadError: every mirror failed, or the file cannot be saved.
    """
    path = data_dir() / file.path
    try:
        return _checked_content(path.read_bytes(), file.sha256)
    except FileNotFoundError:
        state = "which is not there"
    except (OSError, ValueError) as error:
        state = f"which cannot be used ({error})"

    failures = []
    for url in file.mirrors:
        try:
            raw = _download(url, label=path.name)
            content = _checked_content(raw, file.sha256)
        except (OSError, ValueError) as error:  # the errors of requests are OSErrors
            failures.append(f"  {url}\n    {error}")
            continue
        _save(path, raw)
        return content
    raise DownloadError(
        f"cannot get {path.name}. Looked for {path}, {state}, and then tried:\n"
        + "\n".join(failures)
        + f"\nConnect to the network and run again, or put the file into {path.parent},"
        f" or set GENCORE_DATA_DIR to a folder that has {file.path}."
        " With source='embedded', load_mnist and load_text need no file."
    )


def _download(url: str, label: str) -> bytes:
    """Read a whole address into memory, with a progress bar."""
    buffer = io.BytesIO()
    # pooch sets the total when it learns the length; until then it must not be 0, or pooch sees no bar.
    with tqdm(total=1, desc=label, unit="B", unit_scale=True) as bar:
        get = pooch.HTTPDownloader(bar, chunk_size=2**16, timeout=TIMEOUT_SECONDS)  # pyright: ignore[reportArgumentType]
        get(url, buffer, None)
    return buffer.getvalue()


def _checked_content(raw: bytes, sha256: str) -> bytes:
    """Unpack a file if it is gzipped and compare its content's checksum; ValueError says what is wrong."""
    try:
        content = gzip.decompress(raw) if raw.startswith(b"\x1f\x8b") else raw
    except (OSError, EOFError, zlib.error) as error:
        raise ValueError(f"broken gzip file of {len(raw):,} bytes: {error}") from error
    found = hashlib.sha256(content).hexdigest()
    if found != sha256:
        raise ValueError(f"wrong content: {len(content):,} bytes with SHA-256 {found}, expected {sha256}")
    return content


def _save(path: Path, raw: bytes) -> None:
    """Write a file in one step: under a name that no other process uses, then renamed."""
    part = path.with_name(f"{path.name}.{uuid.uuid4().hex}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            part.write_bytes(raw)
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        raise DownloadError(
            f"downloaded {path.name}, but cannot save it as {path}: {error}."
            " Set GENCORE_DATA_DIR to a folder that you can write to."
        ) from error
