"""The sixteen scenarios of failoverbench, a public benchmark of fail-over, against the loopback fake.

Each has a hard requirement, and what a pass adds to it. Verdicts: `pass`; `partial` or `safe` when only
the requirement is met; `fail`.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, Literal

from msgspec import Struct

from mixchat.domain.request import Message
from tests.routing.stage import Answer, Stage
from tests.wires.script import Reply, Reset, Silence, Status
from tests.wires.server import Seen

SIXTY: Final = " ".join(f"word{n:02}" for n in range(60))
FINE: Final = "Fine here."


class Verdict(Struct, frozen=True):
    """How a scenario went, and the figures."""

    word: Literal["pass", "partial", "safe", "fail"]
    note: str


class Scenario(Struct, frozen=True):
    """One fault."""

    id: str
    fault: str
    play: Callable[[Stage], Awaitable[Verdict]]


def _classification(
    required: bool, added: bool, note: str, otherwise: Literal["partial", "safe"] = "partial"
) -> Verdict:
    return Verdict("fail" if not required else "pass" if added else otherwise, note)


def _answered(answer: Answer, text: str = FINE) -> bool:
    return answer.failure is None and answer.text == text


def _honest(answer: Answer, whole: str = SIXTY) -> bool:
    """A reply that is not whole says so."""
    return answer.text == whole if answer.failure is None else True


async def s01(stage: Stage) -> Verdict:
    stage.wires.script("s01", Status(429, retry_after="2"), Reply(FINE))
    answer = await stage.answer("main/s01", "spare/ok")
    calls = stage.calls("s01")
    early = sum(at < 1.5 for at in calls)
    gap = calls[1] - calls[0] if len(calls) > 1 else 0.0
    return _classification(
        early <= 2, _answered(answer) and gap >= 1.8, f"{early} calls in 1.5 s, gap {gap:.1f} s"
    )


async def s02(stage: Stage) -> Verdict:
    stage.wires.script("s02", Status(429))
    answer = await stage.answer("main/s02")
    calls = stage.calls("s02")
    early = sum(at < 3 for at in calls)
    fine = early <= 4 and len(calls) <= 6 and answer.seconds < 40 and answer.failure is not None
    return _classification(fine, True, f"{early} calls in 3 s, {len(calls)} in all, {answer.seconds:.1f} s")


async def s03(stage: Stage) -> Verdict:
    stage.wires.script("s03", Status(500), Reply(FINE))
    answer = await stage.answer("main/s03", "spare/ok")
    same = answer.ref.model == "s03"
    return _classification(
        answer.seconds < 30, _answered(answer) and same, f"answered by {answer.ref}, {answer.seconds:.1f} s"
    )


async def s04(stage: Stage) -> Verdict:
    stage.wires.script("s04", Status(503))
    answer = await stage.answer("main/s04")
    calls = len(stage.calls("s04"))
    return _classification(
        calls <= 6 and answer.failure is not None, True, f"{calls} calls, {answer.seconds:.1f} s"
    )


async def s05(stage: Stage) -> Verdict:
    stage.wires.script("s05", Reset(), Reply(FINE))
    answer = await stage.answer("main/s05", "spare/ok")
    return _classification(
        answer.failure is None and answer.text != "",
        True,
        f"answered by {answer.ref}, {answer.seconds:.1f} s",
    )


async def s06(stage: Stage) -> Verdict:
    stage.wires.script("s06", Silence())
    try:
        async with asyncio.timeout(stage.wait(100)):
            answer = await stage.answer("main/s06", "spare/ok")
    except TimeoutError:
        return Verdict("fail", "still waiting after 100 s")
    calls = len(stage.calls("s06"))
    return _classification(
        True, calls == 1 and answer.failure is None, f"{calls} calls, {answer.seconds:.1f} s"
    )


async def s07(stage: Stage) -> Verdict:
    stage.wires.script("s07", Reply(FINE, wait=stage.wait(20)))
    answer = await stage.answer("main/s07", "spare/ok")
    return _classification(
        answer.failure is None and answer.text != "",
        answer.seconds < 15,
        f"answered in {answer.seconds:.1f} s",
    )


async def s08(stage: Stage) -> Verdict:
    notes, honest = [], True
    for ending in ("drop", "truncate", "reset"):
        stage.wires.script("s08", Reply(SIXTY, ending=ending, after=40))
        answer = await stage.answer("main/s08", "spare/ok")
        honest = honest and _honest(answer) and SIXTY.startswith(answer.text)
        code = answer.failure.code if answer.failure else "complete"
        notes.append(f"{ending}: {code}, {len(answer.text)} characters kept")
    return _classification(honest, True, "; ".join(notes))


async def s09(stage: Stage) -> Verdict:
    stage.wires.script("s09", Reply(SIXTY, ending="stall", after=30))
    try:
        async with asyncio.timeout(stage.wait(45)):
            answer = await stage.answer("main/s09", "spare/ok")
    except TimeoutError:
        return Verdict("fail", "still waiting after 45 s")
    after = await stage.answer("spare/ok")
    code = answer.failure.code if answer.failure else "complete"
    return _classification(
        _honest(answer) and after.failure is None and answer.text != "",
        True,
        f"{code} after {answer.seconds:.1f} s",
    )


async def s10(stage: Stage) -> Verdict:
    stage.wires.script("s10", Reply(SIXTY, ending="garbage", after=20), Reply(SIXTY))
    answer = await stage.answer("main/s10", "spare/ok")
    after = await stage.answer("spare/ok")
    clean = SIXTY.startswith(answer.text) or answer.text == SIXTY
    code = answer.failure.code if answer.failure else "recovered"
    alive = after.failure is None and clean and _honest(answer)
    return _classification(
        alive, _answered(answer, SIXTY), f"{code}, {len(answer.text)} characters kept", "safe"
    )


async def s11(stage: Stage) -> Verdict:
    stage.wires.script("s11", Reply(FINE, ending="unmarked"))
    answer = await stage.answer("main/s11", "spare/ok")
    counted = answer.usage.output is not None
    return _classification(
        answer.seconds < 8 * stage.clock.speed and _answered(answer),
        counted,
        f"{answer.seconds / stage.clock.speed:.1f} s",
    )


async def s12(stage: Stage) -> Verdict:
    stage.wires.script(
        "s12", Status(400, "maximum context length is 8192 tokens", kind="context_length_exceeded")
    )
    answer = await stage.answer("main/s12", "spare/ok")
    calls = len(stage.calls("s12"))
    return _classification(
        calls == 1, _answered(answer, "Hello from ok."), f"{calls} call, then {answer.ref}"
    )


async def s13(stage: Stage) -> Verdict:
    stage.wires.script("s13", Status(400, "The content filter was triggered.", kind="content_filter"))
    answer = await stage.answer("main/s13", "spare/ok")
    shown = (
        answer.failure is not None and answer.failure.code == "refused" and "filter" in answer.failure.message
    )
    return _classification(
        len(answer.refs) == 1 and shown, True, answer.failure.message if answer.failure else "answered"
    )


async def s14(stage: Stage) -> Verdict:
    stage.wires.script("s14", Reply(SIXTY, ending="drop", after=40))
    stage.wires.default = _no_prefill
    cut = await stage.answer("main/s14", "spare/strict")
    told = cut.failure is not None and cut.failure.code == "interrupted"
    asked = Message("user", "Hi"), Message("assistant", cut.text), Message("user", "Go on.")
    rest = await stage.answer("spare/strict", messages=asked)
    stage.wires.script("s14", Reset())
    stage.wires.script("rejecting", Status(400, "prefill is not supported"))
    both = await stage.answer("main/s14", "spare/rejecting")
    first = both.failure is not None and both.failure.code == "unreachable"
    note = f"{cut.failure.code if cut.failure else 'complete'}; continued: {rest.failure is None}; first error kept: {first}"
    return _classification(told and first, rest.failure is None, note)


def _no_prefill(seen: Seen) -> Reply | Status:
    last = seen.json["messages"][-1]["role"]
    return Status(400, "prefill is not supported") if last == "assistant" else Reply(FINE)


async def s15(stage: Stage) -> Verdict:
    began = stage.clock.monotonic()
    recovery = began + 60

    def primary(seen: Seen) -> Reply | Status:
        if seen.model == "s15" and stage.clock.monotonic() < recovery:
            return Status(503)
        return Reply(FINE)

    stage.wires.default = primary
    served, back, waits = 0, None, 0.0
    for number in range(27):
        await stage.clock.sleep(max(0.0, began + 4 * number - stage.clock.monotonic()))
        answer = await stage.answer("main/s15", "spare/ok")
        served += answer.failure is None
        waits = max(waits, answer.seconds) if number else waits
        if back is None and answer.ref.model == "s15" and answer.failure is None:
            back = stage.clock.monotonic() - recovery
    calls = len(stage.calls("s15"))
    soon = back is not None and back <= 30
    note = f"{served} of 27 served, back after {back or 99:.0f} s, {calls} calls of the primary, later turns at most {waits:.1f} s"
    return _classification(served == 27, soon, note)


async def s16(stage: Stage) -> Verdict:
    stage.wires.script("s16", Status(503))
    answer = await stage.answer("main/s16", "spare/ok")
    calls = len(answer.refs)
    named = answer.ref.model == "ok" and answer.usage.output is not None and answer.rerouted == 1
    return _classification(
        answer.failure is None and calls <= 6, named, f"answered by {answer.ref} after {calls} calls"
    )


SCENARIOS: Final = (
    Scenario("S01", "429 + Retry-After 2, once", s01),
    Scenario("S02", "429 forever", s02),
    Scenario("S03", "500 once", s03),
    Scenario("S04", "503 forever", s04),
    Scenario("S05", "TCP reset once", s05),
    Scenario("S06", "never answers", s06),
    Scenario("S07", "first token after 20 s", s07),
    Scenario("S08", "cut after 40 of 60 tokens", s08),
    Scenario("S09", "stalls in mid-stream", s09),
    Scenario("S10", "one malformed event", s10),
    Scenario("S11", "no [DONE], connection open", s11),
    Scenario("S12", "400 context_length_exceeded", s12),
    Scenario("S13", "400 content filter", s13),
    Scenario("S14", "cut, fallback rejects prefill", s14),
    Scenario("S15", "primary 503 for 60 s", s15),
    Scenario("S16", "503, the fallback answers", s16),
)
