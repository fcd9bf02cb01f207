"""What the router does about each kind of failure: data beside the error names.

The rules that go for all of them: nothing falls over once a word or a thought was painted; a model is
asked at most twice again; a seat that rests after failures is passed over at once; a pinned model is
the only one that is asked.
"""

from collections.abc import Mapping
from typing import Final, Literal

from msgspec import Struct

from mixchat.domain.errors import ErrorCode, Failure

Move = Literal["retry", "next", "larger", "stop"]
"""Ask the same model again, ask the next seat, ask only a seat with a larger window, or end the turn."""

MOST_CALLS: Final = 6
"""Calls of one step after which nothing is retried any more; every seat still gets its one call."""
SHORT_WAIT: Final = 5.0
"""Seconds that a provider may ask to wait while other seats are free."""
LONG_WAIT: Final = 15.0
"""Seconds that it may ask to wait when it is the last one."""
TOTAL_WAIT: Final = 20.0
"""Seconds that a turn spends on waiting between calls, together."""


class Policy(Struct, frozen=True):
    """How one kind of failure is treated."""

    words: str
    """What happens, for people."""
    retries: int = 0
    """How often the same model is asked again."""
    backoff: float = 0.5
    """Seconds before the first retry; doubled for the second, and jittered."""
    falls_over: bool = False
    """Whether the next seat takes over as long as nothing was painted."""
    larger_only: bool = False
    """Whether only a seat with a larger window can take over."""
    cooldown: float = 0.0
    """Seconds that the model rests after it; doubled with each failure in a row."""
    longest: float = 0.0
    """Seconds that it rests at most."""
    provider_wide: bool = False
    """Whether the provider's other models are likely to fail the same way, and come last."""


POLICIES: Final[Mapping[ErrorCode, Policy]] = {
    "auth": Policy(
        "goes straight to the next seat; add or correct the key",
        falls_over=True, cooldown=60, longest=600, provider_wide=True,
    ),
    "no_credit": Policy(
        "goes straight to the next seat; top the account up",
        falls_over=True, cooldown=60, longest=600, provider_wide=True,
    ),
    "unknown_model": Policy(
        "goes straight to the next seat; correct the stack",
        falls_over=True, cooldown=60, longest=600,
    ),
    "rate_limited": Policy(
        "asks again up to twice when the wait is short, then goes to the next seat; rests as long as it was told",
        retries=2, backoff=1.0, falls_over=True, cooldown=12, longest=24,
    ),
    "overloaded": Policy(
        "asks again up to twice, then goes to the next seat and rests",
        retries=2, falls_over=True, cooldown=12, longest=24,
    ),
    "unreachable": Policy(
        "asks again up to twice, then goes to the next seat and rests",
        retries=2, falls_over=True, cooldown=12, longest=24, provider_wide=True,
    ),
    "timeout": Policy(
        "silent for 10 seconds (60 for models that think in silence, longer for local ones): the next seat, and a rest",
        falls_over=True, cooldown=20, longest=120,
    ),
    "too_long": Policy(
        "goes only to a seat with a larger window, and the model is asked once",
        falls_over=True, larger_only=True,
    ),
    "out_of_tokens": Policy("is shown; the same call would end the same: allow more tokens, or less effort"),
    "interrupted": Policy(
        "before the first word: asks once more, then the next seat; after it: kept, marked, and one key continues it",
        retries=1, falls_over=True,
    ),
    "refused": Policy("is shown; no other model is asked to do what one refused"),
    "bad_request": Policy("is shown"),
    "budget": Policy("stops before anything is sent; raise the budget or go on once"),
    "secret": Policy("stops before anything is sent; send anyway, send to a local model, or edit"),
    "private": Policy("stops before anything is sent; give the role a local seat"),
}  # fmt: skip


class Standing(Struct, frozen=True, kw_only=True):
    """Where a run stands when a call has failed."""

    painted: bool
    """Whether a word or a thought of this call was shown."""
    tries: int
    """Calls of this seat so far, this one included."""
    calls: int
    """Calls of this step so far, this one included."""
    seats_left: int
    waited: float = 0.0
    """Seconds spent on waiting between this turn's calls."""
    probe: bool = False
    """The seat was resting, and this call tried whether it is back."""


def wait(failure: Failure, tries: int, jitter: float) -> float:
    """Return the seconds before the next call of the same model; `jitter` is from 0 to 1.

    What the provider asked for, and up to a tenth more so that waiting clients do not return as one;
    otherwise half to all of a delay that doubles ("equal jitter").
    """
    if failure.retry_after is not None:
        return failure.retry_after * (1 + jitter / 10)
    delay = POLICIES[failure.code].backoff * 2 ** (tries - 1)
    return delay * (1 + jitter) / 2


def next_move(failure: Failure, standing: Standing, seconds: float) -> Move:
    """Return what follows a failed call, when a retry would wait for `seconds`."""
    policy = POLICIES[failure.code]
    if standing.painted:
        return "stop"
    if _may_retry(policy, standing) and _may_wait(standing, seconds):
        return "retry"
    if not (policy.falls_over and standing.seats_left):
        return "stop"
    return "larger" if policy.larger_only else "next"


def _may_retry(policy: Policy, standing: Standing) -> bool:
    room = standing.calls + standing.seats_left < MOST_CALLS
    return room and not standing.probe and standing.tries <= policy.retries


def _may_wait(standing: Standing, seconds: float) -> bool:
    most = SHORT_WAIT if standing.seats_left else LONG_WAIT
    return seconds <= most and standing.waited + seconds <= TOTAL_WAIT
