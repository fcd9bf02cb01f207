"""The adapter of compatible servers against a real one: llama.cpp's own, with the starter model."""

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path

import psutil
import pytest
from msgspec import structs

from mixchat.config.config import Config
from mixchat.config.paths import Paths
from mixchat.config.provider_specs import built_in
from mixchat.domain.errors import NeedsKey, TooLong, Unreachable
from mixchat.domain.events import ProviderEvent, StreamEnd, TextDelta
from mixchat.domain.model import ModelCard, ModelRef
from mixchat.domain.request import Message, ModelRequest
from mixchat.providers.adapter import Endpoint
from mixchat.providers.connections import Connections
from mixchat.providers.local.provider import LocalProvider
from mixchat.providers.local.server_process import ServerAddress, ServerProcess
from mixchat.providers.openai_chat import ChatProvider

pytestmark = pytest.mark.model


@pytest.fixture
def engine(tmp_path: Path, weights: Path) -> ServerProcess:
    local = LocalProvider(
        Paths(tmp_path / "c", tmp_path / "d", tmp_path / "l"), Config(local={"tiny": str(weights)})
    )
    local.engine.start(local.fitting("tiny"), 2048, 1)
    return local.engine


@pytest.fixture
async def server(engine: ServerProcess) -> AsyncGenerator[ServerAddress]:
    door = engine.address
    assert door is not None
    yield door
    await asyncio.to_thread(engine.stop)


def adapter(door: ServerAddress, key: str) -> tuple[ChatProvider, Connections]:
    service = structs.replace(built_in()["llamacpp"], base_url=f"{door.url}/v1")
    connections = Connections()
    return ChatProvider(
        Endpoint(service, lambda: key, lambda ref: ModelCard(ref=ref), connections)
    ), connections


async def heard(provider: ChatProvider, prompt: str, limit: int = 24) -> list[ProviderEvent]:
    """Return what the server says; as in a turn, a connection that it has just closed is tried once more."""
    try:
        return await _heard(provider, prompt, limit)
    except Unreachable:
        return await _heard(provider, prompt, limit)


async def _heard(provider: ChatProvider, prompt: str, limit: int) -> list[ProviderEvent]:
    request = ModelRequest(
        ref=ModelRef("llamacpp", "tiny"),
        messages=(Message("user", prompt),),
        max_tokens=limit,
        temperature=0.0,
    )
    async with aclosing(provider.stream(request)) as events:
        return [event async for event in events]


async def test_a_compatible_server_answers_lists_refuses_and_is_cancelled(
    engine: ServerProcess, server: ServerAddress
) -> None:
    provider, connections = adapter(server, server.token)
    events = await heard(provider, "What is the capital of France?")
    ended = events[-1]
    assert isinstance(ended, StreamEnd)
    assert "".join(event.text for event in events if isinstance(event, TextDelta)).strip()
    assert ended.usage.input
    assert ended.usage.output
    cut = (await heard(provider, "Count to a hundred.", limit=4))[-1]
    assert isinstance(cut, StreamEnd)
    assert (cut.stop, cut.usage.output) == ("length", 4)
    assert await provider.models()
    with pytest.raises(TooLong):
        await heard(provider, "word " * 4000)
    await _cancelled_at_once(provider, engine)
    stranger, others = adapter(server, "wrong")
    with pytest.raises(NeedsKey):
        await heard(stranger, "Hello?")
    await connections.aclose()
    await others.aclose()


async def _cancelled_at_once(provider: ChatProvider, engine: ServerProcess) -> None:
    task = asyncio.create_task(heard(provider, "Write a long story about a ship.", limit=1500))
    await asyncio.sleep(1.0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    child = psutil.Process(engine.pid)
    until = time.monotonic() + 10
    while time.monotonic() < until:
        before = sum(child.cpu_times()[:2])
        await asyncio.sleep(0.2)
        if sum(child.cpu_times()[:2]) - before < 0.04:
            return
    pytest.fail("the server goes on computing a reply that nobody hears")
