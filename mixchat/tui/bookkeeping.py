"""Sums and estimates for the screen, from the ledger."""

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from mixchat.chat.chat import Chat
from mixchat.chat.desk import Prompt
from mixchat.tui.side.spending import Span, Spending
from mixchat.words.decision import Decision
from mixchat.words.meter import Call
from mixchat.words.turn import Turn
from mixchat.words.usage import Cost, Tally

if TYPE_CHECKING:
    from mixchat.house import House
    from mixchat.ledger.budgets import BudgetState
    from mixchat.ledger.forecast import Forecast

_LONGEST: Final = 400_000
"""Characters of a chat beyond which its next message is not put together just to be priced."""


class Bookkeeping:
    """Reads the ledger. Nothing here waits for a price list that is not in memory yet."""

    def __init__(self, house: "House") -> None:
        self._house = house

    def spending(self, chat: Chat, turn: Turn | None = None) -> Spending:
        """Return what the tracker shows; `turn` is the one under way."""
        figures = self._house.ledger.figures(chat.id, turn.id if turn else None)
        limits = _limits(figures.budgets)
        spans = (
            Span("chat", figures.chat, limits.get("chat")),
            Span("today", figures.today, limits.get("day")),
            Span("month", figures.month, limits.get("month")),
        )
        return Spending(spans, _cost(figures.turn) if turn is not None else None)

    def so_far(self, turn_id: str) -> Cost | None:
        """Return what the call that is under way for this turn has cost so far."""
        costs = [cost for call, cost in self._house.ledger.under_way() if call.turn == turn_id]
        return costs[-1] if costs else None

    def forecast(self, chat: Chat, prompt: Prompt, decision: Decision) -> "Forecast | None":
        """Return about what sending `prompt` would cost; `None` where that would take too long to say."""
        if not decision.lineup or not self._house.prices.ready or written(chat) > _LONGEST:
            return None
        from mixchat.routing.outgoing import outgoing

        seat = decision.lineup[0]
        request = outgoing(chat.brief(prompt), decision, seat, self._house.resources).request
        return self._house.ledger.forecast(
            Call(ref=seat.ref, purpose="answer", role=decision.role, chat=chat.id), request
        )


def written(chat: Chat) -> int:
    """Return how many characters the chat's branch has."""
    return sum(stub.prompt_length + stub.reply_length for stub in chat.path.stubs)


def _limits(budgets: "Sequence[BudgetState]") -> dict[str, Decimal]:
    return {state.scope: state.limit for state in budgets}


def _cost(tally: Tally) -> Cost:
    return Cost(None if tally.unknown else tally.usd, exact=not tally.estimated)
