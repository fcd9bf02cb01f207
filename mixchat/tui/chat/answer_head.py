"""What stands above an answer of a comparison: who answers, how far it is, and what it costs beside the others."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from msgspec import Struct
from textual.content import Content
from textual.widget import Widget

from mixchat.domain.usage import Cost
from mixchat.ledger import money
from mixchat.tui import formatting
from mixchat.tui.panel.cost_figure import cost_figure
from mixchat.tui.panel.tracker import DOTS, ends, meter
from mixchat.tui.themes import role_variable

TALL: Final = 8
"""Rows of a head with the large figure."""
_CLOSE: Final = 1.05
"""How many times the cheapest still is the cheapest."""


class Rank(Struct, frozen=True):
    """How an answer stands beside the others; empty while that cannot be told."""

    words: str = ""
    short: str = ""
    share: float = 0.0
    """Its cost as a part of the dearest's."""


class AnswerState(Struct, frozen=True, kw_only=True):
    """Everything that a head shows."""

    number: int
    model: str
    role: str | None = None
    colour: str | None = None
    state: str = ""
    beside: str = ""
    """How fast it writes, or how long it has been waited for."""
    cost: Cost | None = None
    """`None`: nothing was asked yet."""
    tokens: int | None = None
    seconds: float = 0.0
    rank: Rank = Rank()
    ended: bool = False


def ranked(costs: Sequence[Decimal | None], seconds: Sequence[float], ended: Sequence[bool]) -> list[Rank]:
    """Return how answers stand beside each other, by what they cost so far."""
    known = [cost for cost in costs if cost is not None]
    if len(known) < 2 or not max(known):
        return [Rank() for _ in costs]
    cheapest, dearest = min(known), max(known)
    quickest = min((took for took, over in zip(seconds, ended, strict=True) if over), default=None)
    return [
        Rank() if cost is None else _rank(cost, cheapest, dearest, over and took == quickest)
        for cost, took, over in zip(costs, seconds, ended, strict=True)
    ]


def _rank(cost: Decimal, cheapest: Decimal, dearest: Decimal, fastest: bool) -> Rank:
    share = float(cost / dearest)
    if cost <= cheapest * Decimal(_CLOSE):
        said = "cheapest, fastest" if fastest else "cheapest"
        return Rank(said, said, share)
    times = f"{cost / cheapest:.1f} ×" if cheapest else ""
    words = f"{times} the cheapest" if times else money.dollars(cost - cheapest) + " more"
    return Rank(f"{words}, fastest" if fastest else words, times, share)


class AnswerHead(Widget):
    """Two rows, or the large figure where there is room for it; one row where another answer is open."""

    DEFAULT_CSS = "AnswerHead { height: 2; width: 1fr; }"

    def __init__(self) -> None:
        super().__init__()
        self._shown: AnswerState | None = None

    def update(self, state: AnswerState) -> None:
        """Show this."""
        if state != self._shown:
            self._shown = state
            self.refresh()

    def render(self) -> Content:
        """Return the rows there is room for."""
        shown, width, height = self._shown, self.size.width, self.size.height
        if shown is None:
            return Content()
        if height >= TALL:
            rows = _tall(shown, width)
        elif height > 1:
            rows = [_who(shown), _facts(shown)]
        else:
            rows = [Content.assemble(_who(shown), "  ", _facts(shown))]
        return Content("\n").join(row.truncate(width, ellipsis=True) for row in rows)


def _who(shown: AnswerState) -> Content:
    colour = role_variable(shown.colour)
    return Content.assemble(
        (f" {shown.number} ", f"$ink on {colour} bold"),
        (f" {shown.model}", "bold"),
        (f"  {shown.role}", colour) if shown.role else "",
    )


def _facts(shown: AnswerState) -> Content:
    doing = "" if shown.ended and shown.state == "done" else shown.state
    facts = [formatting.seconds(shown.seconds), money.cost(shown.cost)] if shown.cost else []
    said = (*facts, " ".join(filter(None, (doing, shown.beside))), shown.rank.short)
    return Content.styled(" · ".join(filter(None, said)), "$text-muted")


def _tall(shown: AnswerState, width: int) -> list[Content]:
    colour = role_variable(shown.colour)
    name = Content.assemble(
        (f"{shown.number}  {shown.model}", "$text bold"), (f"  {shown.role or ''}", colour)
    )
    mark = "✓" if shown.state == "done" else DOTS.get(shown.state, "●") if not shown.ended else "✗"
    state = Content.assemble(
        (f"{mark} ", colour if shown.state else "$text-muted"),
        (shown.state, "$text"),
        (f"  {shown.beside}" if shown.beside else "", "$text-muted"),
    )
    if name.cell_length + state.cell_length + 2 > width:
        name = Content.styled(f"{shown.number}  {shown.model}", "$text bold")
        name = name.truncate(max(width - state.cell_length - 2, 8), ellipsis=True)
    amount = money.cost(shown.cost) if shown.cost is not None else money.NOTHING
    free = amount == "free"
    figure = [Content(), Content.styled("free", "$text bold"), Content()] if free else cost_figure(amount)
    tokens = f"{formatting.count(shown.tokens)} tokens" if shown.tokens is not None else ""
    took = formatting.seconds(shown.seconds) if shown.seconds else ""
    room = width - figure[2].cell_length - 1
    said = (shown.rank.words, shown.rank.words.partition(",")[0], shown.rank.short)
    rank = next((words for words in said if len(words) <= room), "")
    right = (tokens, took, rank)
    return [
        ends(name, state if shown.state else "", width),
        Content(),
        *(ends(row, text, width) for row, text in zip(figure, right, strict=True)),
        Content(),
        meter(shown.rank.share, width, colour),
    ]
