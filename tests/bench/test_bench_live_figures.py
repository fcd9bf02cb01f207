"""What a reply costs while it comes: at one, two and three seconds, and in the end, for each protocol.

pytest -m bench tests/bench/test_bench_live_figures.py -s
"""

import asyncio
import time
from contextlib import aclosing
from decimal import Decimal

import pytest

from mixchat.domain.chat_request import TurnRequest
from mixchat.domain.events import TextDelta, ThinkingDelta, TurnAccepted
from mixchat.domain.live_turn import LiveTurn
from mixchat.ledger.token_count import count_tokens
from mixchat.runtime.runtime import Runtime
from tests.chat.test_live_figures import MODELS, runtime_at
from tests.sittings.provider import paced
from tests.wires.script import Reply, Script, Status
from tests.wires.server import Wires

MARKS = (1.0, 2.0, 3.0)
PACE = 150
"""Characters a second."""
THOUGHT = "Let me think about this for a moment before I say anything. " * 4
SAID = "Here is what there is to say about it in plain words. " * 12
NEAR = 0.06

pytestmark = [pytest.mark.bench, pytest.mark.timeout(120)]


class Watched:
    """The figure of a turn at each mark, and what its words came to by then."""

    def __init__(self, case: str) -> None:
        self.case = case
        self.seen: list[tuple[Decimal, float]] = []
        self.final = Decimal(0)

    def note(self, live: LiveTurn, heard: str, began: float, paid: Decimal) -> None:
        if len(self.seen) < len(MARKS) and time.monotonic() - began >= MARKS[len(self.seen)]:
            turn = live.snapshot()
            assert turn.cost.usd is not None
            attempt = turn.attempts[-1]
            spoken = float(paid) + (attempt.usage.input or 0) / 1_000 + round(count_tokens(heard)) / 50
            self.seen.append((turn.cost.usd, spoken))

    def row(self) -> str:
        marks = "  ".join(f"{live:8.3f} {float(live) / spoken:6.1%}" for live, spoken in self.seen)
        return f"{self.case:<34}  {marks}  {self.final:8.3f}"


async def _turn(runtime: Runtime, case: str, model: str | None) -> Watched:
    watched, chat, heard = Watched(case), runtime.new_chat(), ""
    live: LiveTurn | None = None
    paid, began = Decimal(0), time.monotonic()
    pin = runtime.routing.resolve_name(model) if model else None
    async with aclosing(chat.send("What is there to say?", pin=pin)) as events:
        async for event in events:
            if isinstance(event, TurnAccepted):
                live = event.live
            elif isinstance(event, TextDelta | ThinkingDelta) and live is not None:
                attempts = live.snapshot().attempts
                before = sum((each.cost.usd or Decimal(0) for each in attempts[:-1]), Decimal(0))
                if before != paid:
                    paid, heard = before, ""
                began = time.monotonic() if not heard and not watched.seen else began
                heard += event.text
                watched.note(live, heard, began, paid)
    watched.final = chat.turns[-1].cost.usd or Decimal(0)
    return watched


async def _comparison(runtime: Runtime, models: tuple[str, ...]) -> Watched:
    from mixchat.chat.compare import compare

    watched, chat = Watched(f"comparison of {len(models)}"), runtime.new_chat()
    lives: dict[int, LiveTurn] = {}
    heard = dict.fromkeys(range(len(models)), "")
    pins = [pin for name in models if (pin := runtime.routing.resolve_name(name)) is not None]
    began = 0.0
    async with aclosing(compare(chat, TurnRequest(text="What is there to say?"), pins, None)) as events:
        async for number, event in events:
            if isinstance(event, TurnAccepted):
                lives[number] = event.live
            elif isinstance(event, TextDelta | ThinkingDelta):
                began = began or time.monotonic()
                heard[number] += event.text
                turns = [live.snapshot() for live in lives.values()]
                if len(watched.seen) < len(MARKS) and time.monotonic() - began >= MARKS[len(watched.seen)]:
                    sums = sum((turn.cost.usd or Decimal(0) for turn in turns), Decimal(0))
                    read = sum(turn.usage.input or 0 for turn in turns) / 1_000
                    spoken = read + sum(round(count_tokens(words)) for words in heard.values()) / 50
                    watched.seen.append((sums, spoken))
    ids = [live.snapshot().id for live in lives.values()]
    watched.final = sum((chat.path.turn(each).cost.usd or Decimal(0) for each in ids), Decimal(0))
    return watched


async def test_the_figure_moves_with_what_is_said_in_every_protocol():
    plain = paced(Reply(SAID, input=77, output=round(count_tokens(SAID))), PACE)
    both = round(count_tokens(THOUGHT + SAID))
    thinking = paced(Reply(SAID, thinking=THOUGHT, input=77, output=both), PACE)
    fails: tuple[Script, ...] = (
        paced(Reply("", thinking=THOUGHT, ending="error", after=20), PACE),
        Status(400),
    )
    rows: list[Watched] = []
    async with Wires() as wires:
        runtime = runtime_at(wires)
        try:
            for case, reply in (("words", plain), ("thinking, then words", thinking)):
                wires.script("wire", *[reply] * len(MODELS))
                rows += await asyncio.gather(
                    *(_turn(runtime, f"{protocol}: {case}", model) for protocol, model in MODELS.items())
                )
            wires.script("first", *fails)
            wires.script("wire", plain)
            rows.append(await _turn(runtime, "chat: after a fail-over", None))
            wires.script("wire", plain, thinking)
            rows.append(await _comparison(runtime, (MODELS["anthropic"], MODELS["google"])))
        finally:
            await runtime.aclose()
    heads = "  ".join(f"{f'at {mark:g} s, dollars':>15}" for mark in MARKS)
    print(f"\n{'':<34}  {heads}     final\n" + "\n".join(row.row() for row in rows))
    print("The share is of what the words that came until then cost, by the price list.")
    for row in rows:
        assert len(row.seen) == len(MARKS), row.case
        assert all(abs(float(live) - spoken) <= NEAR * spoken for live, spoken in row.seen), row.row()
        assert [live for live, _ in row.seen] == sorted({live for live, _ in row.seen}), row.case
