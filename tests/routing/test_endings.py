"""Every kind of error, before and after the first word, with and without another slot: how the turn ends."""

import itertools

import pytest

from mixchat.domain.errors import ERRORS, ErrorCode, GuardStopped
from mixchat.domain.events import AttemptFailed, FailedOver, StreamEnd, TextDelta, ThinkingDelta
from mixchat.routing.policy import POLICIES
from tests.routing.scripted import Parts, played, text_of
from tests.routing.steered import SteeredClock

CODES: list[ErrorCode] = [code for code, kind in ERRORS.items() if not issubclass(kind, GuardStopped)]
PAINTED = {"nothing": [], "a word": [TextDelta("Half")], "a thought": [ThinkingDelta("Hm.")]}


@pytest.mark.parametrize(
    ("code", "painted", "slots"),
    itertools.product(CODES, PAINTED, [("a/x",), ("a/x", "b/y"), ("a/x", "b/y", "c/z")]),
)
async def test_a_turn_ends_as_its_policy_says(code: ErrorCode, painted: str, slots: tuple[str, ...]):
    clock = SteeredClock()
    parts = Parts(clock)
    parts.providers.script("a/x", [*PAINTED[painted], ERRORS[code]("It failed.")])
    run = parts.run(*slots)
    events = await clock.running(played(run))
    policy = POLICIES[code]
    falls_over = painted != "a word" and policy.falls_over and len(slots) > 1
    assert any(isinstance(event, FailedOver) for event in events) == falls_over
    assert parts.providers.calls("a") == (1 + policy.retries if painted != "a word" else 1)
    assert parts.providers.calls("b") == falls_over
    assert parts.providers.calls("c") == 0
    if falls_over:
        assert isinstance(events[-1], StreamEnd)
        assert text_of(events) == "Hello from b/y."
        assert run.failure is None
    else:
        assert isinstance(events[-1], AttemptFailed)
        assert run.failure is not None
        assert run.failure.code == code
        assert text_of(events) == ("Half" if painted == "a word" else "")
    assert not parts.meter.running_calls
    assert parts.health.rests(run.attempts[0].ref) == bool(policy.cooldown)
