"""A real HTTP server on this machine that fails in every way that servers and networks do."""

import contextlib
import gzip
import hashlib
import re
import struct
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple

import numpy as np

from gencore.data.download import RemoteFile

IMAGES = np.arange(2 * 28 * 28, dtype=np.uint32).reshape(2, 28, 28).astype(np.uint8)
CONTENT = struct.pack(">BBBBIII", 0, 0, 8, 3, *IMAGES.shape) + IMAGES.tobytes()
PACKED = gzip.compress(CONTENT)
NAME = "digits-idx3-ubyte.gz"
LOGIN_PAGE = b"\n <!DOCTYPE HTML><title>Campus network</title>Please log in"


BIG = np.random.default_rng(0).bytes(300_000)
"""A file that takes many chunks, and is no gzip file."""


class Answer(NamedTuple):
    body: bytes = PACKED
    status: int = 200
    missing_bytes: int = 0  # promised in Content-Length and never sent
    encoding: str | None = None
    silent: bool = False  # from the start, or after its bytes if some are missing
    ranges: bool = False  # understands Range requests
    before: Callable[[], object] = lambda: None  # happens after the headers are sent


class Mirror(ThreadingHTTPServer):
    """Answers each address with its answers in turn, the last one for good, or with 404; remembers who asked."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), MirrorHandler)
        self.answers: dict[str, list[Answer]] = {}
        self.asked: list[str] = []
        self.ranges: list[str | None] = []
        self.closing = threading.Event()

    def serve(self, path: str, *answers: Answer) -> str:
        self.answers[path] = list(answers)
        return self.url(path)

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.server_port}{path}"


class MirrorHandler(BaseHTTPRequestHandler):
    server: Mirror  # pyright: ignore[reportIncompatibleVariableOverride]

    def do_GET(self):
        self.server.asked.append(self.path)
        self.server.ranges.append(self.headers["Range"])
        answers = self.server.answers.get(self.path, [Answer(b"nothing here", status=404)])
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        if answer.silent and not answer.missing_bytes:
            self.server.closing.wait(30)
            return
        wanted = re.fullmatch(r"bytes=(\d+)-", self.headers["Range"] or "")
        start, status, whole = 0, answer.status, len(answer.body) + answer.missing_bytes
        if wanted and answer.ranges:
            start, status = int(wanted[1]), 206
            if start >= whole:
                self.send_error(416)
                return
        self.send_response(status)
        self.send_header("Content-Length", str(whole - start))
        if status == 206:
            self.send_header("Content-Range", f"bytes {start}-{whole - 1}/{whole}")
        if answer.encoding:
            self.send_header("Content-Encoding", answer.encoding)
        self.end_headers()
        answer.before()
        self.wfile.write(answer.body[start:])
        if answer.silent:
            self.server.closing.wait(30)

    def handle(self):
        with contextlib.suppress(ConnectionError):  # the client was killed
            super().handle()

    def log_message(self, *args):
        pass


def digits_at(*urls: str) -> RemoteFile:
    return RemoteFile(f"digits/{NAME}", hashlib.sha256(CONTENT).hexdigest(), urls)


def files_in(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
