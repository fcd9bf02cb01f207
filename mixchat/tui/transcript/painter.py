"""Rows as strips: with the bar of whoever speaks, the selection, what was searched for and the cursor."""

from collections.abc import Sequence
from typing import Final

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter
from textual.selection import Selection
from textual.strip import Strip

from mixchat.tui.transcript.palette import Palette
from mixchat.tui.transcript.render_block import BLOCK, MARGIN, RenderBlock
from mixchat.tui.transcript.turn_column import RowAddress, VisibleRow

_TO_END: Final = Style(meta={"end": True})
_VIEW, _PART = 1 << 44, 1 << 22


def packed(place: RowAddress) -> int:
    """Return a place as one number in reading order, for Textual's selection, which knows rows only."""
    return place.view * _VIEW + place.part * _PART + place.row


def unpacked(number: int) -> RowAddress:
    """Return the place that `packed` made a number of."""
    view, rest = divmod(number, _VIEW)
    return RowAddress(view, *divmod(rest, _PART))


class Painter:
    """Paints rows.

    Args:
        palette: the styles.
        width: cells of a row, bar included.
    """

    def __init__(self, palette: Palette, width: int) -> None:
        self.palette = palette
        self.width = width
        self.sought = ""
        """Text to mark, in lower case."""
        self.here: tuple[int, int] | None = None
        """View and part with the match that is current."""
        self.cursor: tuple[int, int | None] | None = None
        """View and, where a single block is meant, part under the block cursor."""

    def paint(self, seen: VisibleRow, role: str | None, selection: Selection | None) -> Strip:
        """Return a row as it is painted."""
        bar, style = self._bar(seen, role)
        strip = seen.line.strip(self.width, self.palette.text, bar, style)
        if self.sought and self.sought in seen.line.painted.casefold():
            strip = self._marked(strip, seen)
        if selection is not None:
            span = selection.get_span(packed(seen.place))
            if span is not None:
                strip = self._selected(strip, seen, *span)
        return strip

    def _bar(self, seen: VisibleRow, role: str | None) -> tuple[str, Style]:
        place, part = seen.place, seen.part
        if part is None:
            return " ", self.palette.text
        if self._under_cursor(place, part):
            return "┃", self.palette.cursor
        if part.kind == "prompt":
            return BLOCK, self.palette.bar(role)
        return "▎", self.palette.role(role)

    def _under_cursor(self, place: RowAddress, part: RenderBlock) -> bool:
        if self.cursor is None or self.cursor[0] != place.view:
            return False
        return self.cursor[1] is None or (self.cursor[1] == place.part and place.row >= part.gap)

    def _marked(self, strip: Strip, seen: VisibleRow) -> Strip:
        here = self.here == (seen.place.view, seen.place.part)
        style = self.palette.found_here if here else self.palette.found
        text, start = strip.text.casefold(), -1
        while (start := text.find(self.sought, start + 1)) >= 0:
            strip = restyle(strip, start, start + len(self.sought), style)
        return strip

    def _selected(self, strip: Strip, seen: VisibleRow, start: int, end: int) -> Strip:
        if seen.line.ornament:
            return strip
        first = MARGIN + seen.line.indent
        last = len(seen.line.painted) + MARGIN
        return restyle(strip, max(start, first), last if end < 0 else min(end, last), self.palette.selection)

    def badge(self, strip: Strip, words: str) -> Strip:
        """Return the row with `words` over its right end."""
        label = f" {words} "
        room = self.width - 1 - cell_len(label)
        if room < 0:
            return strip
        cut = strip.crop(0, room)
        return Strip.join(
            [cut, Strip([Segment(label, self.palette.badge + _TO_END), Segment(" ", self.palette.text)])]
        )


class RowFilter:
    """Puts rows through the app's filters, each row once for as long as it is seen.

    A strip does it filter by filter, and keeps a strip for each: eight objects a row and filter in every frame.
    """

    def __init__(self) -> None:
        self._by: tuple[Sequence[LineFilter], Color] | None = None
        self._rows: dict[int, tuple[Strip, Strip]] = {}
        """The rows that were asked for last, by their ids, and what became of them."""

    def apply(self, strips: Sequence[Strip], filters: Sequence[LineFilter], background: Color) -> list[Strip]:
        """Return the rows as the filters leave them; the same strip for a row that was among those of the last call."""
        known = self._rows if self._by == (filters, background) else {}
        self._by, self._rows = (filters, background), {}
        for strip in strips:
            if (at := id(strip)) not in self._rows:
                self._rows[at] = known.get(at) or (strip, _filtered(strip, filters, background))
        return [self._rows[id(strip)][1] for strip in strips]


def _filtered(strip: Strip, filters: Sequence[LineFilter], background: Color) -> Strip:
    segments = list(strip)
    for line_filter in filters:
        segments = line_filter.apply(segments, background)
    return Strip(segments, strip.cell_length)


def with_offsets(strip: Strip, place: RowAddress) -> Strip:
    """Return the row with what Textual needs to select text in it."""
    return strip.apply_offsets(0, packed(place))


def restyle(strip: Strip, start: int, end: int, style: Style) -> Strip:
    """Return the row with `style` over the characters from `start` to `end`."""
    if start >= end:
        return strip
    segments: list[Segment] = []
    position = 0
    for text, own, _ in strip:
        cuts = [max(0, min(len(text), cut - position)) for cut in (start, end)]
        for part, over in (
            (text[: cuts[0]], False),
            (text[cuts[0] : cuts[1]], True),
            (text[cuts[1] :], False),
        ):
            if part:
                segments.append(Segment(part, (own or Style.null()) + style if over else own))
        position += len(text)
    return Strip(segments, strip.cell_length)
