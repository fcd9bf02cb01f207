"""Waiting as a person would: for what lives, not for what is silent, and never for the sum of all."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

import pytest

from mixchat.domain.errors import BadRequest, Failure, Overloaded, RateLimited, Unreachable
from mixchat.domain.events import (
    AttemptFailed,
    AttemptStarted,
    FailedOver,
    Retrying,
    RouterEvent,
    TextDelta,
    ThinkingDelta,
)
from mixchat.domain.model import ModelCard
from mixchat.domain.usage import FREE
from mixchat.routing.idle_timeout import IdleTimeout
from mixchat.routing.turn_run import TurnRun
from tests.routing.scripted import Alive, Hang, Parts, Pause, asking, played, ref, reply, text_of
from tests.routing.steered import SteeredClock

SLOTS = ("a/1", "b/2", "c/3", "a/4", "b/5", "c/6", "a/7", "b/8")


@pytest.fixture
def clock() -> SteeredClock:
    return SteeredClock()


@pytest.fixture
def parts(clock: SteeredClock) -> Parts:
    return Parts(clock)


async def test_bytes_that_say_nothing_are_signs_of_life(parts: Parts, clock: SteeredClock):
    parts.providers.script("a/x", [*[Pause(8), Alive()] * 5, *reply("Late.")])
    events = await clock.running(played(parts.run("a/x", "b/y")))
    assert text_of(events) == "Late."


async def test_silence_after_the_last_byte_is_silence(parts: Parts, clock: SteeredClock):
    parts.providers.script("a/x", [Pause(8), Alive(), Hang()])
    began = clock.time
    events = await clock.running(played(parts.run("a/x", "b/y")))
    assert text_of(events) == "Hello from b/y."
    assert 18 <= clock.time - began < 18.5


async def test_where_nobody_says_a_word_it_is_told_within_the_budget(parts: Parts, clock: SteeredClock):
    for name in SLOTS:
        parts.providers.script(name, [Hang()])
    run, began = parts.run(*SLOTS), clock.time
    events = await clock.running(played(run))
    assert isinstance(events[-1], AttemptFailed)
    assert run.failure is not None
    assert run.failure.message.startswith("a/1 gave no sign of life for 10 seconds.")
    assert clock.time - began <= 31
    assert len(run.attempts) >= 3


async def test_what_a_model_needs_to_think_in_silence_is_not_taken_from_the_next(
    parts: Parts, clock: SteeredClock
):
    parts.cards = {ref(name): ModelCard(ref=ref(name), silent=True) for name in ("a/x", "b/y")}
    parts.providers.script("a/x", [Hang()])
    parts.providers.script("b/y", [Pause(40), *reply("Thought over.")])
    events = await clock.running(played(parts.run("a/x", "b/y")))
    assert text_of(events) == "Thought over."


async def test_a_server_of_ones_own_leaves_time_for_the_next_model(parts: Parts, clock: SteeredClock):
    parts.providers.made["a"].first_token_timeout = 60.0
    parts.providers.script("a/x", [Hang()])
    began = clock.time
    events = await clock.running(played(parts.run("a/x", "b/y")))
    assert text_of(events) == "Hello from b/y."
    assert clock.time - began <= 14
    began = clock.time
    await clock.running(played(parts.run("a/x", "b/y")))
    assert clock.time == began, "the next message does not pay for it again"
    clock.time += 61
    began = clock.time
    await clock.running(played(parts.run("a/x", "b/y")))
    assert clock.time - began <= 5.5, "whether it is back is tried for a moment"


async def test_a_pin_waits_for_minutes_and_not_for_ever(parts: Parts, clock: SteeredClock):
    parts.providers.made["a"].first_token_timeout = 60.0
    parts.providers.script("a/x", [Hang()])
    run, began = parts.run("a/x", pinned=True), clock.time
    await clock.running(played(run))
    assert 179 < clock.time - began < 181
    assert run.failure is not None
    assert run.failure.message == "a/x gave no sign of life for 3 minutes."


async def test_a_long_prompt_is_given_the_time_to_be_read(parts: Parts, clock: SteeredClock):
    parts.providers.script("a/x", [Pause(18), *reply("Read.")])
    long = asking("word " * 50_000)
    events = await clock.running(played(parts.run("a/x", "b/y", chat_request=long)))
    assert text_of(events) == "Read."


async def test_a_model_that_was_seen_to_read_slowly_is_given_more(parts: Parts, clock: SteeredClock):
    long = asking("word " * 10_000)
    parts.providers.script("a/x", [Pause(9), *reply()], [Pause(20), *reply("Again.")])
    await clock.running(played(parts.run("a/x", "b/y", chat_request=long)))
    events = await clock.running(played(parts.run("a/x", "b/y", chat_request=long)))
    assert text_of(events) == "Again."


async def test_tab_goes_on_to_the_next_model_at_once(parts: Parts):
    parts.providers.script("a/x", [Hang()])
    run = parts.run("a/x", "b/y")
    events = await read_and(run, AttemptStarted, run.try_next)
    assert text_of(events) == "Hello from b/y."
    started = next(event for event in events if isinstance(event, AttemptStarted))
    assert started.then == ref("b/y")
    assert not parts.health.rests(ref("a/x")), "that somebody is in a hurry says nothing about the model"
    assert run.attempts[0].failure is not None
    assert "as you asked" in run.attempts[0].failure.message


async def test_tab_ends_a_pause_too(parts: Parts):
    parts.providers.script("a/x", [RateLimited("Slow down.", retry_after=4)])
    run = parts.run("a/x", "b/y")
    events = await read_and(run, Retrying, run.try_next)
    assert text_of(events) == "Hello from b/y."
    assert parts.providers.calls("a") == 1


async def test_with_a_word_on_the_screen_or_nobody_left_tab_does_nothing(parts: Parts):
    run = parts.run("a/x", "b/y")
    told: list[bool] = []
    await read_and(run, TextDelta, lambda: told.append(run.try_next()))
    parts.providers.script("b/y", [Hang()])
    alone = parts.run("b/y")
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(
            read_and(alone, AttemptStarted, lambda: told.append(alone.try_next())), timeout=0.2
        )
    assert told == [False, False]


async def read_and(run: TurnRun, kind: type[RouterEvent], act) -> Sequence[RouterEvent]:  # noqa: ANN001
    """Read a run on a clock that stands still, and act once the wait after the first event of that kind began."""
    seen: list[RouterEvent] = []
    loop = asyncio.get_running_loop()
    async with aclosing(run.events()) as events:
        async for event in events:
            if isinstance(event, kind) and not any(isinstance(earlier, kind) for earlier in seen):
                loop.call_later(0.02, act)
            seen.append(event)
    return seen


NOBODY = Unreachable("It cannot be reached.", reached=False)


async def test_two_providers_that_cannot_be_reached_are_the_network(parts: Parts, clock: SteeredClock):
    for name in ("a/1", "a/2", "b/3", "c/4"):
        parts.providers.script(name, [NOBODY])
    run, began = parts.run("a/1", "a/2", "b/3", "c/4"), clock.time
    await clock.running(played(run))
    assert run.failure is not None
    assert run.failure.message.startswith("You seem to be offline: neither a nor b can be reached.")
    assert parts.providers.calls("c") == 0
    assert {str(attempt.ref) for attempt in run.attempts} == {"a/1", "b/3"}
    assert clock.time - began < 10
    assert all(attempt.cost == FREE for attempt in run.attempts)
    parts.providers.script("a/1", reply("Back."))
    events = await clock.running(played(parts.run("a/1", "b/3")))
    assert text_of(events) == "Back.", "when the network is back nobody rests for what was not theirs"


async def test_a_network_that_swallows_everything_is_told_within_ten_seconds(
    parts: Parts, clock: SteeredClock
):
    for name in ("a/1", "b/2", "c/3"):
        parts.providers.script(name, [Pause(4.5), NOBODY])
    run, began = parts.run("a/1", "b/2", "c/3"), clock.time
    await clock.running(played(run))
    assert run.failure is not None
    assert "offline" in run.failure.message
    assert clock.time - began < 10
    parts.providers.script("a/1", [Pause(4.5), NOBODY])
    run, began = parts.run("a/1", pinned=True), clock.time
    await clock.running(played(run))
    assert clock.time - began <= 10.5


async def test_offline_the_models_on_this_machine_answer(parts: Parts, clock: SteeredClock):
    for name in ("a/1", "b/2", "c/3"):
        parts.providers.script(name, [NOBODY])
    events = await clock.running(played(parts.run("a/1", "b/2", "c/3", "local/tiny")))
    assert text_of(events) == "Hello from local/tiny."


async def test_a_request_that_one_model_rejects_may_suit_the_next(parts: Parts, clock: SteeredClock):
    parts.providers.script("a/x", [BadRequest("It takes no temperature.")])
    events = await clock.running(played(parts.run("a/x", "b/y")))
    assert text_of(events) == "Hello from b/y."
    assert not parts.health.rests(ref("a/x"))


async def test_silence_in_the_middle_of_a_thought_falls_over(parts: Parts, clock: SteeredClock):
    parts.providers.script("a/x", [ThinkingDelta("Hm."), Hang()])
    events = await clock.running(played(parts.run("a/x", "b/y")))
    assert text_of(events) == "Hello from b/y."
    assert any(isinstance(event, FailedOver) for event in events)


async def test_after_a_thaw_what_had_arrived_is_read_before_anything_is_given_up():
    clock, arrived = SteeredClock(), asyncio.Event()

    async def stream() -> AsyncGenerator[str]:
        await arrived.wait()
        for _ in range(50):  # a library takes a few turns of the loop from the socket to the event
            await asyncio.sleep(0)
        yield "the answer"

    async def read() -> str | None:
        async with IdleTimeout(clock) as silence, aclosing(stream()) as items:
            return await silence.next(items, 10.0)

    task = asyncio.create_task(read())
    for _ in range(5):
        await asyncio.sleep(0)
    clock.time += 3600  # everything stood still; alarm and socket are due at once
    arrived.set()
    assert await clock.running(asyncio.wait_for(task, 5)) == "the answer"


async def test_a_model_that_stays_silent_after_a_thaw_is_given_up_all_the_same():
    clock = SteeredClock()

    async def silent() -> AsyncGenerator[str]:
        await asyncio.Event().wait()
        yield ""

    async def read() -> None:
        async with IdleTimeout(clock) as silence, aclosing(silent()) as items:
            await silence.next(items, 10.0)

    task = asyncio.create_task(read())
    for _ in range(5):
        await asyncio.sleep(0)
    clock.time += 3600
    with pytest.raises(TimeoutError):
        await clock.running(asyncio.wait_for(task, 5))
    assert clock.time < 1000 + 3600 + 20


async def test_a_fresh_failure_of_a_probe_is_no_reason_to_try_thrice(parts: Parts, clock: SteeredClock):
    parts.health.failed(ref("a/x"), Failure("overloaded", "Busy."))
    clock.time += 13
    parts.providers.script("a/x", [Overloaded("Busy.")])
    await clock.running(played(parts.run("a/x", "b/y")))
    assert parts.providers.calls("a") == 1
