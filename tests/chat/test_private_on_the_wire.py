"""Private means private: whatever is done in a private chat, no remote provider is ever asked anything."""

import json
import random
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing
from pathlib import Path

import pytest
from msgspec import structs

from mixchat.chat.chat import Chat
from mixchat.chat.compare import compare, merge
from mixchat.chat.operations import compact, fork
from mixchat.chat.semantic_search import index_prompts
from mixchat.chat.titles import make_title
from mixchat.config.crash_report import report
from mixchat.domain.chat_request import Pin, TurnRequest
from mixchat.domain.errors import ConfigError, ProviderError
from mixchat.domain.events import ChatEvent
from mixchat.domain.model import ModelRef
from mixchat.domain.stack import Slot
from mixchat.runtime.runtime import Runtime, build_runtime
from mixchat.storage.vectors import Vectors
from mixchat.transfer.exporter import Exporter
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
keywords = ["quetzalcoatl"]
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


async def role_step(runtime: Runtime, chat: Chat, dice: random.Random) -> str:
    """Do one thing without naming a model, half the time about what the private role is for."""
    about = WORD if dice.random() < 0.5 else "tea"
    prompt = f"tell me about {about} {dice.random()}"
    what = dice.choice(
        ["send", "send", "send", "again", "title", "compact", "merge", "continue", "fork", "find", "export"]
    )
    if not chat.turns:
        what = "send"
    last = chat.turns[-1].id if chat.turns else ""
    ways: dict[str, Callable[[], AsyncGenerator[ChatEvent]]] = {
        "send": lambda: chat.send(prompt),
        "again": lambda: chat.regenerate(last),
        "compact": lambda: compact(chat),
        "merge": lambda: merge(chat, [chat.turns[-1]]),
        "continue": lambda: chat.continue_reply(last),
        "fork": lambda: fork(chat, last, runtime.chat_services).send(prompt),
    }
    if what == "title":
        await make_title(chat, runtime.routing.router, pin_of(dice.choice(REMOTE)))
    elif what == "find":
        embed = runtime.routing.vectors
        assert embed is not None
        await index_prompts(
            "tea", Vectors(runtime.storage.database), embed, model=str(embed.ref), private=False
        )
    elif what == "export":
        document = Exporter(runtime.storage.chats, runtime.storage.turns).chat(chat.record)
        assert WORD not in report(RuntimeError(str(document)))
    else:
        async with aclosing(ways[what]()) as events:
            await drained(events)
    return what


@pytest.mark.parametrize("seed", range(4))
async def test_what_a_private_role_is_for_is_told_to_this_machine_alone(wires: Wires, seed: int):
    """Judge, embeddings, fail-over, titles and summaries included; the rest of the same chat goes where it should."""
    dice = random.Random(seed)
    wires.default = lambda seen: dice.choice(
        [
            Reply(f"A reply about {WORD}." if WORD in str(seen.json) else "A reply."),
            Reply("Half", ending="drop", after=1),
        ]
    )
    runtime = build_runtime()
    chat = runtime.new_chat()
    done: list[str] = []
    try:
        for _ in range(14):
            try:
                done.append(await role_step(runtime, chat, dice))
            except (ProviderError, ConfigError) as error:
                done.append(type(error).__name__)
    finally:
        await runtime.aclose()
    told = {seen.dialect for seen in wires.seen if WORD in json.dumps(seen.json)}
    assert told == {"ollama"}, (told, done)
    assert {seen.dialect for seen in wires.seen} > {"ollama"}, "nothing else was asked of anybody"
    assert len(set(done)) > 4


async def test_what_is_not_private_does_go_out_so_that_the_test_can_fail(wires: Wires):
    runtime = build_runtime()
    chat = runtime.new_chat()
    try:
        async with aclosing(chat.send(f"tell me about {WORD}", pin=pin_of("anthropic/wire"))) as events:
            await drained(events)
    finally:
        await runtime.aclose()
    assert {seen.dialect for seen in wires.seen} == {"anthropic"}
