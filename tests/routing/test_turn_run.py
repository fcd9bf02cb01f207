"""One turn's way through its fallback order: what is yielded, what is kept, what is closed."""

import asyncio
from contextlib import aclosing

import pytest

from mixchat.domain.chat_request import ChatRequest
from mixchat.domain.errors import (
    BadRequest,
    Interrupted,
    NeedsKey,
    Overloaded,
    RateLimited,
    Refused,
    TooLong,
    Unreachable,
)  # fmt: skip
from mixchat.domain.events import (
    AttemptFailed,
    AttemptStarted,
    FailedOver,
    Notice,
    Retrying,
    Routed,
    StreamEnd,
    TextDelta,
    ThinkingDelta,
    UsageUpdate,
)  # fmt: skip
from mixchat.domain.model import ModelCard
from mixchat.domain.request import Message
from tests.routing.scripted import (
    USAGE,
    Hang,
    Parts,
    Pause,
    asking,
    cost_of,
    played,
    ref,
    reply,
    slot,
    text_of,
)  # fmt: skip
from tests.routing.steered import SteeredClock


@pytest.fixture
def parts() -> Parts:
    return Parts(SteeredClock())


async def events_of(parts: Parts, *refs: str, chat_request: ChatRequest | None = None, **fields: object):
    run = parts.run(*refs, chat_request=chat_request, **fields)
    assert isinstance(parts.clock, SteeredClock)
    events = await parts.clock.running(played(run))
    assert not parts.meter.running_calls
    assert all(provider.open == 0 for provider in parts.providers.made.values())
    return run, events


async def test_a_reply_is_routed_started_told_and_ended(parts: Parts):
    parts.providers.script("a/x", reply("Hel", "lo."))
    run, events = await events_of(parts, "a/x")
    assert [type(event) for event in events] == [Routed, AttemptStarted, TextDelta, TextDelta, StreamEnd]
    assert text_of(events) == "Hello."
    (attempt,) = run.attempts
    assert (attempt.ref, attempt.usage, attempt.stop, attempt.failure) == (ref("a/x"), USAGE, "end", None)
    assert run.failure is None
    assert [(call.ref, call.purpose, call.role) for call in parts.meter.opened] == [
        (ref("a/x"), "answer", "coding")
    ]


async def test_an_overloaded_model_is_asked_twice_again_and_then_the_next_slot(parts: Parts):
    parts.providers.script("a/x", [Overloaded("Busy.")])
    run, events = await events_of(parts, "a/x", "b/y")
    assert parts.providers.calls("a") == 3
    kinds = [type(event) for event in events]
    assert kinds == [
        Routed,
        *[AttemptStarted, AttemptFailed, Retrying] * 2,
        AttemptStarted,
        AttemptFailed,
        FailedOver,
        AttemptStarted,
        TextDelta,
        StreamEnd,
    ]
    rerouted = next(event for event in events if isinstance(event, FailedOver))
    assert (rerouted.source, rerouted.target, rerouted.failure.code) == (ref("a/x"), ref("b/y"), "overloaded")
    assert [attempt.ref for attempt in run.attempts] == [ref("a/x")] * 3 + [ref("b/y")]
    assert [event.attempt for event in events if isinstance(event, AttemptStarted)] == [1, 2, 3, 4]
    assert run.failure is None


async def test_retry_after_is_waited_for_when_it_is_short(parts: Parts):
    parts.providers.script("a/x", [RateLimited("Slow down.", retry_after=2)], reply())
    _, events = await events_of(parts, "a/x", "b/y")
    first, second = parts.providers.made["a"].times
    assert 2 <= second - first < 2.5
    assert not any(isinstance(event, FailedOver) for event in events)


async def test_a_long_retry_after_falls_over_at_once(parts: Parts):
    parts.providers.script("a/x", [RateLimited("Slow down.", retry_after=600)])
    _, events = await events_of(parts, "a/x", "b/y")
    assert parts.providers.calls("a") == 1
    assert any(isinstance(event, FailedOver) for event in events)
    assert parts.health.state(ref("a/x")).seconds > 500


async def test_a_rejected_key_goes_straight_on_and_the_other_slots_of_the_provider_come_last(parts: Parts):
    parts.providers.script("a/x", [NeedsKey("The key was rejected.")])
    run, events = await events_of(parts, "a/x", "a/z", "b/y")
    assert [str(attempt.ref) for attempt in run.attempts] == ["a/x", "b/y"]
    assert next(event for event in events if isinstance(event, AttemptFailed)).failure.code == "auth"


