"""What is spent and what would be, as the ledger and the price list say it."""

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from mixchat.chat.chat import Chat
from mixchat.domain.chat_request import ChatRequest, Pin, RoutingInput, TurnRequest
from mixchat.domain.clock import Clock
from mixchat.domain.decision import RoutingDecision
from mixchat.domain.errors import ProviderError
from mixchat.domain.meter import MeteredCall
from mixchat.domain.model import ModelRef
from mixchat.domain.role import SUMMARIZATION
from mixchat.domain.stack import Slot
from mixchat.domain.turn import Outcome, Turn
from mixchat.domain.usage import Cost, CostSum, Usage
from mixchat.tui.panel.empty_panel import RecentChat
from mixchat.tui.panel.tracker import Context, Span, SpendingState

if TYPE_CHECKING:
    from mixchat.ledger.budgets import BudgetState
    from mixchat.ledger.forecast import Forecast
    from mixchat.runtime.runtime import Runtime

_LONGEST: Final = 400_000
"""Characters of a chat beyond which its next message is not put together just to be priced."""
_LONGEST_PROMPT: Final = 200_000
"""The same of a prompt that is being written: its tokens are counted anew with every change."""

_RECENT: Final = 8
"""Turns of the small chart, and chats of an empty one's panel."""


_A_TOKEN: Final = 4
"""Characters, where nobody counted."""
_ASKED: Final = 100
"""Tokens of what a model is told that sums a chat up."""


class Compaction(Struct, frozen=True):
    """Who would sum a chat up."""

    ref: ModelRef
    usd: Decimal | None
    """About what it would cost; `None`: nobody knows."""


