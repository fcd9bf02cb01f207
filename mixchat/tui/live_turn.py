"""The turn under way as far as it can be told before it is settled."""

from collections.abc import Callable
from typing import Final

from msgspec import structs

from mixchat.words.clock import Clock
from mixchat.words.event import Broke, ChatEvent, Ended, Routed, Started, Text, Thinking, UsageUpdate
from mixchat.words.turn import Attempt, Turn
from mixchat.words.usage import Cost, Usage

_CHARACTERS_A_TOKEN: Final = 4


class LiveTurn:
    """Adds to an open turn what its events say: decision, attempts, and an estimate of use and cost."""

    def __init__(self, turn: Turn, clock: Clock, so_far: Callable[[str], Cost | None], reads: int) -> None:
        """Start from a turn that was just accepted.

        Args:
            turn: the open turn.
            clock: where the times of its attempts come from.
            so_far: what the call that is under way for a turn has cost until now, by the turn's id.
            reads: about how many tokens each call reads.
        """
        self._turn = turn
        self._clock = clock
        self._so_far = so_far
        self._reads = reads
        self._attempts: list[Attempt] = list(turn.attempts)
        self._open: Attempt | None = None
        self._written = 0
        self._usage: Usage | None = None

    def show(self, event: ChatEvent) -> None:
        """Take one event in."""
        match event:
            case Routed(decision):
                self._turn = structs.replace(self._turn, decision=decision)
            case Started(seat, _, step):
                now = self._clock.now()
                self._close()
                self._open = Attempt(
                    ref=seat.ref, step=step, started=now, ended=now, cost=Cost(None, exact=False)
                )
            case Text(text) | Thinking(text):
                self._heard()
                self._written += len(text)
            case UsageUpdate(usage) | Ended(_, usage):
                self._usage = usage
            case Broke(failure) if self._open is not None:
                self._open = structs.replace(self._now(self._open), failure=failure)
                self._close()
            case _:
                pass

    def _heard(self) -> None:
        if self._open is not None and self._open.first_token is None:
            self._open = structs.replace(self._open, first_token=self._clock.now())

    def _close(self) -> None:
        if self._open is not None:
            self._attempts.append(self._open)
        self._open, self._written, self._usage = None, 0, None

    def _now(self, attempt: Attempt) -> Attempt:
        estimated = Usage(input=self._reads, output=self._written // _CHARACTERS_A_TOKEN)
        usage = estimated
        if self._usage is not None:
            usage = structs.replace(
                self._usage,
                input=estimated.input if self._usage.input is None else self._usage.input,
                output=estimated.output if self._usage.output is None else self._usage.output,
            )
        cost = self._so_far(self._turn.id) or Cost(None, exact=False)
        return structs.replace(attempt, ended=self._clock.now(), usage=usage, cost=cost)

    @property
    def turn(self) -> Turn:
        """The turn as it stands now."""
        attempts = [*self._attempts, *((self._now(self._open),) if self._open else ())]
        return structs.replace(self._turn, attempts=tuple(attempts))
