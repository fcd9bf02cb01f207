"""Cards in an empty chat: a key, what it does, and a click that does it."""

from collections.abc import Iterator, Sequence
from typing import Final

from msgspec import Struct
from textual.content import Content
from textual.style import Style

WIDTH: Final = 62
_KEY: Final = 9


class Card(Struct, frozen=True, kw_only=True):
    """One thing to try, or one way to begin."""

    key: str
    title: str
    aside: str = ""
    """Stands at the right end, or below the title."""
    action: str = ""
    """The action that a click does."""
    writes: str = ""
    """What a click writes into the composer instead."""
    recommended: bool = False
    """Whether it is the one way that is advised, which is then amber."""


def card_rows(
    cards: Sequence[Card], width: int, *, below: bool = False, half_rows: bool = True, apart: bool = False
) -> Iterator[Content]:
    """Yield the rows of cards of that width; `below` puts what stands beside a title in a row of its own.

    Without half rows of their own tone there is a row between cards of two rows, and above those that are to stand `apart`.
    """
    for number, card in enumerate(cards):
        if half_rows:
            yield Content.styled("▄" * width, "$panel")
        elif apart or (number and below):
            yield Content()
        for row in _lines(card, width, below=below):
            yield row.stylize("on $panel").stylize(Style.from_meta({"card": number}))
        if half_rows:
            yield Content.styled("▀" * width, "$panel")


def _lines(card: Card, width: int, *, below: bool) -> Iterator[Content]:
    tone = "$warning bold" if card.recommended else "$text bold"
    bar = ("▌  ", "$warning") if card.recommended else "   "
    left = Content.assemble(
        bar, (card.key.ljust(_KEY), tone), (card.title, "$text bold" if card.recommended else "$text")
    )
    if not below:
        aside = Content.styled(card.aside, "$text-muted")
        room = width - left.cell_length - 2
        aside = aside if aside.cell_length < room else Content()
        gap = max(width - left.cell_length - aside.cell_length - 2, 0)
        yield Content.assemble(left, " " * gap, aside, "  ").truncate(width, ellipsis=True, pad=True)
        return
    yield left.truncate(width, ellipsis=True, pad=True)
    if card.aside:
        words = Content.assemble(bar, " " * _KEY, (card.aside, "$text-muted"))
        yield words.truncate(width, ellipsis=True, pad=True)
