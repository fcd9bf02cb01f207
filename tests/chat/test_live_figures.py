"""The live figure is the ledger's own: it follows text and thinking, and the final one differs by what is corrected."""

import os
from contextlib import aclosing
from decimal import Decimal

import pytest

from mixchat.domain.events import StreamEnd, TextDelta, ThinkingDelta, TurnAccepted
from mixchat.domain.live_turn import LiveTurn
from mixchat.domain.turn import Turn
from mixchat.ledger.token_count import count_tokens
from mixchat.runtime.runtime import Runtime, build_runtime
from tests.wires.script import Reply, Status
from tests.wires.server import Wires, environment

THOUGHT = "Let me think about this for a moment before I say anything. " * 6
SAID = "Here is what there is to say about it in plain words. " * 12
MODELS = {
    "anthropic": "anthropic/wire", "responses": "openai/wire", "chat": "work/wire", "google": "google/wire",
    "ollama": "ollama/wire",
}  # fmt: skip
PRICED = (*MODELS.values(), "work/first", "anthropic/first")
INPUT, OUTPUT = Decimal(1_000), Decimal(20_000)
"""Dollars a million tokens: dear, so that every token shows."""
A_TOKEN = 0.021
CONFIG = '[providers.work]\nbase_url = "{url}/v1"\n'
PRICE = '[prices."{ref}"]\ninput = 1000.0\noutput = 20000.0\n'
STACK = 'name = "stage"\n[roles.daily-driver]\nmodels = ["anthropic/first", "work/wire"]\n'


def runtime_at(wires: Wires) -> Runtime:
    runtime = build_runtime(environ={**os.environ, **environment(wires.url)})
    paths = runtime.settings.paths
    (paths.config / "stacks").mkdir(parents=True, exist_ok=True)
    prices = "".join(PRICE.format(ref=ref) for ref in PRICED)
    paths.config_file.write_text(f'stack = "stage"\n{CONFIG.format(url=wires.url)}{prices}', "utf-8")
    (paths.config / "stacks" / "stage.toml").write_text(STACK, "utf-8")
    runtime.storage.prices.load()
    return runtime


class Looks:
    """What the live turn cost at every word, and what it had said by then."""

    def __init__(self) -> None:
        self.live: LiveTurn | None = None
        self.seen: list[tuple[Turn, str]] = []
        self.before_the_end: Turn | None = None
        self.at_the_end: Turn | None = None

    async def watch(self, runtime: Runtime, name: str | None) -> Turn:
        chat, heard = runtime.new_chat(), ""
        pin = runtime.routing.resolve_name(name) if name else None
        async with aclosing(chat.send("What is there to say?", pin=pin)) as events:
            async for event in events:
                if isinstance(event, TurnAccepted):
                    self.live = event.live
                elif isinstance(event, TextDelta | ThinkingDelta) and self.live is not None:
                    heard += event.text
                    self.before_the_end = self.live.snapshot()
                    self.seen.append((self.before_the_end, heard))
                elif isinstance(event, StreamEnd) and self.live is not None:
                    self.at_the_end = self.live.snapshot()
        return chat.turns[-1]


def priced(input_tokens: int, output_tokens: float) -> float:
    return float((INPUT * input_tokens + OUTPUT * round(output_tokens)).scaleb(-6))


@pytest.mark.parametrize("protocol", MODELS)
async def test_the_live_figure_follows_every_word_and_thought_and_the_last_is_what_is_charged(protocol: str):
    looks = Looks()
    async with Wires() as wires:
        runtime = runtime_at(wires)
        wires.script("wire", Reply(SAID, thinking=THOUGHT, input=77, output=333))
        try:
            settled = await looks.watch(runtime, MODELS[protocol])
        finally:
            await runtime.aclose()
    assert len(looks.seen) > 50
    for turn, heard in looks.seen:
        assert turn.cost.usd is not None
        assert not turn.cost.exact
        read = turn.usage.input
        assert read is not None
        assert float(turn.cost.usd) == pytest.approx(priced(read, count_tokens(heard)), rel=0.05, abs=A_TOKEN)
    costs = [turn.cost.usd for turn, _ in looks.seen]
    assert costs == sorted(costs, key=float)  # type: ignore[arg-type]
    # The end: what the provider corrects is in the live figure as soon as it says so, and nothing else changes.
    assert looks.at_the_end is not None
    assert settled.usage.input == 77
    assert settled.cost.usd == looks.at_the_end.cost.usd == Decimal(77) / 1_000 + Decimal(333) / 50
    assert settled.cost.exact


@pytest.mark.parametrize("protocol", MODELS)
async def test_where_the_provider_corrects_nothing_the_final_figure_is_the_last_live_one(protocol: str):
    looks = Looks()
    async with Wires() as wires:
        runtime = runtime_at(wires)
        wires.script("wire", Reply(SAID, thinking=THOUGHT, usage=False))
        try:
            settled = await looks.watch(runtime, MODELS[protocol])
        finally:
            await runtime.aclose()
    assert looks.before_the_end is not None
    assert settled.cost.usd == looks.before_the_end.cost.usd
    assert not settled.cost.exact


async def test_a_turn_that_fell_over_sums_its_attempts_live():
    looks = Looks()
    async with Wires() as wires:
        runtime = runtime_at(wires)
        wires.script("first", Reply("", thinking=THOUGHT, ending="error", after=20), Status(400))
        wires.script("wire", Reply(SAID, input=50, output=200))
        try:
            settled = await looks.watch(runtime, None)
        finally:
            await runtime.aclose()
    assert settled.reply == SAID
    assert settled.thinking == "", "the thoughts of the model that failed are gone with it"
    assert len(settled.attempts) >= 2
    paid = settled.attempts[0].cost.usd
    assert paid
    last = looks.seen[-1][0]
    assert last.cost.usd is not None
    assert last.cost.usd == sum(attempt.cost.usd or Decimal(0) for attempt in last.attempts)
    assert last.cost.usd > paid
