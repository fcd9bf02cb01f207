"""What the tracker shows: sums by span, and the limits they count against."""

from decimal import Decimal

from msgspec import Struct

from mixchat.words.usage import Cost, Tally


class Span(Struct, frozen=True):
    """What was spent in one span, and how much may be."""

    name: str
    total: Tally
    limit: Decimal | None = None
    """Dollars; `None`: no limit."""

    @property
    def share(self) -> float | None:
        """How much of the limit is used, 1.0 for all of it; `None` without a limit."""
        if self.limit is None:
            return None
        return float(self.total.usd / self.limit) if self.limit else 1.0


class Spending(Struct, frozen=True):
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