async def test_a_silent_model_is_left_after_its_patience(parts: Parts):
    parts.providers.script("a/x", [Hang()])
    run, _ = await events_of(parts, "a/x", "b/y")
    assert [attempt.failure and attempt.failure.code for attempt in run.attempts] == ["timeout", None]
    first, second = run.attempts
    assert 10 <= second.started - first.started < 10.5


async def test_a_sign_of_life_gives_more_time_but_silence_after_it_does_not(parts: Parts):
    loading = Notice("loading", "half")
    parts.providers.script("a/x", [Pause(8), loading, Pause(8), loading, Pause(8), *reply("Late.")])
    parts.providers.script("a/w", [Pause(8), UsageUpdate(USAGE), Pause(11), *reply("Too late.")])
    _, events = await events_of(parts, "a/x", "b/y")
    assert text_of(events) == "Late."
    _, events = await events_of(parts, "a/w", "b/y")
    assert text_of(events) == "Hello from b/y."


async def test_the_import_of_a_library_is_no_silence_of_the_model(parts: Parts):
    parts.providers.get("a").ready = False
    _, events = await events_of(parts, "a/one", "b/two")
    assert text_of(events) == "Hello from a/one."


async def test_a_model_that_thinks_in_silence_is_waited_for_a_minute(parts: Parts):
    parts.cards[ref("a/x")] = ModelCard(ref=ref("a/x"), silent=True)
    parts.providers.script("a/x", [Pause(55), *reply("Thought.")])
    _, events = await events_of(parts, "a/x", "b/y")
    assert text_of(events) == "Thought."


async def test_a_pinned_model_is_waited_for(parts: Parts):
    parts.providers.script("a/x", [Pause(80), *reply("At last.")])
    _, events = await events_of(parts, "a/x", pinned=True)
    assert text_of(events) == "At last."


async def test_a_pinned_model_that_never_speaks_fails_at_last(parts: Parts):
    parts.providers.script("a/x", [Hang()])
    run, _ = await events_of(parts, "a/x", pinned=True)
    assert run.failure is not None
    assert run.failure.code == "timeout"
    assert 89 < run.attempts[0].ended - run.attempts[0].started < 100


async def test_a_stall_in_the_middle_is_an_interruption_that_keeps_the_text(parts: Parts):
    parts.providers.script("a/x", [TextDelta("Half a "), Hang()])
    run, events = await events_of(parts, "a/x", "b/y")
    assert isinstance(events[-1], AttemptFailed)
    assert text_of(events) == "Half a "
    assert run.failure is not None
    assert run.failure.code == "interrupted"
    assert parts.providers.calls("b") == 0
    assert [complete for _, complete, _ in parts.meter.closed] == [False]


async def test_a_thought_is_expendable(parts: Parts):
    parts.providers.script("a/x", [ThinkingDelta("Hm."), Overloaded("Busy.")])
    run, events = await events_of(parts, "a/x", "b/y")
    assert text_of(events) == "Hello from b/y."
    assert run.failure is None
    assert parts.providers.calls("a") == 3


async def test_a_stream_that_ends_without_its_mark_is_an_interruption(parts: Parts):
    parts.providers.script("a/x", [TextDelta("Half.")])
    run, _ = await events_of(parts, "a/x", "b/y")
    assert run.failure is not None
    assert run.failure.code == "interrupted"


async def test_what_comes_after_the_end_is_not_waited_for(parts: Parts):
    parts.providers.script("a/x", [*reply("Done."), Hang()])
    run, events = await events_of(parts, "a/x")
    assert isinstance(events[-1], StreamEnd)
    assert run.failure is None


async def test_too_long_goes_only_to_a_larger_window(parts: Parts):
    for name, window in (("a/x", 8000), ("b/y", 4000), ("c/z", 100_000)):
        parts.cards[ref(name)] = ModelCard(ref=ref(name), context_window=window)
    parts.providers.script("a/x", [TooLong("Too long.")])
    run, _ = await events_of(parts, "a/x", "b/y", "c/z")
    assert [str(attempt.ref) for attempt in run.attempts] == ["a/x", "c/z"]


async def test_too_long_for_the_largest_window_is_told(parts: Parts):
    for name, window in (("a/x", 8000), ("b/y", 4000)):
        parts.cards[ref(name)] = ModelCard(ref=ref(name), context_window=window)
    parts.providers.script("a/x", [TooLong("Too long.")])
    run, events = await events_of(parts, "a/x", "b/y")
    assert run.failure is not None
    assert run.failure.code == "too_long"
    assert len(run.attempts) == 1
    assert isinstance(events[-1], AttemptFailed)


