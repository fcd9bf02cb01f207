"""Speaks a reply on a connection, and breaks it where the script says so."""

import asyncio
import time

from tests.wires.connection import Connection
from tests.wires.dialect import Dialect, Frames, sse
from tests.wires.script import Raw, Refusal, Reply

NAMES = ("request-id", "x-request-id")


async def speak(
    connection: Connection, dialect: Dialect, script: Reply | Refusal, model: str, sent: list[float]
) -> bool:
    """Send the reply, noting when each delta was sent; return whether the connection can take another request."""
    reply = Reply("", stop="refused") if isinstance(script, Refusal) else script
    frames = _refusal(dialect, script, model) if isinstance(script, Refusal) else dialect.frames(reply, model)
    await asyncio.sleep(reply.headers_wait)
    connection.begin(dialect.content_type, dict.fromkeys(NAMES, "req_wire"))
    await connection.chunk(b"".join(frames.head), reply.split)
    await asyncio.sleep(reply.wait)
    await _deltas(connection, dialect, reply, frames, sent)
    return await _end(connection, dialect, reply, frames)


async def _deltas(
    connection: Connection, dialect: Dialect, reply: Reply, frames: Frames, sent: list[float]
) -> None:
    cut = len(frames.deltas) if reply.after is None else reply.after
    loop = asyncio.get_running_loop()
    due = loop.time()
    for frame in frames.deltas[:cut]:
        if reply.rate is not None:
            due += 1 / reply.rate
            await asyncio.sleep(due - loop.time())
        sent.append(time.perf_counter())
        await connection.chunk(dialect.unknown() + frame if reply.unknown else frame, reply.split)


async def _end(connection: Connection, dialect: Dialect, reply: Reply, frames: Frames) -> bool:
    rest = b"".join(([] if reply.after is None else frames.deltas[reply.after :]) + frames.tail)
    last = {
        "proper": rest, "unmarked": rest, "garbage": dialect.garbage() + rest,
        "error": dialect.failure(reply.error),
    }  # fmt: skip
    await connection.chunk(last.get(reply.ending, b""), reply.split)
    if reply.ending in {"unmarked", "stall"}:
        await asyncio.Event().wait()
    elif reply.ending == "reset":
        await asyncio.sleep(0.02)
        connection.reset()
    elif reply.ending != "drop":
        await connection.end()
    return reply.ending in {"proper", "truncate", "garbage", "error"}


def _refusal(dialect: Dialect, script: Refusal, model: str) -> Frames:
    frames = dialect.frames(Reply("", stop="refused", output=0), model)
    if dialect.name == "google":
        blocked = {"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}}
        return Frames([], [], [sse(blocked | {"usageMetadata": {"promptTokenCount": 10}})])
    return frames


async def speak_raw(connection: Connection, script: Raw) -> bool:
    """Send the pieces with their pauses; return whether the connection can take another request."""
    connection.begin(script.content_type, {"x-request-id": "req_wire", **script.headers})
    for piece in script.pieces:
        if isinstance(piece, float | int):
            await asyncio.sleep(piece)
        else:
            await connection.chunk(piece.encode() if isinstance(piece, str) else piece)
    if script.keep_open:
        await asyncio.Event().wait()
    if not script.drop:
        await connection.end()
    return not script.drop
