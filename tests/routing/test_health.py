"""The circuit breaker: open after failures, skipped at once, brought back by a probe."""

from contextlib import aclosing
from pathlib import Path

import pytest

from mixchat.domain.errors import ErrorCode, Failure, Interrupted, Overloaded, Refused
from mixchat.domain.events import AttemptFailed, AttemptStarted, FailedOver, StreamEnd, TextDelta
from mixchat.routing.health import CLOSED, Health
from mixchat.routing.shared_breakers import FILE, SharedBreakers
from tests.routing.scripted import Parts, played, ref, reply, text_of
from tests.routing.steered import SteeredClock

X, Y = ref("a/x"), ref("b/y")
BUSY = Failure("overloaded", "Busy.")


@pytest.fixture
def clock() -> SteeredClock:
    return SteeredClock()


def test_a_failure_opens_time_half_opens_and_a_reply_closes(clock: SteeredClock):
    health = Health(clock)
    assert health.state(X) == CLOSED
    health.failed(X, BUSY)
    state = health.state(X)
    assert (state.phase, state.seconds, state.failure) == ("open", 12, BUSY)
    assert health.rests(X)
    clock.time += 12
    assert health.state(X).phase == "half-open"
    assert not health.rests(X)
    assert health.begin(X)
    health.succeeded(X)
    assert health.state(X) == CLOSED


def test_failing_again_doubles_the_rest_up_to_a_bound(clock: SteeredClock):
    health = Health(clock)
    rests = []
    for _ in range(4):
        health.failed(X, BUSY)
        rests.append(health.state(X).seconds)
        clock.time += 60
    assert rests == [12, 24, 24, 24]


def test_the_provider_may_ask_for_a_longer_rest(clock: SteeredClock):
    health = Health(clock)
    health.failed(X, Failure("rate_limited", "Slow down.", retry_after=300))
    assert health.state(X).seconds == 300


def test_only_one_tries_whether_a_model_is_back(clock: SteeredClock):
    health = Health(clock)
    health.failed(X, BUSY)
    clock.time += 12
    health.begin(X)
    assert health.rests(X)
    health.release(X)
    assert not health.rests(X)


@pytest.mark.parametrize("code", ["refused", "bad_request", "too_long", "interrupted"])
def test_what_is_not_the_models_health_changes_nothing(clock: SteeredClock, code: ErrorCode):
    health = Health(clock)
    health.failed(X, Failure(code, "No."))
    assert health.state(X) == CLOSED


def test_one_model_never_blocks_another(clock: SteeredClock):
    health = Health(clock)
    health.failed(X, Failure("auth", "The key was rejected."))
    assert not health.rests(Y)
    assert not health.rests(ref("a/other"))


def test_the_snapshot_tells_who_rests_until_they_are_forgiven(clock: SteeredClock):
    health = Health(clock)
    health.failed(X, BUSY)
    health.failed(Y, BUSY)
    assert set(health.snapshot()) == {X, Y}
    health.forgive("a")
    assert set(health.snapshot()) == {Y}
    health.forgive()
    assert not health.snapshot()


async def test_an_open_model_is_skipped_at_once_and_comes_back_after_one_probe(clock: SteeredClock):
    parts = Parts(clock)
    parts.providers.script("a/x", [Overloaded("Busy.")])
    await clock.running(played(parts.run("a/x", "b/y")))
    assert parts.providers.calls("a") == 3
    events = await clock.running(played(parts.run("a/x", "b/y")))
    assert parts.providers.calls("a") == 3
    assert [event.slot.ref for event in events if isinstance(event, AttemptStarted)] == [Y]
    clock.time += 13
    await clock.running(played(parts.run("a/x", "b/y")))
    assert parts.providers.calls("a") == 4
    parts.providers.script("a/x", reply("Back."))
    clock.time += 25
    events = await clock.running(played(parts.run("a/x", "b/y")))
    assert text_of(events) == "Back."
    assert parts.health.state(X) == CLOSED


async def test_a_single_slot_pays_its_retries_once_and_then_one_try_a_turn(clock: SteeredClock):
    parts = Parts(clock)
    parts.providers.script("a/x", [Overloaded("Busy.")])
    counts = []
    for _ in range(3):
        run = parts.run("a/x")
        events = await clock.running(played(run))
        assert isinstance(events[-1], AttemptFailed)
        counts.append(len(run.attempts))
    assert counts == [3, 1, 1]