async def test_a_refusal_is_shown_and_not_shopped_around(parts: Parts):
    parts.providers.script("a/x", [Refused("I would rather not.")])
    run, _ = await events_of(parts, "a/x", "b/y")
    assert run.failure is not None
    assert (run.failure.code, run.failure.message) == ("refused", "I would rather not.")
    assert len(run.attempts) == 1


async def test_a_refusal_without_a_word_is_a_failure_and_after_some_text_an_ending(parts: Parts):
    parts.providers.script(
        "a/x", [StreamEnd("refused", USAGE)], [TextDelta("I can"), StreamEnd("refused", USAGE)]
    )
    run, _ = await events_of(parts, "a/x")
    assert run.failure is not None
    assert run.failure.code == "refused"
    run, events = await events_of(parts, "a/x")
    assert run.failure is None
    assert run.attempts[0].stop == "refused"
    assert isinstance(events[-1], StreamEnd)


async def test_a_rejected_fallback_does_not_mask_the_first_error(parts: Parts):
    parts.providers.script("a/x", [Unreachable("Connection lost.")])
    parts.providers.script("b/y", [BadRequest("prefill is not supported")])
    run, _ = await events_of(parts, "a/x", "b/y")
    assert run.failure is not None
    assert run.failure.code == "unreachable"
    assert run.failure.message.startswith("Connection lost.")
    assert run.failure.message.endswith("b/y failed, too.")
    assert run.failure.ref == ref("a/x")


async def test_a_cut_before_the_first_word_is_tried_once_more(parts: Parts):
    parts.providers.script("a/x", [Interrupted("Cut.")], reply("Whole."))
    run, events = await events_of(parts, "a/x", "b/y")
    assert text_of(events) == "Whole."
    assert len(run.attempts) == 2


async def test_the_preferred_model_is_asked_thrice_in_the_longest_fallback_order(parts: Parts):
    names = ["a/1", "b/2", "c/3", "a/4", "b/5", "c/6", "a/7", "b/8"]
    for name in names:
        parts.providers.script(name, [Overloaded("Busy.")])
    run, _ = await events_of(parts, *names)
    assert [str(attempt.ref) for attempt in run.attempts] == ["a/1"] * 3 + ["b/2"] * 2 + names[2:]


async def test_the_waiting_between_the_calls_of_all_models_adds_up(parts: Parts):
    names = ["a/1", "b/2", "c/3"]
    for name in names:
        parts.providers.script(name, [RateLimited("Slow down.", retry_after=4.5)])
    run, events = await events_of(parts, *names)
    waits = [event.wait for event in events if isinstance(event, Retrying)]
    assert len(waits) == 3
    assert sum(waits) <= 20
    parts.providers.script("a/long", [RateLimited("Slow down.", retry_after=14)])
    run, events = await events_of(parts, "a/long")
    assert [event.wait > 14 for event in events if isinstance(event, Retrying)] == [True], "two would be 28 s"
    assert len(run.attempts) == 2


async def test_over_budget_ends_the_turn_without_a_call(parts: Parts):
    parts.meter.refuse.add("a/x")
    run, events = await events_of(parts, "a/x", "b/y")
    assert run.failure is not None
    assert run.failure.code == "budget"
    assert [type(event) for event in events] == [Routed]
    assert not run.attempts
    _, events = await events_of(parts, "a/x", chat_request=asking("Hi", allow_over_budget=True))
    assert isinstance(events[-1], StreamEnd)


async def test_a_bug_is_loud_and_the_call_is_settled(parts: Parts):
    parts.providers.script("a/x", [TextDelta("Hel"), KeyError("bug")])
    run = parts.run("a/x")
    assert isinstance(parts.clock, SteeredClock)
    with pytest.raises(KeyError):
        await parts.clock.running(played(run))
    assert not parts.meter.running_calls
    assert len(run.attempts) == 1


async def test_cancelling_closes_the_stream_and_settles_the_call_before_anything_is_awaited(parts: Parts):
    parts.providers.script("a/x", [TextDelta("Hel"), Hang()])
    run = parts.run("a/x")
    began = asyncio.Event()

    async def read() -> None:
        async with aclosing(run.events()) as events:
            async for event in events:
                if isinstance(event, TextDelta):
                    began.set()

    task = asyncio.create_task(read())
    await began.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert parts.meter.closed == [("1", False, None)]
    (attempt,) = run.attempts
    assert attempt.failure is None
    assert parts.providers.made["a"].open == 0
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_closing_at_an_event_settles_the_call_too(parts: Parts):
    parts.providers.script("a/x", [TextDelta("Hel"), TextDelta("lo"), Hang()])
    run = parts.run("a/x")
    async with aclosing(run.events()) as events:
        async for event in events:
            if isinstance(event, TextDelta):
                break
    assert len(run.attempts) == 1
    assert parts.providers.made["a"].open == 0


