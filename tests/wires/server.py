"""A provider on loopback: four protocols, scripted per model, with every fault a wire can have.

    async with Wires() as wires:
        wires.script("flaky", Status(429, retry_after="2"), Reply("Done."))   # one a request; the last stays
        ...                                                                  # wires.url, wires.refused_url
        wires.seen[-1].json, wires.seen[-1].headers, await wires.gone(wires.seen[-1])

A model without a script gets `wires.default(seen)`: a short reply, in a process of its own a pretty one
(`python -m tests.wires --port 8900`). Point the providers at it with `environment(wires.url)`, that is
`ANTHROPIC_BASE_URL=URL`, `OPENAI_BASE_URL=URL/v1`, `GOOGLE_GEMINI_BASE_URL=URL`, `OLLAMA_HOST=URL` and
any keys. From another process, scripts are set by `POST /_script {"model": ..., "scripts": [{"type":
"Reply", "text": ...}]}`, and `GET /_seen` tells what was asked.
"""

import asyncio
import contextlib
import json
import socket
import time
from collections.abc import Callable
from typing import Self

import msgspec
from msgspec import Struct

from tests.wires.anthropic import Anthropic
from tests.wires.chat import Chat
from tests.wires.connection import Connection, Head
from tests.wires.dialect import Dialect, Json
from tests.wires.google import Google
from tests.wires.listings import answer
from tests.wires.ollama import Ollama
from tests.wires.responses import Responses
from tests.wires.script import Hangup, Raw, Refusal, Reply, Reset, Script, Sent, Silence, Status, Web
from tests.wires.speech import speak, speak_raw

DIALECTS: tuple[tuple[str, Dialect], ...] = (
    ("/v1/messages", Anthropic()),
    ("/responses", Responses()),
    ("/chat/completions", Chat()),
    (":streamGenerateContent", Google()),
    ("/api/chat", Ollama()),
)


class Seen(Struct):
    """One request that came in, and what became of it."""

    path: str
    headers: dict[str, str]
    json: Json
    dialect: str
    model: str
    at: float
    """Seconds on `time.perf_counter`."""
    finished: bool = False
    """The answer was sent to its end."""
    sent: list[float] = []
    """When each delta was sent, on `time.perf_counter`."""
    gone: float | None = None
    """When the peer closed before the end, on `time.perf_counter`."""


