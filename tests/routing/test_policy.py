"""The failure policy as a table: kind of error × words shown? × slots left → what follows."""

import itertools
from typing import get_args

import pytest

from mixchat.domain.errors import ErrorCode, Failure
from mixchat.routing.policy import (
    LONG_WAIT,
    MOST_RETRIES,
    POLICIES,
    SHORT_WAIT,
    SLOW_CONNECT,
    TOTAL_WAIT,
    UNREACHED_WAIT,
    Move,
    Standing,
    next_move,
    wait,
)  # fmt: skip

TABLE: dict[ErrorCode, tuple[Move, Move, Move]] = {
    # first failure with a slot left · exhausted with a slot left · exhausted and the last slot
    "auth": ("next", "next", "stop"),
    "no_credit": ("next", "next", "stop"),
    "unknown_model": ("next", "next", "stop"),
    "rate_limited": ("retry", "next", "stop"),
    "overloaded": ("retry", "next", "stop"),
    "unreachable": ("retry", "next", "stop"),
    "timeout": ("next", "next", "stop"),
    "too_long": ("larger", "larger", "stop"),
    "out_of_tokens": ("stop", "stop", "stop"),
    "interrupted": ("retry", "next", "stop"),
    "refused": ("stop", "stop", "stop"),
    "bad_request": ("next", "next", "stop"),
    "budget": ("stop", "stop", "stop"),
    "secret": ("stop", "stop", "stop"),
    "private": ("stop", "stop", "stop"),
}
CODES = get_args(ErrorCode)


def failure(code: ErrorCode, retry_after: float | None = None, *, reached: bool = True) -> Failure:
    return Failure(code, "It failed.", retry_after=retry_after, reached=reached)


def standing(**fields: object) -> Standing:
    values: dict[str, object] = {"has_words": False, "tries": 1, "slots_left": 1}
    return Standing(**(values | fields))  # type: ignore[arg-type]


@pytest.mark.parametrize("code", CODES)
def test_every_kind_of_error_has_a_policy_in_words(code: ErrorCode):
    assert POLICIES[code].words


@pytest.mark.parametrize("code", CODES)
def test_before_a_word_is_shown_the_table_says_what_follows(code: ErrorCode):
    first, exhausted, last = TABLE[code]
    assert next_move(failure(code), standing(), 0.5) == first
    assert next_move(failure(code), standing(tries=3), 0.5) == exhausted
    assert next_move(failure(code), standing(tries=3, slots_left=0), 0.5) == last


@pytest.mark.parametrize(("code", "left", "tries"), itertools.product(CODES, (0, 1, 5), (1, 2, 3)))
def test_once_a_word_was_shown_everything_stays(code: ErrorCode, left: int, tries: int):
    assert next_move(failure(code), standing(has_words=True, slots_left=left, tries=tries), 0.0) == "stop"


@pytest.mark.parametrize("code", CODES)
def test_a_probe_is_a_single_try(code: ErrorCode):
    assert next_move(failure(code), standing(probe=True), 0.1) != "retry"


@pytest.mark.parametrize("code", CODES)
def test_what_does_not_fall_over_does_not_rest_either(code: ErrorCode):
    policy = POLICIES[code]
    assert policy.falls_over or not policy.cooldown
    assert policy.cooldown <= policy.longest


def test_no_model_is_asked_more_than_twice_again():
    assert max(policy.retries for policy in POLICIES.values()) == 2


def test_a_long_wait_goes_to_the_next_slot_and_a_longer_one_ends_even_the_last():
    assert next_move(failure("rate_limited"), standing(), SHORT_WAIT) == "retry"
    assert next_move(failure("rate_limited"), standing(), SHORT_WAIT + 1) == "next"
    assert next_move(failure("rate_limited"), standing(slots_left=0), LONG_WAIT) == "retry"
    assert next_move(failure("rate_limited"), standing(slots_left=0), LONG_WAIT + 1) == "stop"


def test_the_waiting_of_a_turn_is_bounded():
    assert next_move(failure("overloaded"), standing(waited=TOTAL_WAIT), 1) == "next"


@pytest.mark.parametrize("left", [0, 1, 7])
def test_however_long_the_fallback_order_the_preferred_model_gets_its_retries(left: int):
    for tries in (1, 2):
        move = next_move(
            failure("overloaded"), standing(slots_left=left, tries=tries, retries=tries - 1), 0.5
        )
        assert move == "retry"


def test_the_models_of_a_step_share_a_few_retries():
    assert next_move(failure("overloaded"), standing(retries=MOST_RETRIES - 1), 0.5) == "retry"
    assert next_move(failure("overloaded"), standing(retries=MOST_RETRIES), 0.5) == "next"


def test_nobody_is_asked_once_the_person_has_waited_long_enough():
    assert next_move(failure("timeout"), standing(used_up=True, slots_left=5), 0.5) == "stop"


def test_a_connection_that_is_slow_to_fail_is_not_tried_again_while_others_can_be_asked():
    gone = failure("unreachable", reached=False)
    assert next_move(gone, standing(seconds=0.1), 0.5) == "retry"
    assert next_move(gone, standing(seconds=SLOW_CONNECT + 1), 0.5) == "next"
    assert next_move(gone, standing(seconds=SLOW_CONNECT + 1, slots_left=0), 0.5) == "retry"
    assert next_move(gone, standing(slots_left=0, silence=UNREACHED_WAIT), 0.5) == "stop"


def test_the_wait_doubles_and_is_jittered():
    waits = [wait(failure("overloaded"), tries, jitter) for tries in (1, 2) for jitter in (0.0, 1.0)]
    assert waits == [0.25, 0.5, 0.5, 1.0]


def test_what_the_provider_asked_for_is_never_undercut():
    assert wait(failure("rate_limited", retry_after=2), 1, 0.0) == 2
    assert 2 <= wait(failure("rate_limited", retry_after=2), 2, 0.7) <= 2.2


@pytest.mark.parametrize("asked", [0, -5])
def test_a_provider_that_asks_for_no_time_is_not_called_three_times_in_a_blink(asked: float):
    waits = [wait(failure("rate_limited", retry_after=asked), tries, 0.0) for tries in (1, 2)]
    assert waits == [0.5, 1.0]