async def test_the_cost_so_far_counts_the_call_under_way(parts: Parts):
    parts.providers.script("a/x", [TextDelta("Hel"), Hang()])
    run = parts.run("a/x")
    async with aclosing(run.events()) as events:
        async for event in events:
            if isinstance(event, TextDelta):
                assert str(cost_of(run).usd) == "0.005"
                assert not cost_of(run).exact
                break
    assert str(cost_of(run).usd) == "0.01"


async def test_without_any_slot_the_sentence_says_what_to_do(parts: Parts):
    run, _ = await events_of(parts, skipped=(("zeta/big", "no key or address for zeta"),))
    assert run.failure is not None
    assert (run.failure.code, run.failure.message) == ("auth", "Set ZETA_API_KEY.")


async def test_two_steps_plan_and_carry_out(parts: Parts):
    parts.providers.script("a/thinker", reply("1. Look. ", "2. Leap."))
    run, events = await events_of(parts, "b/doer", plan=slot("a/thinker"), system="You are terse.")
    steps = [event.step for event in events if isinstance(event, AttemptStarted)]
    assert steps == ["plan", "execute"]
    assert sum(isinstance(event, StreamEnd) for event in events) == 1
    planner, doer = parts.providers.made["a"].requests[0], parts.providers.made["b"].requests[0]
    assert planner.system is not None
    assert planner.system.startswith("You are terse.")
    assert planner.messages[-1].text == "Hi"
    assert "1. Look. 2. Leap." in doer.messages[-1].text
    assert doer.messages[-1].text.startswith("Hi")
    assert [call.purpose for call in parts.meter.opened] == ["plan", "execute"]
    assert [attempt.step for attempt in run.attempts] == ["plan", "execute"]
    assert str(cost_of(run).usd) == "0.02"


async def test_without_a_plan_the_turn_goes_on_and_says_so(parts: Parts):
    parts.providers.script("a/thinker", [NeedsKey("The key was rejected.")])
    run, events = await events_of(parts, "b/doer", plan=slot("a/thinker"))
    notice = next(event for event in events if isinstance(event, Notice))
    assert notice.text == "Answered without a plan: The key was rejected."
    assert parts.providers.made["b"].requests[0].messages == (Message("user", "Hi"),)
    assert run.failure is None


async def test_each_step_falls_over_on_its_own(parts: Parts):
    parts.providers.script("a/thinker", [Overloaded("Busy.")], reply("Plan."))
    parts.providers.script("b/doer", [NeedsKey("No.")])
    run, events = await events_of(parts, "b/doer", "c/other", plan=slot("a/thinker"))
    assert [(str(attempt.ref), attempt.step) for attempt in run.attempts] == [
        ("a/thinker", "plan"), ("a/thinker", "plan"), ("b/doer", "execute"), ("c/other", "execute"),
    ]  # fmt: skip
    assert text_of(events) == "Plan.Hello from c/other."


async def test_a_half_plan_is_not_carried_out(parts: Parts):
    parts.providers.script("a/thinker", [TextDelta("1. Lo"), Interrupted("Cut.")])
    _, events = await events_of(parts, "b/doer", plan=slot("a/thinker"))
    assert parts.providers.made["b"].requests[0].messages == (Message("user", "Hi"),)
    assert isinstance(events[-1], StreamEnd)


async def test_the_waits_of_a_turn_add_up_to_a_limit(parts: Parts):
    parts.providers.script("a/x", [RateLimited("Slow down.", retry_after=12.0)])
    run, events = await events_of(parts, "a/x")
    assert parts.providers.calls("a") == 2, "a second wait of 12 seconds would make more than 20"
    assert len([event for event in events if isinstance(event, Retrying)]) == 1
    assert run.failure is not None


async def test_the_waits_for_one_slot_count_for_the_next(parts: Parts):
    parts.providers.script("a/x", [RateLimited("Slow down.", retry_after=4.5)])
    parts.providers.script("b/y", [RateLimited("Slow down.", retry_after=13.0)])
    await events_of(parts, "a/x", "b/y")
    assert (parts.providers.calls("a"), parts.providers.calls("b")) == (3, 1)
