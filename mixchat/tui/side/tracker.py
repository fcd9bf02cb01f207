"""What it costs: this turn, this chat, today, this month, and how much of the budget that is."""

from textual.content import Content
from textual.widget import Widget

from mixchat.tui import figures
from mixchat.tui.side.spending import Span, Spending

_NEAR = 0.8
"""The share of a budget from which its bar warns."""
_NAME = 8


class Tracker(Widget):
    """A row a span, a bar under each that has a limit."""

    DEFAULT_CSS = "Tracker { height: auto; width: 1fr; }"

    def __init__(self) -> None:
        super().__init__()
        self._spending = Spending()

    def tell(self, spending: Spending) -> None:
        """Show these sums."""
        if spending != self._spending:
            same_rows = self._rows(self._spending) == self._rows(spending)
            self._spending = spending
            self.refresh(layout=not same_rows)

    def _rows(self, spending: Spending) -> int:
        bars = sum(span.limit is not None for span in spending.spans)
        return len(spending.spans) + bars + (spending.turn is not None) + (spending.context is not None)

    def render(self) -> Content:
        """Return the rows."""
        spending, width = self._spending, self.size.width
        rows: list[Content] = []
        if spending.turn is not None:
            rows.append(_row("turn", figures.money(spending.turn), "", width))
        for span in spending.spans:
            limit = f"of {figures.dollars(span.limit)}" if span.limit is not None else ""
            rows.append(_row(span.name, figures.tally(span.total), limit, width))
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
    return Content.styled(figures.bar(share, max(width, 1)), f"{colour} on $panel")
