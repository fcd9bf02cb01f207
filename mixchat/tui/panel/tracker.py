"""What it costs: this turn, this chat, today, this month, and how much of the budget that is."""

from decimal import Decimal

from msgspec import Struct
from textual.content import Content
from textual.reactive import var
from textual.widget import Widget

from mixchat.domain.usage import Cost, CostSum
from mixchat.tui import formatting


class Span(Struct, frozen=True):
    """What was spent in one span, and how much may be."""

    name: str
    total: CostSum
    limit: Decimal | None = None
    """Dollars; `None`: no limit."""

    @property
    def share(self) -> float | None:
        """How much of the limit is used, 1.0 for all of it; `None` without a limit."""
        if self.limit is None:
            return None
        return float(self.total.usd / self.limit) if self.limit else 1.0


class SpendingState(Struct, frozen=True):
    """Everything the tracker shows."""

    spans: tuple[Span, ...] = ()
    """This chat, today, this month."""
    turn: Cost | None = None
    """What the turn under way has cost so far."""
    context: float | None = None
    """The share of the model's window that the chat fills."""

    @property
    def tightest(self) -> Span | None:
        """The span that is nearest to its limit."""
        limited = [span for span in self.spans if span.share is not None]
        return max(limited, key=lambda span: span.share or 0.0, default=None)


_NEAR = 0.8
"""The share of a budget from which its bar warns."""
_NAME = 8


class Tracker(Widget):
    """A row a span, a bar under each that has a limit."""

    DEFAULT_CSS = "Tracker { height: auto; width: 1fr; }"

    spending: var[SpendingState] = var(SpendingState())

    def watch_spending(self, old: SpendingState, new: SpendingState) -> None:
        """Paint the sums; lay out anew only if there are other rows."""
        self.refresh(layout=self._rows(old) != self._rows(new))

    def _rows(self, spending: SpendingState) -> int:
        bars = sum(span.limit is not None for span in spending.spans)
        return len(spending.spans) + bars + (spending.turn is not None) + (spending.context is not None)

    def render(self) -> Content:
        """Return the rows."""
        spending, width = self.spending, self.size.width
        rows: list[Content] = []
        if spending.turn is not None:
            rows.append(_row("turn", formatting.money(spending.turn), "", width))
        for span in spending.spans:
            limit = f"of {formatting.dollars(span.limit)}" if span.limit is not None else ""
            rows.append(_row(span.name, formatting.tally(span.total), limit, width))
            if span.share is not None:
                rows.append(budget_bar(span, width))
        if spending.context is not None:
            rows.append(_row("context", f"{spending.context:.0%}", "", width))
        return Content("\n").join(rows)


def _row(name: str, amount: str, limit: str, width: int) -> Content:
    return Content.assemble(
        (name.ljust(_NAME), "$text-muted"),
        amount.ljust(max(width - _NAME - len(limit), 0)),
        (limit, "$text-muted"),
    )


def budget_bar(span: Span, width: int) -> Content:
    """Return a bar of how much of the span's limit is used; its colour warns before it is full."""
    share = span.share or 0.0
    colour = "$error" if share >= 1 else "$warning" if share >= _NEAR else "$success"
    return Content.styled(formatting.bar(share, max(width, 1)), f"{colour} on $panel")
