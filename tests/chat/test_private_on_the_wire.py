"""Private means private: whatever is done in a private chat, no remote provider is ever asked anything."""

import random
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing
from pathlib import Path

import pytest
from msgspec import structs

from mixchat.chat.chat import Chat
from mixchat.chat.compare import compare, merge
from mixchat.chat.operations import compact, fork, make_title
from mixchat.domain.chat_request import Pin, TurnRequest
from mixchat.domain.errors import ConfigError, ProviderError
from mixchat.domain.events import ChatEvent
from mixchat.domain.model import ModelRef
from mixchat.domain.stack import Slot
from mixchat.runtime.runtime import Runtime, build_runtime
from tests.wires.script import Reply, Status
from tests.wires.server import Wires, environment

STACK = """
[roles.daily-driver]
models = ["anthropic/wire", "ollama/home", "openai/wire2"]
[roles.summarization]
models = ["google/wire3", "ollama/home"]
[roles.quick]
models = ["openai/wire2"]
[roles.coding]
models = ["anthropic/wire", "ollama/home"]
private = true
[roles.fallback]
models = ["openai/wire2"]
"""
CONFIG = '[router]\njudge = "google/wire3"\nembeddings = "openai/embed"\n'
REMOTE = ("anthropic/wire", "openai/wire2", "google/wire3")
WORD = "quetzalcoatl"


@pytest.fixture
async def wires(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[Wires]:
    (tmp_path / "CONFIG" / "stacks").mkdir(parents=True)
    (tmp_path / "CONFIG" / "stacks" / "wire.toml").write_text(STACK)
    (tmp_path / "CONFIG" / "config.toml").write_text(CONFIG)
    for part in ("CONFIG", "DATA", "LOG"):
        monkeypatch.setenv(f"MIXCHAT_{part}_DIR", str(tmp_path / part))
    monkeypatch.setenv("MIXCHAT_STACK", "wire")
    async with Wires() as served:
        for name, value in environment(served.url).items():
            monkeypatch.setenv(name, value)
        yield served


async def drained(events: AsyncIterator[object]) -> None:
    async for _ in events:
        pass


def pin_of(name: str) -> Pin:
    return Pin(name, slot=Slot(ModelRef(*name.split("/", 1))))


async def compared(chat: Chat, prompt: TurnRequest) -> None:
    pins = [pin_of(name) for name in (*REMOTE, "ollama/home")]
    async with aclosing(compare(chat, prompt, pins, chat.path.leaf)) as events:
        await drained(events)


async def step(runtime: Runtime, chat: Chat, dice: random.Random) -> str:
    """Do one thing that a person can do in a chat, and return what it was."""
    remote = pin_of(dice.choice(REMOTE))
    pin = dice.choice([None, remote])
    prompt = TurnRequest(text=f"tell me about {WORD} {dice.random()}", pin=pin)
    what = dice.choice(["send", "send", "again", "compare", "title", "compact", "merge", "continue", "fork"])
    if not chat.turns:
        what = "send"
    last = chat.turns[-1].id if chat.turns else ""
    ways: dict[str, Callable[[], AsyncGenerator[ChatEvent]]] = {
        "send": lambda: chat.send(prompt.text, pin=pin),
        "again": lambda: chat.regenerate(last, prompt),
        "compact": lambda: compact(chat, pin),
        "merge": lambda: merge(chat, [chat.turns[-1]], pin),
        "continue": lambda: chat.continue_reply(last, pin),
        "fork": lambda: fork(chat, last, runtime.chat_services).send(prompt.text, pin=pin),
    }
    if what == "compare":
        await compared(chat, prompt)
    elif what == "title":
        await make_title(chat, runtime.routing.router, remote)
    else:
        async with aclosing(ways[what]()) as events:
            await drained(events)
    return what


@pytest.mark.parametrize("seed", range(4))
async def test_a_private_chat_asks_only_this_machine(wires: Wires, seed: int):
    dice = random.Random(seed)
    wires.default = lambda seen: dice.choice(
        [Reply("A reply."), Reply("Half of it", ending="drop", after=1), Status(503)]
    )
    runtime = build_runtime()
    chat = runtime.new_chat()
    chat.record = structs.replace(chat.record, private=True)
    done: list[str] = []
    try:
        for _ in range(12):
            try:
                done.append(await step(runtime, chat, dice))
            except (ProviderError, ConfigError) as error:
                done.append(type(error).__name__)
    finally:
        await runtime.aclose()
    asked = {seen.dialect for seen in wires.seen}
    assert asked <= {"ollama"}, (asked, done)
    assert wires.seen, "nobody was asked at all"
    assert len(set(done)) > 3


async def test_what_is_not_private_does_go_out_so_that_the_test_can_fail(wires: Wires):
    runtime = build_runtime()
    chat = runtime.new_chat()
    try:
        async with aclosing(chat.send(f"tell me about {WORD}", pin=pin_of("anthropic/wire"))) as events:
            await drained(events)
    finally:
        await runtime.aclose()
    assert {seen.dialect for seen in wires.seen} == {"anthropic"}
