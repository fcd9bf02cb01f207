"""How the models are: a circuit breaker each, kept across turns.

closed ──failed──▶ open ──its time is up──▶ half-open ──a probe: answered──▶ closed
                    ▲                            └──────── failed ─────────────┘ (twice as long)
"""

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

from mixchat.domain.clock import Clock
from mixchat.domain.errors import Failure
from mixchat.domain.model import ModelRef
from mixchat.routing.policy import POLICIES

Phase = Literal["closed", "open", "half-open"]


class State(Struct, frozen=True):
    """How one model is right now."""

    phase: Phase = "closed"
    seconds: float = 0.0
    """Until it is tried again."""
    failure: Failure | None = None
    """Why it rests."""


CLOSED = State()


class _Breaker(Struct):
    failure: Failure
    until: float
    rest: float
    probing: bool = False


class Health:
    """Remembers which models failed and when they may be tried again. One model never blocks another."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._breakers: dict[ModelRef, _Breaker] = {}

    def state(self, ref: ModelRef) -> State:
        """Return how `ref` is."""
        breaker = self._breakers.get(ref)
        if breaker is None:
            return CLOSED
        seconds = breaker.until - self._clock.monotonic()
        if seconds > 0:
            return State("open", seconds, breaker.failure)
        return State("half-open", 0.0, breaker.failure)

    def snapshot(self) -> Mapping[ModelRef, State]:
        """Return every model that is not well."""
        return {ref: self.state(ref) for ref in sorted(self._breakers)}

    def rests(self, ref: ModelRef) -> bool:
        """Whether `ref` is to be passed over: it is open, or somebody is just trying it."""
        breaker = self._breakers.get(ref)
        return breaker is not None and (breaker.probing or self._clock.monotonic() < breaker.until)

    def begin(self, ref: ModelRef) -> bool:
        """Note that `ref` is called, and return whether this is a probe: a single try, without retries."""
        breaker = self._breakers.get(ref)
        if breaker is None:
            return False
        breaker.probing = True
        return True

    def release(self, ref: ModelRef) -> None:
        """Note that a call ended without showing how `ref` is: cancelled, or failed for another reason."""
        breaker = self._breakers.get(ref)
        if breaker is not None:
            breaker.probing = False

    def succeeded(self, ref: ModelRef) -> None:
        """Note that `ref` answered: it is well."""
        self._breakers.pop(ref, None)

    def failed(self, ref: ModelRef, failure: Failure) -> None:
        """Let `ref` rest if its kind of failure asks for it, for as long as the provider asked."""
        policy = POLICIES[failure.code]
        if not policy.cooldown:
            self.release(ref)
            return
        before = self._breakers.get(ref)
        rest = policy.cooldown if before is None else min(2 * before.rest, policy.longest)
        seconds = max(rest, failure.retry_after or 0.0)
        self._breakers[ref] = _Breaker(failure, self._clock.monotonic() + seconds, rest)

    def forgive(self, provider: str | None = None) -> None:
        """Forget what a provider's models did, or all: a key was changed, the person asks to try again."""
        for ref in [ref for ref in self._breakers if provider in (None, ref.provider)]:
            del self._breakers[ref]
