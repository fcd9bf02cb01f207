"""Every fault, over every protocol, with a spare and pinned: sentence, calls, seconds, cost, and the next message."""

import asyncio
import itertools
import os
from contextlib import aclosing

import pytest
from msgspec import Struct

from mixchat.chat.chat import Chat
from mixchat.domain.chat_request import Pin
from mixchat.domain.errors import ErrorCode
from mixchat.domain.turn import Outcome, Turn
from mixchat.runtime.runtime import Runtime, build_runtime
from tests.providers.adapters import KINDS, Desk
from tests.routing.steered import FastClock
from tests.wires.script import Refusal, Reply, Reset, Script, Silence, Status
from tests.wires.server import Wires, environment

SPEED = 20
MODELS = {
    "anthropic": "anthropic/wire", "responses": "openai/wire", "chat": "work/wire", "google": "google/wire",
    "ollama": "ollama/wire",
}  # fmt: skip
CONFIG = """
stack = "stage"
[providers.work]
base_url = "{url}/v1"
[providers.spare]
base_url = "{url}/v1"
[providers.ollama]
first_token = 10.0
[router]
first_token = 10.0
[prices."{model}"]
input = 1000.0
output = 20000.0
"""
STACK = 'name = "stage"\n[roles.daily-driver]\nmodels = ["{model}", "spare/ok"]\n'
LABELS = {
    "anthropic": "Anthropic", "openai": "OpenAI", "work": "Work", "google": "Google", "ollama": "Ollama",
}  # fmt: skip
KEYS = {
    "anthropic": "ANTHROPIC_API_KEY", "openai": "OPENAI_API_KEY", "google": "GEMINI_API_KEY",
    "ollama": "OLLAMA_API_KEY",
}  # fmt: skip
REFUSALS = {
    "anthropic": "refusal", "openai": "content_filter", "work": "content_filter", "google": "PROHIBITED_CONTENT",
}  # fmt: skip
SAID = "One two three four five six seven eight nine ten. " * 4


class Fault(Struct, frozen=True):
    """What a model does, and what follows."""

    script: Script
    code: ErrorCode
    calls: int
    """Calls of the model before it is left."""
    seconds: float
    """The longest that it may take with a spare."""
    says: str
    """What a person reads where nobody else answers: of the provider's `label`, the model `ref` and the `remedy`."""
    spare: bool = True
    """Whether the spare answers."""
    kept: bool = False
    """Whether text came that is kept."""
    paid: bool | None = False
    """Whether the failed call is estimated, since the provider may charge for it; `None`: as the provider reports."""
    rests: bool = False
    """Whether the next message passes the model over."""


FAULTS = {
    "error 500": Fault(
        Status(500),
        "overloaded",
        3,
        6,
        "{label} is having trouble (status 500: The fake says no); try again.",
        rests=True,
    ),
    "rate limit of a second": Fault(
        Status(429, retry_after="1"),
        "rate_limited",
        3,
        8,
        "{label} is limiting requests (The fake says no); wait 1 s.",
        rests=True,
    ),
    "rate limit of an hour": Fault(
        Status(429, retry_after="3600"),
        "rate_limited",
        1,
        4,
        "{label} is limiting requests (The fake says no); wait 60 minutes.",
        rests=True,
    ),
    "wrong key": Fault(
        Status(401),
        "auth",
        1,
        4,
        "{label} did not accept the key (The fake says no); {remedy}run `mixchat keys set {provider}`.",
        rests=True,
    ),
    "rejected request": Fault(
        Status(400, "Something about it is wrong."),
        "bad_request",
        1,
        4,
        "{label} rejected the request (Something about it is wrong).",
    ),
    "reset connection": Fault(
        Reset(),
        "unreachable",
        3,
        6,
        "The connection to {label} broke before the reply began; start the server, or correct the address.",
        rests=True,
    ),
    "silence": Fault(
        Silence(), "timeout", 1, 17, "{ref} gave no sign of life for 90 seconds.", paid=True, rests=True
    ),
    "refusal": Fault(
        Refusal(),
        "refused",
        1,
        4,
        "{ref} declined to answer ({refusal}); rephrase the prompt.",
        spare=False,
        paid=None,
    ),
    "cut in the middle": Fault(
        Reply(SAID, ending="drop", after=12),
        "interrupted",
        1,
        4,
        "The connection to {label} broke in the middle of the reply.",
        spare=False,
        kept=True,
        paid=True,
    ),
}


