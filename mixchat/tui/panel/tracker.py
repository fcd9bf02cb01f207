"""What it costs: the turn under way large, then the chat, today, the budget, and how full the context is."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Final

from msgspec import Struct
from textual.content import Content
from textual.geometry import Size
from textual.reactive import var
from textual.widget import Widget

from mixchat.domain.turn import Turn
from mixchat.domain.usage import Cost, CostSum
from mixchat.ledger import money
from mixchat.tui import formatting
from mixchat.tui.panel.cost_figure import cost_figure
from mixchat.tui.themes import role_variable

_NEAR: Final = 0.8
"""The share of a budget from which its bar warns."""
_NAME: Final = 8
_AMOUNT: Final = 8
_BAR: Final = 10
_TURNS: Final = 8
"""How many turns the small chart shows."""
_TALL: Final = 26
"""Rows of a screen from which there is room for the large figure."""
DOTS: Final = {
    "routing": "◌",
    "waiting": "◌",
    "loading": "◌",
    "retrying": "◌",
    "comparing": "◐",
    "thinking": "◐",
    "planning": "◐",
}
"""What is awaited has an empty dot, what thinks a half one, what writes a full one."""


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

    @property
    def near(self) -> bool:
        """Whether so much is used that it is time to say so."""
        return (self.share or 0.0) >= _NEAR


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
    beside: str = ""
    """How fast it writes, how long it waits; or what a person is asked about."""
    missing: str = ""
    """Why nothing can be sent yet, in a word or two; empty when it can."""
    asks: str = ""
    """What waits for a person, in a word or two; empty when nothing does."""
    of: str = ""
    """What the large figure is of, if not of the newest turn."""

    @property
    def spent(self) -> bool:
        """Whether there is a figure to show."""
        return self.newest is not None or any(span.total.calls for span in self.spans)

    @property
    def newest(self) -> Turn | None:
        """The newest turn."""
        return self.recent[-1] if self.recent else None

    @property
    def cost(self) -> Cost | None:
        """What the newest turn has cost, or is expected to."""
        if self.turn is not None:
            return self.turn
        return self.newest.cost if self.newest is not None else None

    @property
    def answered(self) -> bool:
        """Whether the newest turn has a reply; nothing else is free."""
        return self.newest is not None and bool(self.newest.reply or self.newest.usage.output)

    @property
    def is_nothing(self) -> bool:
        """Whether it is known that the newest turn costs nothing."""
        return self.cost is not None and self.cost.exact and self.cost.usd == 0

    @property
    def amount(self) -> str:
        """What the newest turn has cost, in words; where nobody answered, that it was charged nothing."""
        if self.cost is None or self.answered:
            return money.cost(self.cost)
        return money.dollars(self.cost.usd, exact=self.cost.exact)


class Tracker(Widget):
    """The state and cost of the newest turn, and a row a span."""

    DEFAULT_CSS = "Tracker { height: auto; width: 1fr; }"

    spending: var[SpendingState] = var(SpendingState())

    def __init__(self) -> None:
        super().__init__()
        self._height = 0
        """Rows that it was laid out for."""

    def watch_spending(self) -> None:
        """Paint the sums; lay out anew only if there are more rows or fewer than before."""
        self.refresh(layout=len(self._rows(self.size.width)) != self._height)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Return how many rows there are.

        Textual would count those of what was rendered for the width before: a row that is too long now is two there.
        """
        self._height = len(self._rows(width))
        return self._height

    def render(self) -> Content:
        """Return the rows."""
        return Content("\n").join(self._rows(self.size.width))

    def _rows(self, width: int) -> list[Content]:
        spending = self.spending
        spans = list(self._spans(width))
        rows = [ends(state_of(spending), spending.beside, width)]
        if spending.missing and not spending.spent:
            return rows
        label, tokens, took = _figures(spending)
        if self.screen.size.height < _TALL:
            if spending.newest is not None:
                amount = Content.styled(spending.amount, "$text bold")
                rows.append(ends(amount, "  ".join(filter(None, (tokens, took))), width))
            return [*rows, *spans]
        if word := _in_a_word(spending):
            rows += [
                Content(),
                ends(Content.styled(word, "$text bold"), label, width),
                ends(Content(), "  ".join(filter(None, (tokens, took))), width),
            ]
        else:
            amount = money.NOTHING if spending.newest is None or spending.is_nothing else spending.amount
            beside = (label, tokens, took)
            rows += [
                Content(),
                *(ends(row, text, width) for row, text in zip(cost_figure(amount), beside, strict=True)),
            ]
        chart = cost_chart(spending.recent[-_TURNS:]) or (Content(), Content())
        if spans:
            spans[0] = ends(spans[0], chart[1], width)
        return [*rows, Content(), ends(Content(), chart[0], width), *spans]

    def _spans(self, width: int) -> Iterator[Content]:
        spending = self.spending
        for span in spending.spans:
            if span.name == "month" and span.limit is None:
                continue
            amount = money.aligned(money.tally(span.total), _AMOUNT)
            style = "$text bold" if span.name == "chat" else "$text"
            line = Content.assemble((span.name.capitalize().ljust(_NAME), "$text-muted"), (amount, style))
            if span.limit is not None and span.share is not None:
                of = f" of {money.dollars(span.limit)}"
                line += Content.styled(of, "$warning" if span.near else "$text-muted")
                room = width - line.cell_length - 1
                line = ends(line, budget_bar(span, max(min(_BAR, room), 0)), width)
            yield line
        if spending.context is not None:
            context = spending.context
            share = f"{context.share:.0%}".replace("%", " %")
            line = Content.assemble(
                ("Context".ljust(_NAME), "$text-muted"),
                (share.rjust(_AMOUNT - 2).ljust(_AMOUNT), "$text"),
                (f" of {formatting.count(context.window)}", "$text-muted"),
            )
            colour = "$warning" if context.share >= _NEAR else "$text"
            yield ends(line, meter(context.share, _BAR, colour), width)


