"""What lies between the socket and whoever reads a turn: counted on the real path, not on paper."""

import inspect
import os
import sys
from collections.abc import AsyncGenerator
from contextlib import aclosing
from types import FrameType

import pytest

from mixchat.domain.events import ChatEvent, ProviderEvent
from mixchat.providers.stream_state import StreamState
from mixchat.runtime.runtime import Runtime, build_runtime
from tests.wires.server import Wires, environment

MOST = 6
MODELS = {
    "anthropic": "anthropic/wire", "responses": "openai/wire", "chat": "work/wire", "google": "google/wire",
    "ollama": "ollama/wire",
}  # fmt: skip
CONFIG = '[providers.work]\nbase_url = "{url}/v1"\n'


def generators() -> list[str]:
    """Return the project's async generators that are being asked for their next item, the innermost first."""
    found: list[str] = []
    frame: FrameType | None = sys._getframe()
    while frame is not None:
        code = frame.f_code
        if code.co_flags & inspect.CO_ASYNC_GENERATOR and "/mixchat/" in code.co_filename:
            found.append(code.co_qualname)
        frame = frame.f_back
    return found


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The generators that were at work as each piece of text came off the wire."""
    looks: list[list[str]] = []
    text = StreamState.text

    def watched(self: StreamState, piece: object) -> list[ProviderEvent]:
        looks.append(generators())
        return text(self, piece)

    monkeypatch.setattr(StreamState, "text", watched)
    return looks


def runtime_at(wires: Wires) -> Runtime:
    runtime = build_runtime(environ={**os.environ, **environment(wires.url)})
    runtime.settings.paths.config.mkdir(parents=True, exist_ok=True)
    runtime.settings.paths.config_file.write_text(CONFIG.format(url=wires.url), "utf-8")
    return runtime


async def read(events: AsyncGenerator[ChatEvent]) -> None:
    async with aclosing(events):
        async for _ in events:
            pass


@pytest.mark.parametrize("protocol", MODELS)
async def test_a_delta_passes_six_generators_at_most(protocol: str, seen: list[list[str]]):
    async with Wires() as wires:
        runtime = runtime_at(wires)
        try:
            chat = runtime.new_chat()
            await read(chat.send("Hi", pin=runtime.routing.resolve_name(MODELS[protocol])))
            assert chat.turns[-1].reply == "Hello from wire."
        finally:
            await runtime.aclose()
    assert seen
    longest = max(seen, key=len)
    assert longest[-5:] == [
        "Adapter.stream", "LiveAttempt.events", "FailOver.events", "TurnRun.events", "run_turn",
    ]  # fmt: skip
    assert len(longest) <= MOST, longest