class Wires:
    """The server; use it with `async with`."""

    def __init__(self, port: int = 0, default: Callable[[Seen], Script] | None = None) -> None:
        self.seen: list[Seen] = []
        self.default = default or (lambda seen: Reply(f"Hello from {seen.model}."))
        self._scripts: dict[str, list[Script]] = {}
        self._port = port
        self._changed = asyncio.Condition()
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    @property
    def refused_url(self) -> str:
        """An address where nobody listens."""
        with socket.socket() as sock:
            sock.bind(("127.0.0.1", 0))
            return f"http://127.0.0.1:{sock.getsockname()[1]}"

    def script(self, model: str, *scripts: Script) -> None:
        """Say what the requests for `model` get, in turn; the last one stays."""
        self._scripts[model] = list(scripts)

    async def gone(self, seen: Seen, within: float = 5.0) -> float:
        """Return when the peer of `seen` closed, on `time.perf_counter`."""
        async with asyncio.timeout(within), self._changed:
            await self._changed.wait_for(lambda: seen.gone is not None)
        assert seen.gone is not None
        return seen.gone

    async def arrived(self, count: int = 1, within: float = 5.0) -> Seen:
        """Return the request that is the `count`th, waiting for it."""
        async with asyncio.timeout(within), self._changed:
            await self._changed.wait_for(lambda: len(self.seen) >= count)
        return self.seen[count - 1]

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        connection = Connection(reader, writer)
        try:
            while (head := await connection.request()) is not None:
                if not await self._handle(connection, head):
                    break
        except (ConnectionError, asyncio.CancelledError):
            pass
        finally:
            self._tasks.discard(task)
            with contextlib.suppress(asyncio.CancelledError):
                await connection.close()

    async def _handle(self, connection: Connection, head: Head) -> bool:
        body: Json = json.loads(head.body) if head.body else None
        if head.path.startswith("/_"):
            return await self._control(connection, head, body)
        route = head.path.partition("?")[0]
        dialect = next((speaker for end, speaker in DIALECTS if route.endswith(end)), None)
        if dialect is None:
            return await self._listing(connection, head, body)
        model = route.rpartition("/")[2].partition(":")[0] if isinstance(dialect, Google) else body["model"]
        seen = Seen(head.path, head.headers, body, dialect.name, model, time.perf_counter())
        await self._note(seen)
        return await self._watched(connection, seen, dialect, self._next(seen))

    async def _watched(self, connection: Connection, seen: Seen, dialect: Dialect, script: Script) -> bool:
        watch = asyncio.create_task(connection.peer_gone())
        act = asyncio.create_task(self._perform(connection, dialect, script, seen))
        try:
            await asyncio.wait({watch, act}, return_when=asyncio.FIRST_COMPLETED)
            if act.done():
                seen.finished = True
                return act.result()
            seen.gone = time.perf_counter()
            await self._note(None)
            return False
        finally:
            watch.cancel()
            act.cancel()
            await asyncio.gather(watch, act, return_exceptions=True)

    async def _perform(self, connection: Connection, dialect: Dialect, script: Script, seen: Seen) -> bool:
        match script:
            case Reset():
                connection.reset()
            case Hangup():
                return False
            case Silence():
                await asyncio.Event().wait()
            case Status():
                await self._status(connection, dialect, script)
                return True
            case Web():
                page = script.body.encode()
                await connection.whole(script.status, page, {"content-type": script.content_type})
                return True
            case Raw():
                return await speak_raw(connection, script)
            case Refusal() | Reply():
                return await speak(connection, dialect, script, seen.model, seen.sent)
        return False

    async def _status(self, connection: Connection, dialect: Dialect, script: Status) -> None:
        headers = {"content-type": "application/json", "request-id": "req_wire", "x-request-id": "req_wire"}
        if script.retry_after is not None:
            headers["retry-after"] = script.retry_after
        if script.retry_after_ms is not None:
            headers["retry-after-ms"] = str(script.retry_after_ms)
        text = json.dumps(dialect.error(script)) if script.body is None else script.body
        await connection.whole(script.status, text.encode(), headers)

    async def _listing(self, connection: Connection, head: Head, body: Json) -> bool:
        await self._note(Seen(head.path, head.headers, body, "listing", "", time.perf_counter()))
        found = answer(head.path, head.headers, body)
        script = next(iter(self._scripts.get("_listing", [])), None)
        if isinstance(script, Status):
            await self._status(connection, Chat(), script)
            return True
        if isinstance(script, Web):
            page = script.body.encode()
            await connection.whole(script.status, page, {"content-type": script.content_type})
            return True
        status = 404 if found is None else 200
        text = json.dumps({"error": {"message": "no such page"}} if found is None else found).encode()
        await connection.whole(status, text, {"content-type": "application/json"})
        return True

    async def _control(self, connection: Connection, head: Head, body: Json) -> bool:
        if head.path == "/_script":
            self.script(body["model"], *msgspec.convert(body["scripts"], list[Sent]))
        told = [{"path": seen.path, "model": seen.model, "json": seen.json} for seen in self.seen]
        text = json.dumps(told if head.path == "/_seen" else {"ok": True}).encode()
        await connection.whole(200, text, {"content-type": "application/json"})
        return True

    def _next(self, seen: Seen) -> Script:
        scripts = self._scripts.get(seen.model)
        if not scripts:
            return self.default(seen)
        return scripts.pop(0) if len(scripts) > 1 else scripts[0]

    async def _note(self, seen: Seen | None) -> None:
        async with self._changed:
            if seen is not None:
                self.seen.append(seen)
            self._changed.notify_all()


def environment(url: str) -> dict[str, str]:
    """Return the environment that points every provider at the server."""
    return {
        "ANTHROPIC_BASE_URL": url, "ANTHROPIC_API_KEY": "wire-anthropic",
        "OPENAI_BASE_URL": f"{url}/v1", "OPENAI_API_KEY": "wire-openai",
        "GOOGLE_GEMINI_BASE_URL": url, "GEMINI_API_KEY": "wire-google",
        "OLLAMA_HOST": url, "NO_PROXY": "127.0.0.1,localhost",
    }  # fmt: skip
