"""What the router does about each kind of failure: data beside the error names.

The rules that go for all of them: nothing falls over once a word was shown, while a thought may be thrown away; a
model is asked at most twice again; a model that rests after failures is passed over at once; a pinned model is the
only one that is asked. What is limited are retries and seconds, never by how many models could follow: otherwise the
preferred model of a long fallback order would be left at its first hiccup.
"""

from collections.abc import Mapping
from typing import Final, Literal

from msgspec import Struct

from mixchat.domain.errors import ErrorCode, Failure

Move = Literal["retry", "next", "larger", "stop"]
"""Ask the same model again, ask the next model, ask only a model with a larger window, or end the turn."""

MOST_RETRIES: Final = 3
"""Retries of one step, of all its models together; every model still gets its one call."""
SHORT_WAIT: Final = 5.0
"""Seconds that a provider may ask to wait while other models can be asked."""
LONG_WAIT: Final = 15.0
"""Seconds that it may ask to wait when it is the last one."""
TOTAL_WAIT: Final = 20.0
"""Seconds that a turn spends on waiting between calls, together."""
SLOW_CONNECT: Final = 2.0
"""Seconds after which a connection that was not made is not tried again while another provider can be asked."""
UNREACHED_WAIT: Final = 9.0
"""Seconds that a step spends on a network that does not answer at all."""


class Policy(Struct, frozen=True):
    """How one kind of failure is treated."""

    words: str
    """What happens, for people."""
    retries: int = 0
    """How often the same model is asked again."""
    backoff: float = 0.5
    """Seconds before the first retry; doubled for the second, and jittered."""
    falls_over: bool = False
    """Whether the next model takes over as long as no word was shown."""
    larger_only: bool = False
    """Whether only a model with a larger window can take over."""
    cooldown: float = 0.0
    """Seconds that the model rests after it; doubled with each failure in a row."""
    longest: float = 0.0
    """Seconds that it rests at most."""
    provider_wide: bool = False
    """Whether the provider's other models are likely to fail the same way, and come last."""


POLICIES: Final[Mapping[ErrorCode, Policy]] = {
    "auth": Policy(
        "goes straight to the next model; add or correct the key",
        falls_over=True, cooldown=60, longest=600, provider_wide=True,
    ),
    "no_credit": Policy(
        "goes straight to the next model; top the account up",
        falls_over=True, cooldown=60, longest=600, provider_wide=True,
    ),
    "unknown_model": Policy(
        "goes straight to the next model; correct the stack",
        falls_over=True, cooldown=60, longest=600,
    ),
    "rate_limited": Policy(
        "asks again up to twice when the wait is short, then goes to the next model; pauses as long as it was told",
        retries=2, backoff=1.0, falls_over=True, cooldown=12, longest=24,
    ),
    "overloaded": Policy(
        "asks again up to twice, then goes to the next model and pauses",
        retries=2, falls_over=True, cooldown=12, longest=24,
    ),
    "unreachable": Policy(
        "asks again up to twice, then goes to the next model and pauses",
        retries=2, falls_over=True, cooldown=12, longest=24, provider_wide=True,
    ),
    "timeout": Policy(
        "silent for 10 seconds (60 for models that think in silence, longer for local ones): the next model, and a pause",
        # Longer than anybody is waited for without a pin: a server that hangs must not cost its silence with each message.
        falls_over=True, cooldown=60, longest=300,
    ),
    "too_long": Policy(
        "goes only to a model with a larger window, and the model is asked once",
        falls_over=True, larger_only=True,
    ),
    "out_of_tokens": Policy("is shown; the same call would end the same: allow more tokens, or less effort"),
    "interrupted": Policy(
        "before the first token: asks once more, then the next model; after it: kept, marked, and one key continues it",
        retries=1, falls_over=True,
    ),
    "refused": Policy("is shown; no other model is asked to do what one refused"),
    "bad_request": Policy(
        "before the first word: the next model, since it is often one model's own limit; else it is shown",
        falls_over=True,
    ),
    "budget": Policy("stops before anything is sent; raise the budget or send anyway, once"),
    "secret": Policy("stops before anything is sent; send anyway, send to a local model, or edit"),
    "private": Policy("stops before anything is sent; give the role a local model"),
}  # fmt: skip


class Standing(Struct, frozen=True, kw_only=True):
    """Where a step stands when a call has failed."""

    has_words: bool
    """Whether a word of this call was shown."""
    tries: int
    """Calls of this model so far, this one included."""
    retries: int = 0
    """Retries of this step so far, of all its models."""
    slots_left: int
    waited: float = 0.0
    """Seconds spent on waiting between this step's calls."""
    silence: float = 0.0
    """Seconds in which nothing was heard, in this step."""
    seconds: float = 0.0
    """How long the call took."""
    used_up: bool = False
    """Whether the person has waited in silence for long enough."""
    probe: bool = False
    """The model was resting, and this call tried whether it is back."""


def wait(failure: Failure, tries: int, jitter: float) -> float:
    """Return the seconds before the next call of the same model; `jitter` is from 0 to 1.

    Half to all of a delay that doubles ("equal jitter"), or what the provider asked for where that is longer, and
    up to a tenth more so that waiting clients do not return as one. A provider that asks for no time at all, or for a
    moment that has passed, is not called three times within a blink.
    """
    delay = POLICIES[failure.code].backoff * 2 ** (tries - 1) * (1 + jitter) / 2
    return max(delay, (failure.retry_after or 0.0) * (1 + jitter / 10))


def next_move(failure: Failure, standing: Standing, seconds: float) -> Move:
    """Return what follows a failed call, when a retry would wait for `seconds`."""
    policy = POLICIES[failure.code]
    if standing.has_words or standing.used_up:
        return "stop"
    if _may_retry(failure, standing) and _may_wait(failure, standing, seconds):
        return "retry"
    if not (policy.falls_over and standing.slots_left):
        return "stop"
    return "larger" if policy.larger_only else "next"


def _may_retry(failure: Failure, standing: Standing) -> bool:
    if standing.probe or standing.tries > POLICIES[failure.code].retries:
        return False
    if not failure.reached and standing.slots_left and standing.seconds > SLOW_CONNECT:
        return False
    return standing.retries < MOST_RETRIES


def _may_wait(failure: Failure, standing: Standing, seconds: float) -> bool:
    if not failure.reached and standing.silence + seconds + standing.seconds > UNREACHED_WAIT:
        return False
    most = SHORT_WAIT if standing.slots_left else LONG_WAIT
    return seconds <= most and standing.waited + seconds <= TOTAL_WAIT