@pytest.fixture(scope="module", autouse=True)
def _libraries_are_warm() -> None:
    """Call every library once: the first call builds its models, which is a second of work and no waiting."""

    async def ask() -> None:
        async with Wires() as wires:
            for kind in KINDS:
                desk = Desk(kind, wires.url)
                assert (await desk.ask()).error is None
                await desk.aclose()

    asyncio.run(ask())


async def answer(chat: Chat, pin: Pin | None) -> Turn:
    async with aclosing(chat.send("Say something.", pin=pin)) as events:
        async for _ in events:
            pass
    return chat.turns[-1]


def runtime_at(wires: Wires, model: str, clock: FastClock) -> Runtime:
    runtime = build_runtime(environ={**os.environ, **environment(wires.url)})
    runtime.storage.clock = clock
    paths = runtime.settings.paths
    (paths.config / "stacks").mkdir(parents=True, exist_ok=True)
    paths.config_file.write_text(CONFIG.format(url=wires.url, model=model), "utf-8")
    (paths.config / "stacks" / "stage.toml").write_text(STACK.format(model=model), "utf-8")
    runtime.storage.prices.load()
    for name in (model, "spare/ok"):
        runtime.settings.providers.get(name.partition("/")[0]).preload()
    return runtime


CASES = [
    case
    for case in itertools.product(FAULTS, MODELS, (False, True))
    if case[:2] != ("refusal", "ollama")  # its protocol has no word for it
]


@pytest.mark.parametrize(("fault", "protocol", "pinned"), CASES)
async def test_a_fault_ends_as_a_person_would_have_it(fault: str, protocol: str, pinned: bool):
    expected, model = FAULTS[fault], MODELS[protocol]
    # Who pinned a model waits for 90 seconds; nothing else happens meanwhile.
    clock = FastClock(4 * SPEED if pinned and fault == "silence" else SPEED)
    async with Wires() as wires:
        wires.script("wire", expected.script)
        wires.script("ok", Reply("From the spare."))
        runtime = runtime_at(wires, model, clock)
        pin = runtime.routing.resolve_name(model) if pinned else None
        try:
            chat = runtime.new_chat()
            began = clock.monotonic()
            turn = await answer(chat, pin)
            seconds = clock.monotonic() - began
            asked = [attempt for attempt in turn.attempts if str(attempt.ref) == model]
            check_calls(expected, turn, len(asked), seconds, pinned=pinned)
            if turn.failure is not None:
                assert turn.failure.message == sentence(expected, model)
            assert expected.paid is None or bool(asked[-1].cost.usd) == expected.paid
            assert not (expected.paid and asked[-1].cost.exact), "what nobody reported is marked"
            before = len(wires.seen)
            if not pinned and expected.spare:
                assert (await answer(chat, None)).reply == "From the spare."
                assert ([seen.model for seen in wires.seen[before:]] == ["ok"]) == expected.rests
        finally:
            await runtime.aclose()


def sentence(expected: Fault, model: str) -> str:
    provider = model.partition("/")[0]
    remedy = f"correct {KEYS[provider]} or " if provider in KEYS else ""
    return expected.says.format(
        label=LABELS[provider], provider=provider, ref=model, remedy=remedy, refusal=REFUSALS.get(provider)
    )


def check_calls(expected: Fault, turn: Turn, calls: int, seconds: float, *, pinned: bool) -> None:
    assert calls == expected.calls or (pinned and calls <= 3)
    if expected.spare and not pinned:
        assert (turn.outcome, turn.reply) == (Outcome.COMPLETE, "From the spare.")
        assert seconds <= expected.seconds + SPEED * 0.5
        return
    assert turn.failure is not None
    assert turn.failure.code == expected.code
    assert bool(turn.reply) == expected.kept
    assert SAID.startswith(turn.reply)
    assert all(str(attempt.ref) != "spare/ok" for attempt in turn.attempts), "a pin is a promise"