def state_of(spending: SpendingState) -> Content:
    """Return what the newest turn does; amber where it waits for a person."""
    newest, role = spending.newest, None
    if newest is not None:
        role = newest.corrected or (newest.decision.role if newest.decision else None)
    if spending.asks:
        return Content.assemble(("● ", "$warning"), (spending.asks, "$text bold"))
    colour = role_variable(role) if spending.state else "$text-muted"
    word = "$text bold" if spending.state else "$text-muted"
    idle = spending.missing or "ready"
    return Content.assemble((f"{DOTS.get(spending.state, '●')} ", colour), (spending.state or idle, word))


def _figures(spending: SpendingState) -> tuple[str, str, str]:
    """Return what the large figure is of, how many tokens the newest turn wrote, and how long it took."""
    newest = spending.newest
    if _in_a_word(spending) and not spending.answered:
        return "nothing was charged", "", ""
    if spending.of or newest is None or not newest.attempts:
        return spending.of or ("this chat" if newest is None else "last reply"), "", ""
    written = formatting.written(newest)
    tokens = f"{written} token{'' if written == '1' else 's'}" if written != "?" else ""
    return "this reply" if spending.state else "last reply", tokens, formatting.seconds(newest.seconds)


def _in_a_word(spending: SpendingState) -> str:
    """Return what stands in place of the large figure where there is none: `free`, or `$0` where nobody answered."""
    ended = not spending.state and not spending.of
    return spending.amount if spending.is_nothing and (spending.answered or ended) else ""


def ends(left: Content, right: Content | str, width: int) -> Content:
    """Return a row with `right` at its right end, if there is room for it."""
    if isinstance(right, str):
        right = Content.styled(right, "$text-muted")
    gap = width - left.cell_length - right.cell_length
    return left if gap < 1 else Content.assemble(left, " " * gap, right)


def cost_chart(turns: Sequence[Turn]) -> tuple[Content, Content] | None:
    """Return two rows of bars, one for each turn's cost in its role's colour; none where nothing is known."""
    costs = [turn.cost.usd for turn in turns]
    highest = max((cost for cost in costs if cost is not None), default=None)
    if not highest or len(turns) < 2:
        return None
    rows: tuple[list[Content], list[Content]] = ([], [])
    for turn, cost in zip(turns, costs, strict=True):
        eighths = 0 if cost is None else max(1, round(16 * float(cost / highest))) if cost else 0
        role = turn.corrected or (turn.decision.role if turn.decision else None)
        for row, part in zip(rows, (max(0, eighths - 8), min(8, eighths)), strict=True):
            row.append(Content.styled(" ▁▂▃▄▅▆▇█"[part], role_variable(role) if role else "$text-muted"))
    upper, lower = (Content(" ").join(row) for row in rows)
    return upper, lower


def budget_bar(span: Span, width: int) -> Content:
    """Return a bar of how much of the span's limit is used; its colour warns before it is full."""
    share = span.share or 0.0
    return meter(share, width, "$warning" if span.near else "$text")


def meter(share: float, width: int, colour: str = "$text") -> Content:
    """Return a thin bar of `width` cells of which `share`, from 0 to 1, is filled."""
    halves = round(min(max(share, 0.0), 1.0) * width * 2)
    full, half = divmod(halves, 2)
    return Content.assemble(
        ("━" * full + ("╸" if half else ""), colour), ("━" * (width - full - half), "$track")
    )