async def test_when_all_rest_somebody_is_tried_anyway(clock: SteeredClock):
    parts = Parts(clock)
    for model in (X, Y):
        parts.health.failed(model, BUSY)
    events = await clock.running(played(parts.run("a/x", "b/y")))
    assert isinstance(events[-1], StreamEnd)
    assert parts.health.state(X) == CLOSED


async def test_a_resting_model_comes_last_and_not_never(clock: SteeredClock):
    parts = Parts(clock)
    parts.health.failed(X, BUSY)
    parts.providers.script("b/y", [Overloaded("Busy, too.")])
    events = await clock.running(played(parts.run("a/x", "b/y")))
    assert [(event.source, event.target) for event in events if isinstance(event, FailedOver)] == [(Y, X)]
    assert text_of(events) == "Hello from a/x."


async def test_a_model_is_well_from_its_first_word_on(clock: SteeredClock):
    parts = Parts(clock)
    parts.health.failed(X, BUSY)
    clock.time += 13
    async with aclosing(parts.run("a/x", "b/y").events()) as events:
        async for event in events:
            if isinstance(event, TextDelta):
                assert parts.health.state(X) == CLOSED
                break
            assert parts.health.rests(X) == isinstance(event, AttemptStarted)


async def test_a_probe_that_is_refused_frees_the_model_for_the_next_probe(clock: SteeredClock):
    parts = Parts(clock)
    parts.health.failed(X, BUSY)
    clock.time += 13
    parts.providers.script("a/x", [Refused("No.")])
    await clock.running(played(parts.run("a/x", "b/y")))
    assert not parts.health.rests(X)


async def test_replies_that_break_in_the_middle_rest_a_model_after_a_few(clock: SteeredClock):
    parts = Parts(clock)
    parts.providers.script("a/x", [TextDelta("Half"), Interrupted("Cut.")])
    for number in range(3):
        assert not parts.health.rests(X), number
        await clock.running(played(parts.run("a/x", "b/y")))
    assert parts.health.rests(X)
    events = await clock.running(played(parts.run("a/x", "b/y")))
    assert text_of(events) == "Hello from b/y."


async def test_a_whole_reply_between_them_forgives_the_breaks(clock: SteeredClock):
    parts = Parts(clock)
    cut = [TextDelta("Half"), Interrupted("Cut.")]
    parts.providers.script("a/x", cut, cut, reply(), cut, cut)
    for _ in range(5):
        await clock.running(played(parts.run("a/x", "b/y")))
    assert not parts.health.rests(X)


def test_where_no_connection_can_be_made_all_models_of_the_provider_rest(clock: SteeredClock):
    health = Health(clock)
    health.failed(X, Failure("unreachable", "Nobody there.", X, reached=False))
    assert health.rests(ref("a/other"))
    assert not health.rests(Y)
    clock.time += 30
    assert health.begin(ref("a/other"))
    health.succeeded(ref("a/other"))
    assert health.state(X) == CLOSED


def test_programs_share_what_they_know_through_the_data_directory(clock: SteeredClock, tmp_path: Path):
    first = Health(clock, SharedBreakers(tmp_path, clock))
    first.failed(X, Failure("overloaded", "It quoted the prompt.", X))
    second = Health(clock, SharedBreakers(tmp_path, clock))
    assert second.rests(X)
    assert second.state(X).seconds == 12
    assert "prompt" not in (tmp_path / FILE).read_text("utf-8")
    clock.time += 12
    assert second.begin(X)
    second.succeeded(X)
    assert first.state(X) == CLOSED
    first.failed(Y, BUSY)
    second.forgive("b")
    assert not first.rests(Y)


@pytest.mark.parametrize(
    "content", ["", "{", "[]", '{"x": 1}', '{"a/x": {"until": 9e99, "rest": 1}}', "\x00"]
)
def test_a_broken_or_absurd_file_keeps_nobody_away(clock: SteeredClock, tmp_path: Path, content: str):
    (tmp_path / FILE).write_text(content, "utf-8")
    health = Health(clock, SharedBreakers(tmp_path, clock))
    assert not health.rests(X)
    health.failed(X, BUSY)
    assert Health(clock, SharedBreakers(tmp_path, clock)).rests(X)
