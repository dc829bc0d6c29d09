"""How bytes come over a network that may break: received in pieces, continued, and saved in one step."""

import contextlib
import hashlib
import io
import uuid
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import TypeAlias

import requests
from tqdm import tqdm
from urllib3.exceptions import HTTPError, ReadTimeoutError

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None

TIMEOUT_SECONDS = (10, 30)
"""How long a mirror may take to answer, and how long it may then stay silent."""

CHUNK_BYTES = 2**14
"""What is received is put on the disk in pieces of this size."""


Part: TypeAlias = io.FileIO | io.BytesIO
"""Where the bytes of one address gather: a file, or memory."""


class DownloadError(OSError):
    """A file could not be had from any mirror, or could not be saved. The message says what to do."""


class Refusal(OSError):
    """A mirror's answer that will be the same in a few seconds."""


def receive(url: str, path: Path, check: Callable[[bytes], bytes]) -> tuple[bytes, bytes]:
    """Get a whole file from an address, going on from what an earlier try has left.

    Args:
        url: where from.
        path: where the file will be kept; the part that has arrived is kept beside it.
        check: turns the file into its content, or raises a ValueError if it is wrong. Wrong files are dropped,
            and if some of it was from an earlier try, the address gets a second chance.

    Returns:
        The file as it was served, and its content.

    Raises:
        OSError: the address failed; what has arrived is kept.
        ValueError: the file is wrong.
        DownloadError: there is no room on the disk for it.
    """
    with _part(path, url) as part:
        resumed = part.tell() > 0
        while True:
            try:
                _append_rest(url, part, path)
                part.seek(0)
                raw = part.read()
                content = check(raw)
            except ValueError:
                _empty(part)
                if not resumed:
                    raise
                resumed = False
            else:
                _empty(part)
                return raw, content


def save(path: Path, raw: bytes) -> None:
    """Write a file in one step: under a name that no other process uses, then renamed."""
    draft = path.with_name(f"{path.name}.{uuid.uuid4().hex}.part")
    try:
        try:
            draft.write_bytes(raw)
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)
    except OSError as error:
        raise _cannot_save(path, error) from error


def drop_parts(path: Path, urls: Iterable[str]) -> None:
    """Delete what unfinished downloads of a file have left."""
    for url in urls:
        _part_path(path, url).unlink(missing_ok=True)


def _append_rest(url: str, part: Part, path: Path) -> None:
    """Append to a part what it still lacks, with a progress bar."""
    have = part.tell()
    # Bytes as they are stored: a server that packs them on the way could not go on in their middle.
    headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={have}-"} if have else {})
    with requests.get(url, headers=headers, stream=True, timeout=TIMEOUT_SECONDS) as response:
        status = response.status_code
        if status == 416:
            raise ValueError(f"has nothing after byte {have:,}")
        if status >= 400:
            message = f"answers {status} {response.reason}"
            raise OSError(message) if status >= 500 or status == 429 else Refusal(message)
        chunks = response.raw.stream(CHUNK_BYTES, decode_content=False)
        try:
            first = next(chunks, b"")
            if first.lstrip()[:14].lower().startswith((b"<!doctype html", b"<html")):
                raise Refusal(
                    "looks like a web page: a proxy or a login page answers for the network. Open any page in"
                    " a browser, log in, and run again"
                )
            if status != 206:  # the whole file, from its start
                _empty(part)
            missing = int(response.headers.get("Content-Length") or 0)
            bar = tqdm(
                total=part.tell() + missing if missing else None,
                initial=part.tell(),
                desc=path.name,
                unit="B",
                unit_scale=True,
            )
            with bar:
                for chunk in chain([first], chunks):
                    bar.update(_append(part, chunk, path))
        except HTTPError as error:
            silent = isinstance(error, ReadTimeoutError)
            how = f"timed out after {TIMEOUT_SECONDS[1]} s of silence" if silent else "the connection broke"
            raise OSError(f"{how}, {part.tell():,} bytes in ({error.args[-1]})") from error


def _part_path(path: Path, url: str) -> Path:
    """Name the part after its address, since the same content is packed differently from mirror to mirror."""
    return path.with_name(f"{path.name}.{hashlib.sha256(url.encode()).hexdigest()[:8]}.part")


@contextlib.contextmanager
def _part(path: Path, url: str) -> Iterator[Part]:
    """Open what earlier tries have left of a download, at its end; it goes when it is left empty.

    Only one process at a time has it, and the lock dies with that process. Another one that downloads the same
    file meanwhile gathers it in its memory (on Windows, every one does).
    """
    where = _part_path(path, url)
    with contextlib.ExitStack() as stack:
        try:
            where.parent.mkdir(parents=True, exist_ok=True)
            part = stack.enter_context(where.open("a+b", buffering=0)) if fcntl else io.BytesIO()
        except OSError as error:
            raise _cannot_save(path, error) from error
        try:
            if fcntl:
                fcntl.flock(part, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            part = io.BytesIO()
        try:
            yield part
        finally:
            if isinstance(part, io.FileIO) and part.tell() == 0:
                where.unlink(missing_ok=True)


def _append(part: Part, chunk: bytes, path: Path) -> int:
    """Write all of a chunk and return its length; on a full disk, give back the room that the part took."""
    left = chunk
    try:
        while left:
            left = left[part.write(left) :]
    except OSError as error:
        _empty(part)
        raise _cannot_save(path, error) from error
    return len(chunk)


def _empty(part: Part) -> None:
    part.seek(0)
    part.truncate()


def _cannot_save(path: Path, error: OSError) -> DownloadError:
    return DownloadError(
        f"cannot save {path}: {error}. Make room on the disk, or set GENCORE_DATA_DIR to a folder that you can"
        " write to."
    )
