"""A small HTTP server on loopback whose every answer a test decides."""

import json
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast

from msgspec import Struct


class Got(Struct):
    """A request."""

    method: str
    path: str
    headers: dict[str, str]
    """Names in lower case."""
    json: Any = None


class Say(Struct):
    """An answer. `cut` sends only so many bytes of the body and closes the socket."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = {}
    cut: int | None = None


def say_json(value: object, status: int = 200, **headers: str) -> Say:
    return Say(status, json.dumps(value).encode(), {"content-type": "application/json", **headers})


class Loopback(ThreadingHTTPServer):
    """Calls `answer` for each request and remembers what came."""

    daemon_threads = True

    def __init__(self, answer: Callable[[Got], Say]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answer = answer
        self.got: list[Got] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def _serve(self) -> None:
        length = int(self.headers.get("content-length") or 0)
        sent = self.rfile.read(length)
        headers = {name.lower(): value for name, value in self.headers.items()}
        got = Got(self.command, self.path, headers, json.loads(sent) if sent else None)
        server = cast("Loopback", self.server)
        server.got.append(got)
        said = server.answer(got)
        self.send_response(said.status)
        for name, value in said.headers.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(said.body)))
        self.end_headers()
        self.wfile.write(said.body[: said.cut])
        self.close_connection = said.cut is not None

    do_GET = do_POST = _serve

    def log_message(self, format: str, *args: object) -> None: ...


@contextmanager
def loopback(answer: Callable[[Got], Say]) -> Generator[Loopback]:
    """Serve `answer` until the block ends."""
    server = Loopback(answer)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
