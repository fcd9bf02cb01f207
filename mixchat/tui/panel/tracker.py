"""What it costs: the turn under way large, then the chat, today, the budget, and how full the context is."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Final

from msgspec import Struct
from textual.content import Content
from textual.reactive import var
from textual.widget import Widget

from mixchat.domain.turn import Turn
from mixchat.domain.usage import Cost, CostSum
from mixchat.tui import formatting
from mixchat.tui.panel.cost_figure import cost_figure
from mixchat.tui.themes import role_variable

_NEAR: Final = 0.8
"""The share of a budget from which its bar warns."""
_NAME: Final = 9
_AMOUNT: Final = 9
_BAR: Final = 10
_TURNS: Final = 8
"""How many turns the small chart shows."""
_TALL: Final = 26
"""Rows of a screen from which there is room for the large figure."""


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


class Context(Struct, frozen=True):
    """How full the window of the model that would answer is."""

    used: int
    """Tokens."""
    window: int

    @property
    def share(self) -> float:
        """The part that is used, 1.0 when it is full."""
        return self.used / self.window if self.window else 0.0


class SpendingState(Struct, frozen=True):
    """Everything the tracker shows."""

    spans: tuple[Span, ...] = ()
    """This chat, today, this month."""
    turn: Cost | None = None
    """What the turn under way has cost so far."""
    context: Context | None = None
    recent: tuple[Turn, ...] = ()
    """The newest turns of the chat, oldest first; the last may be under way."""
    state: str = ""
    """What the turn under way does, in a word or two; empty when none is."""
    speed: str = ""

    @property
    def tightest(self) -> Span | None:
        """The span that is nearest to its limit."""
        limited = [span for span in self.spans if span.share is not None]
        return max(limited, key=lambda span: span.share or 0.0, default=None)


class Tracker(Widget):
    """The state and cost of the newest turn, and a row a span."""

    DEFAULT_CSS = "Tracker { height: auto; width: 1fr; }"

    spending: var[SpendingState] = var(SpendingState())

    def watch_spending(self, old: SpendingState, new: SpendingState) -> None:
        """Paint the sums; lay out anew only if there are other rows."""
        self.refresh(layout=len(list(self._spans(old))) != len(list(self._spans(new))))

    def render(self) -> Content:
        """Return the rows."""
        spending, width = self.spending, self.size.width
        newest = spending.recent[-1] if spending.recent else None
        rows = [self._state(spending, newest, width)]
        amount = formatting.money(
            spending.turn if spending.turn is not None else newest.cost if newest else None
        )
        tokens = f"{formatting.count(newest.usage.output)} tokens" if newest and newest.attempts else ""
        took = formatting.seconds(newest.seconds) if newest and newest.attempts else ""
        if self.screen.size.height >= _TALL:
            figure = cost_figure(amount if newest else "$0.0000")
            beside = (tokens, "", took)
            rows += [
                Content(),
                *(_ends(row, text, width) for row, text in zip(figure, beside, strict=True)),
                Content(),
            ]
        elif newest is not None:
            rows.append(
                _ends(Content.styled(amount, "$text bold"), "  ".join(filter(None, (tokens, took))), width)
            )
        spans = list(self._spans(spending))
        chart = cost_chart(spending.recent[-_TURNS:]) if self.screen.size.height >= _TALL else None
        if chart is not None and spans:
            rows[-1] = _ends(rows[-1], chart[0], width)
            spans[0] = _ends(spans[0].rstrip(), chart[1], width)
        return Content("\n").join([*rows, *spans])

    @staticmethod
    def _state(spending: SpendingState, newest: Turn | None, width: int) -> Content:
        role = None
        if newest is not None:
            role = newest.corrected or (newest.decision.role if newest.decision else None)
        colour = role_variable(role) if spending.state else "$text-muted"
        state = Content.assemble(
            ("● ", colour), (spending.state or "ready", "$text bold" if spending.state else "$text-muted")
        )
        return _ends(state, spending.speed, width)

    def _spans(self, spending: SpendingState) -> Iterator[Content]:
        for span in spending.spans:
            if span.name == "month" and span.limit is None:
                continue
            amount = formatting.tally(span.total).rjust(_AMOUNT)
            style = "$text bold" if span.name == "chat" else "$body"
            line = Content.assemble((span.name.capitalize().ljust(_NAME), "$text-muted"), (amount, style))
            if span.limit is not None and span.share is not None:
                line += Content.styled(f"  of {formatting.dollars(span.limit)}", "$text-muted")
                line = _ends(line, budget_bar(span, _BAR), self.size.width)
            yield line
        if spending.context is not None:
            context = spending.context
            line = Content.assemble(
                ("Context".ljust(_NAME), "$text-muted"),
                (f"{context.share:.0%}".replace("%", " %").rjust(_AMOUNT), "$body"),
                (f"  of {formatting.count(context.window)}", "$text-muted"),
            )
            yield _ends(line, meter(context.share, _BAR), self.size.width)


def _ends(left: Content, right: Content | str, width: int) -> Content:
    """Return a row with `right` at its right end, if there is room for it."""
    if isinstance(right, str):
        right = Content.styled(right, "$text-muted")
    gap = width - left.cell_length - right.cell_length
    return left if gap < 1 else Content.assemble(left, " " * gap, right)


def cost_chart(turns: Sequence[Turn]) -> tuple[Content, Content] | None:
    """Return two rows of bars, one for each turn's cost in its role's colour; none where nothing is known."""
    costs = [turn.cost.usd for turn in turns]
    highest = max((cost for cost in costs if cost is not None), default=None)
    if not highest:
        return None
    rows: tuple[list[Content], list[Content]] = ([], [])
    for turn, cost in zip(turns, costs, strict=True):
        eighths = 0 if cost is None else max(1, round(16 * float(cost / highest))) if cost else 0
        role = turn.corrected or (turn.decision.role if turn.decision else None)
        for row, part in zip(rows, (max(0, eighths - 8), min(8, eighths)), strict=True):
            row.append(Content.styled(" ▁▂▃▄▅▆▇█"[part], role_variable(role)))
    upper, lower = (Content(" ").join(row) for row in rows)
    return upper, lower


def budget_bar(span: Span, width: int) -> Content:
    """Return a bar of how much of the span's limit is used; its colour warns before it is full."""
    share = span.share or 0.0
    return meter(share, width, "$error" if share >= 1 else "$warning" if share >= _NEAR else "$text")


def meter(share: float, width: int, colour: str = "$text") -> Content:
    """Return a thin bar of `width` cells of which `share`, from 0 to 1, is filled."""
    halves = round(min(max(share, 0.0), 1.0) * width * 2)
    full, half = divmod(halves, 2)
    return Content.assemble(
        ("━" * full + ("╸" if half else ""), colour), ("━" * (width - full - half), "$track")
    )
