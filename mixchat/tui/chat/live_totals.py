"""The turn under way as far as it can be told before it is settled."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from msgspec import structs
from textual.timer import Timer

from mixchat.chat.chat import Chat
from mixchat.domain.chat_request import TurnRequest
from mixchat.domain.clock import Clock
from mixchat.domain.decision import RoutingDecision
from mixchat.domain.events import (
    AttemptFailed,
    AttemptStarted,
    ChatEvent,
    FailedOver,
    Routed,
    StreamEnd,
    TextDelta,
    ThinkingDelta,
    UsageUpdate,
)
from mixchat.domain.meter import MeteredCall
from mixchat.domain.turn import Attempt, Turn
from mixchat.domain.usage import Cost, CostSum, Usage
from mixchat.tui.chat.open_chats import OpenChats
from mixchat.tui.chat.status_line import StatusLine
from mixchat.tui.panel.tracker import Span, SpendingState
from mixchat.tui.panel.turn_panel import TurnPanel
from mixchat.tui.transcript import Transcript

if TYPE_CHECKING:
    from mixchat.ledger.budgets import BudgetState
    from mixchat.ledger.forecast import Forecast
    from mixchat.runtime.runtime import Runtime


_LONGEST: Final = 400_000
"""Characters of a chat beyond which its next message is not put together just to be priced."""


class SpendingView:
    """Reads the ledger. Nothing here waits for a price list that is not in memory yet."""

    def __init__(self, runtime: "Runtime") -> None:
        self._runtime = runtime

    def spending(self, chat: Chat, turn: Turn | None = None) -> SpendingState:
        """Return what the tracker shows; `turn` is the one under way."""
        figures = self._runtime.storage.ledger.figures(chat.id, turn.id if turn else None)
        limits = _limits(figures.budgets)
        spans = (
            Span("chat", figures.chat, limits.get("chat")),
            Span("today", figures.today, limits.get("day")),
            Span("month", figures.month, limits.get("month")),
        )
        return SpendingState(spans, _cost(figures.turn) if turn is not None else None)

    def so_far(self, turn_id: str) -> Cost | None:
        """Return what the call that is under way for this turn has cost so far."""
        costs = [cost for call, cost in self._runtime.storage.ledger.under_way() if call.turn == turn_id]
        return costs[-1] if costs else None

    def forecast(self, chat: Chat, prompt: TurnRequest, decision: RoutingDecision) -> "Forecast | None":
        """Return about what sending `prompt` would cost; `None` where that would take too long to say."""
        if not decision.lineup or not self._runtime.storage.prices.ready or written(chat) > _LONGEST:
            return None
        from mixchat.routing.request_builder import build_request

        seat = decision.lineup[0]
        request = build_request(
            chat.chat_request(prompt), decision, seat, self._runtime.routing.services
        ).request
        return self._runtime.storage.ledger.forecast(
            MeteredCall(ref=seat.ref, purpose="answer", role=decision.role, chat=chat.id), request
        )


def written(chat: Chat) -> int:
    """Return how many characters the chat's branch has."""
    return sum(stub.prompt_length + stub.reply_length for stub in chat.path.stubs)


def _limits(budgets: "Sequence[BudgetState]") -> dict[str, Decimal]:
    return {state.scope: state.limit for state in budgets}


def _cost(tally: CostSum) -> Cost:
    return Cost(None if tally.unknown else tally.usd, exact=not tally.estimated)


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
            case AttemptStarted(seat, _, step):
                now = self._clock.now()
                self._close()
                self._open = Attempt(
                    ref=seat.ref, step=step, started=now, ended=now, cost=Cost(None, exact=False)
                )
            case TextDelta(text) | ThinkingDelta(text):
                self._heard()
                self._written += len(text)
            case UsageUpdate(usage) | StreamEnd(_, usage):
                self._usage = usage
            case AttemptFailed(failure) if self._open is not None:
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


_TICK = 0.5


class LiveTotals:
    """Watches a turn and tells panel, status line and header what it has cost so far, twice a second."""

    def __init__(
        self,
        chats: OpenChats,
        spending: SpendingView,
        clock: Clock,
        shown_on: tuple[TurnPanel, StatusLine, Transcript],
    ) -> None:
        self._chats = chats
        self._spending = spending
        self._clock = clock
        self._panel, self._status, self._transcript = shown_on
        self._live: LiveTurn | None = None
        self._timer: Timer | None = None

    def begin(self, turn: Turn) -> None:
        """Start to count."""
        self._live = LiveTurn(turn, self._clock, self._spending.so_far, written(self._chats.chat) // 4)
        self._panel.chat_title = self._chats.chat.record.title
        if self._timer is None:
            self._timer = self._panel.set_interval(_TICK, self._tick)
        self._tick()

    def show(self, event: ChatEvent) -> None:
        """Count what happens; a change of model shows at once."""
        if self._live is not None:
            self._live.show(event)
            if isinstance(event, Routed | AttemptStarted | FailedOver):
                self._tick()

    def settle(self, turn: Turn) -> None:
        """Show the sums as they were written down, and rest."""
        self._live = None
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        self.refresh()

    def refresh(self) -> None:
        """Show the chat's figures as they are."""
        chat = self._chats.chat
        self._panel.chat_title = chat.record.title
        self._panel.update_turns(chat.turns)
        self._update_spending(None)

    def _tick(self) -> None:
        if self._live is None:
            return
        turn = self._live.turn
        self._panel.update_turns(self._chats.chat.turns, turn)
        self._transcript.running(turn.cost if turn.attempts else None)
        self._update_spending(turn)

    def _update_spending(self, turn: Turn | None) -> None:
        spending = self._spending.spending(self._chats.chat, turn)
        self._panel.spending = spending
        self._status.spending = spending