class SpendingView:
    """Reads the ledger. Nothing here waits for a price list that is not in memory yet."""

    def __init__(self, runtime: "Runtime") -> None:
        self._runtime = runtime

    @property
    def clock(self) -> Clock:
        """Where times come from."""
        return self._runtime.storage.clock

    def spending(self, chat: Chat, turn: Turn | None = None) -> SpendingState:
        """Return what the tracker shows; `turn` is the one under way."""
        figures = self._runtime.storage.ledger.figures(chat.id, turn.id if turn else None)
        limits = _limits(figures.budgets)
        spans = (
            Span("chat", figures.chat, limits.get("chat")),
            Span("today", figures.today, limits.get("day")),
            Span("month", figures.month, limits.get("month")),
        )
        turns = chat.turns
        newest = (*turns[-_RECENT:-1], turn or turns[-1]) if turns else ()
        return SpendingState(
            spans,
            _cost(figures.turn) if turn is not None else None,
            context=self._last_context(newest),
            recent=newest,
        )

    def recent_chats(self, chat: Chat) -> list[RecentChat]:
        """Return the chats that were used last, with what they cost."""
        storage = self._runtime.storage
        now = storage.clock.now()
        records = sorted(storage.chats.list(4 * _RECENT), key=lambda record: -record.updated)
        cost, under_way = storage.ledger.reports.of_chat, storage.ledger.under_way()
        shown = [record for record in records if record.id != chat.id][:_RECENT]
        return [
            RecentChat(record.id, record.title, now - record.updated, cost(record.id, under_way))
            for record in shown
        ]

    def _last_context(self, turns: Sequence[Turn]) -> Context | None:
        """Return how full the window is after the newest of these turns of which that is known."""
        if not turns:
            return None
        *earlier, last = turns
        if (found := self._context(last)) is not None:
            return found
        before = self._last_context(earlier)
        if before is not None and last.compacts and last.outcome is Outcome.COMPLETE:
            return Context(last.usage.output or 0, before.window)
        return before

    def context(self, chat: Chat) -> Context | None:
        """Return how full the window of the model that answered last is."""
        return self._last_context(chat.turns[-_RECENT:])

    def compaction(self, chat: Chat, pin: Pin | None = None) -> Compaction | None:
        """Return who would sum the chat up and about what that would cost; `None`: nobody can."""
        asked = RoutingInput(
            prompt="",
            pin=pin or Pin(SUMMARIZATION, role=SUMMARIZATION, chosen_by="summary"),
            private=chat.record.private,
            chat=chat.id,
        )
        try:
            order = self._runtime.routing.router.decide_locally(asked).fallback_order
        except ProviderError:
            return None
        if not order:
            return None
        ref, ledger, context = order[0].ref, self._runtime.storage.ledger, self.context(chat)
        read = context.used if context is not None else written(chat) // _A_TOKEN
        usage = Usage(input=read + _ASKED, output=round(ledger.estimator.usual_length("compact", ref)))
        prices = self._runtime.storage.prices
        return Compaction(ref, prices.price(ref, usage, self.clock.now()) if prices.tells(ref) else None)

    def _context(self, turn: Turn) -> Context | None:
        """Return how full the window is after a turn, where both numbers are known."""
        window = self._runtime.settings.catalog.card(turn.ref).context_window if turn.ref else None
        last = turn.attempts[-1].usage if turn.attempts else None
        if window is None or last is None or last.input is None:
            return None
        # After a summary nothing of what it read is sent any more.
        read = 0 if turn.compacts and turn.outcome is Outcome.COMPLETE else last.input
        return Context(read + (last.output or 0), window)

    def forecast(self, chat: Chat, prompt: TurnRequest, decision: RoutingDecision) -> "Forecast | None":
        """Return about what sending `prompt` would cost; `None` where that would take too long to say."""
        order = decision.fallback_order
        if not order or not self._runtime.storage.prices.tells(order[0].ref):
            return None
        if written(chat) > _LONGEST or len(prompt.text) > _LONGEST_PROMPT:
            return None
        return self._forecast(chat.chat_request(prompt), decision, order[0])

    def price(self, chat_request: ChatRequest, decision: RoutingDecision, slot: Slot) -> Decimal | None:
        """Return about how many dollars a request to a model would cost; `None`: nobody knows."""
        return self._forecast(chat_request, decision, slot).cost.usd

    def _forecast(self, chat_request: ChatRequest, decision: RoutingDecision, slot: Slot) -> "Forecast":
        from mixchat.routing.request_builder import build_request

        request = build_request(chat_request, decision, slot, self._runtime.routing.services).request
        call = MeteredCall(
            ref=slot.ref, purpose=chat_request.purpose, role=decision.role, chat=chat_request.chat
        )
        return self._runtime.storage.ledger.forecast(call, request)

    def estimate(self, chat: Chat, turn: Turn, pin: Pin | None = None, text: str = "") -> Cost | None:
        """Return about what asking a turn's prompt again would cost, of `pin` or of whom it was asked before.

        `text` is what the turn is known to have been asked with, where that is not kept.
        """
        expected = self._expect(chat, turn, pin, text)
        return expected.cost if expected is not None and expected.cost.usd is not None else None

    def estimate_rest(self, chat: Chat, turn: Turn) -> Cost | None:
        """Return about what going on with a turn's reply would cost: it is read, and the rest of it is written."""
        expected = self._expect(chat, turn, None, "")
        if expected is None or turn.ref is None:
            return None
        there = turn.charged.output or 0
        rest = max(expected.output - there, expected.output // 4)
        usage = Usage(input=expected.input + there, output=rest)
        storage = self._runtime.storage
        usd = storage.prices.price(turn.ref, usage, storage.clock.now())
        return Cost(usd, exact=not usd) if usd is not None else None

    def _expect(self, chat: Chat, turn: Turn, pin: Pin | None, text: str) -> "Forecast | None":
        slot = Slot(turn.ref) if pin is None and turn.ref is not None else None
        asked = pin or (Pin(str(slot.ref), slot=slot) if slot is not None else None)
        prompt = TurnRequest(text=text or turn.prompt, files=turn.files, pin=asked)
        return self.forecast(
            chat, prompt, self._runtime.routing.router.decide_locally(chat.routing_input(prompt))
        )


def written(chat: Chat) -> int:
    """Return how many characters the chat's branch has."""
    return sum(stub.prompt_length + stub.reply_length for stub in chat.path.stubs)


def _limits(budgets: "Sequence[BudgetState]") -> dict[str, Decimal]:
    return {state.scope: state.limit for state in budgets}


def _cost(tally: CostSum) -> Cost:
    return Cost(None if tally.unknown else tally.usd, exact=not tally.estimated)
