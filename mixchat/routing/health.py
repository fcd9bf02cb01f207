"""How the models are: a circuit breaker each, kept across turns.

closed ──failed──▶ open ──its time is up──▶ half-open ──a probe: answered──▶ closed
                    ▲                            └──────── failed ─────────────┘ (twice as long)
"""

from collections.abc import Mapping, Sequence
from typing import Final, Literal

from msgspec import Struct

from mixchat.domain.clock import Clock
from mixchat.domain.errors import Failure
from mixchat.domain.model import ModelRef
from mixchat.routing.policy import POLICIES
from mixchat.routing.shared_breakers import SharedBreakers

Phase = Literal["closed", "open", "half-open"]


class State(Struct, frozen=True):
    """How one model is right now."""

    phase: Phase = "closed"
    seconds: float = 0.0
    """Until it is tried again."""
    failure: Failure | None = None
    """Why it rests."""


CLOSED = State()


_CUTS: Final = 3
"""Replies in a row that broke in the middle after which a model rests."""
_CUT_REST: Final = 60.0
_READING: Final = 5_000.0
"""Tokens a second that a service reads before its first word, until it was seen to be slower."""
_READING_HERE: Final = 150.0
"""The same, on this machine."""
_SLOWER: Final = 3.0
"""How many times longer than usual the reading may take."""
_WORTH_LEARNING: Final = 2_000
"""Tokens from which the time to the first word tells of the reading."""


class _Breaker(Struct):
    failure: Failure
    until: float
    rest: float
    probing: bool = False
    shared: bool = False
    """Whether other programs know of it, and may find out that it is over."""


class Health:
    """Remembers which models failed and when they may be tried again, and how fast they read.

    One model never blocks another, but for one fault: where no connection could be made, the provider's other models
    are at the same address.
    """

    def __init__(self, clock: Clock, shared: SharedBreakers | None = None) -> None:
        self._clock = clock
        self._shared = shared
        self._breakers: dict[ModelRef, _Breaker] = {}
        self._cuts: dict[ModelRef, int] = {}
        self._reading: dict[ModelRef, float] = {}
        """Seconds that each model takes to read a token, the mean of the last few times."""

    def _breaker(self, ref: ModelRef) -> _Breaker | None:
        self._take_in_others()
        own = self._breakers.get(ref)
        if own is not None:
            return own
        for other, breaker in self._breakers.items():
            if other.provider == ref.provider and not breaker.failure.reached:
                return breaker
        return None

    def state(self, ref: ModelRef) -> State:
        """Return how `ref` is."""
        breaker = self._breaker(ref)
        if breaker is None:
            return CLOSED
        seconds = breaker.until - self._clock.monotonic()
        if seconds > 0:
            return State("open", seconds, breaker.failure)
        return State("half-open", 0.0, breaker.failure)

    def snapshot(self) -> Mapping[ModelRef, State]:
        """Return every model that is not well."""
        self._take_in_others()
        return {ref: self.state(ref) for ref in sorted(self._breakers)}

    def rests(self, ref: ModelRef) -> bool:
        """Whether `ref` is to be passed over: it is open, or somebody is just trying it."""
        breaker = self._breaker(ref)
        return breaker is not None and (breaker.probing or self._clock.monotonic() < breaker.until)

    def begin(self, ref: ModelRef) -> bool:
        """Note that `ref` is called, and return whether this is a probe: a single try, without retries."""
        breaker = self._breaker(ref)
        if breaker is None:
            return False
        breaker.probing = True
        return True

    def release(self, ref: ModelRef) -> None:
        """Note that a call ended without showing how `ref` is: cancelled, or failed for another reason."""
        breaker = self._breaker(ref)
        if breaker is not None:
            breaker.probing = False

    def succeeded(self, ref: ModelRef) -> None:
        """Note that `ref` answers: it is well, and its provider can be reached."""
        if self._breakers:
            gone = [
                other
                for other, breaker in self._breakers.items()
                if other == ref or (other.provider == ref.provider and not breaker.failure.reached)
            ]
            self._drop(gone)

    def finished(self, ref: ModelRef) -> None:
        """Note that `ref` gave a whole reply."""
        self.succeeded(ref)
        self._cuts.pop(ref, None)

    def was_cut(self, ref: ModelRef, failure: Failure) -> None:
        """Note that a reply of `ref` broke after its first word; after several in a row it rests."""
        self._cuts[ref] = self._cuts.get(ref, 0) + 1
        if self._cuts[ref] >= _CUTS:
            self._open(ref, failure, _CUT_REST, _CUT_REST)
        else:
            self.release(ref)

    def failed(self, ref: ModelRef, failure: Failure) -> None:
        """Let `ref` rest if its kind of failure asks for it, for as long as the provider asked."""
        policy = POLICIES[failure.code]
        if not policy.cooldown:
            self.release(ref)
            return
        before = self._breaker(ref)
        rest = policy.cooldown if before is None else min(2 * before.rest, policy.longest)
        self._open(ref, failure, rest, max(rest, failure.retry_after or 0.0))

    def _open(self, ref: ModelRef, failure: Failure, rest: float, seconds: float) -> None:
        breaker = self._breakers[ref] = _Breaker(failure, self._clock.monotonic() + seconds, rest)
        if self._shared is not None:
            breaker.shared = self._shared.opened(ref, failure, self._clock.now() + seconds, rest)

    def network_failed(self) -> None:
        """Note that the network itself is gone: no provider is to blame, and all are tried when it is back."""
        self._drop([ref for ref, breaker in self._breakers.items() if not breaker.failure.reached])

    def forgive(self, provider: str | None = None) -> None:
        """Forget what a provider's models did, or all: a key was changed, the person asks to try again."""
        self._take_in_others()
        self._drop([ref for ref in self._breakers if provider in (None, ref.provider)])

    def _drop(self, refs: Sequence[ModelRef]) -> None:
        for ref in refs:
            del self._breakers[ref]
        if refs and self._shared is not None:
            self._shared.closed(refs)

    def _take_in_others(self) -> None:
        """Take over what other programs found out since the last look."""
        if self._shared is None or (found := self._shared.news()) is None:
            return
        now, wall = self._clock.monotonic(), self._clock.now()
        for ref in [ref for ref, breaker in self._breakers.items() if ref not in found and breaker.shared]:
            del self._breakers[ref]
        for ref, entry in found.items():
            probing = ref in self._breakers and self._breakers[ref].probing
            self._breakers[ref] = _Breaker(
                entry.failure, now + entry.until - wall, entry.rest, probing, shared=True
            )

    def seconds_to_read(self, ref: ModelRef, tokens: int, *, local: bool) -> float:
        """Return how long a prompt of so many tokens may take to be read, beyond what any prompt takes."""
        usual = 1 / (_READING_HERE if local else _READING)
        return tokens * max(usual, _SLOWER * self._reading.get(ref, 0.0))

    def note_first_token(self, ref: ModelRef, tokens: int, seconds: float) -> None:
        """Learn how fast a model reads from how long its first word took."""
        if tokens >= _WORTH_LEARNING:
            speed = seconds / tokens
            self._reading[ref] = (self._reading.get(ref, speed) + speed) / 2
