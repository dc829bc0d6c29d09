"""Public files, fetched once: mirrors, a checksum, a cache folder, and errors that say what to do."""

import gzip
import hashlib
import os
import sys
import time
import warnings
import zlib
from pathlib import Path
from typing import NamedTuple

import requests

from gencore.data.transfer import DownloadError, Refusal, drop_parts, receive, save
from gencore.profile import current_profile

with warnings.catch_warnings():
    # Inside a notebook, pooch's import asks for ipywidgets; the bar drawn here is tqdm's plain one.
    warnings.simplefilter("ignore")
    import pooch

PAUSES = (0, 1, 4)
"""Seconds of rest before each round through the mirrors; the later rounds ask those that may have recovered."""


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


def read_stored(file: RemoteFile) -> bytes:
    """Return a public file's content from the data folder.

    Args:
        file: what to read.

    Returns:
        The content, unpacked if it was gzipped.

    Raises:
        OSError: it is not there, or cannot be read.
        ValueError: it is damaged, or another file.
    """
    return _checked_content((data_dir() / file.path).read_bytes(), file.sha256)


def fetch(file: RemoteFile) -> bytes:
    """Return a public file's content: from the data folder, or else from the first mirror that serves it.

    A right file in the data folder is read and nothing is written. A wrong one is downloaded again. A
    download is checked, then put in its place in one step, so nobody ever sees half a file. What has arrived
    when a connection breaks is kept beside it, in a ``.part`` file, and the next try or run goes on from there.

    Args:
        file: what to fetch.

    Returns:
        The content, unpacked if it was gzipped.

    Raises:
        DownloadError: every mirror failed, or the file cannot be saved.
    """
    path = data_dir() / file.path
    try:
        return read_stored(file)
    except FileNotFoundError:
        state = "which is not there"
    except (OSError, ValueError) as error:
        state = f"which cannot be used ({error})"

    failures: dict[str, Exception] = {}
    for pause in PAUSES:
        hopeful = [url for url in file.mirrors if url not in failures or _may_pass(failures[url])]
        if pause and hopeful:
            print(f"No mirror could send {path.name}; trying again in {pause} s.", file=sys.stderr)
            time.sleep(pause)
        for url in hopeful:
            try:
                raw, content = receive(url, path, lambda raw: _checked_content(raw, file.sha256))
            except DownloadError:
                raise
            except (OSError, ValueError) as error:  # the errors of requests are OSErrors
                failures[url] = error
                continue
            save(path, raw)
            drop_parts(path, file.mirrors)
            return content
    raise DownloadError(
        f"cannot get {path.name}. Looked for {path}, {state}, and then tried:\n"
        + "\n".join(f"  {url}\n    {failures[url]}" for url in file.mirrors)
        + f"\nConnect to the network and run again, or put the file into {path.parent},"
        f" or set GENCORE_DATA_DIR to a folder that has {file.path}."
        " With source='embedded', load_mnist and load_text need no file."
    )


def _may_pass(error: Exception) -> bool:
    """Whether a mirror that failed so is worth asking again: not if it refused, lied, or could not be reached."""
    return isinstance(error, OSError) and not isinstance(error, (Refusal, requests.ConnectTimeout))


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
