"""One painted row, and what of it is text."""

from collections.abc import Callable, Sequence
from typing import Final, Literal

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from mixchat.tui.transcript.palette import RenderStyle
from mixchat.tui.transcript.tabs import with_tabs, without_marks

Piece = tuple[str, Style]
"""Text in one style."""

BLOCK: Final = "▌"
"""The bar that belongs to the ground beside it."""
BREAK: Final = "\n"
COPIED: Final = "copied"
"""The name, among what a style carries along, of the text that is copied for a piece instead of what is painted."""
MARGIN: Final = 3
"""Cells of the bar and the space after it."""
CARD_TOP, CARD_BOTTOM = "▄", "▀"
"""Half a row in the tone of a card: above its first row, and below its last."""


class RenderedLine:
    """A row of the transcript, without the bar at its left.

    Args:
        pieces: what is painted.
        indent: how many characters at the left are ornament and never copied.
        end: what stands between this row's text and the next row's: a line end, or what a wrap swallowed.
        ornament: the whole row is ornament.
        fill: paints the rest of the row.
        edge: the character that the whole row is made of, instead of a bar and text.
        limit: cells, bar included, at which `fill` ends; none: at the end of the row.
    """

    __slots__ = ("_strips", "edge", "end", "fill", "indent", "limit", "ornament", "pieces")

    def __init__(
        self,
        pieces: list[Piece],
        *,
        indent: int = 0,
        end: str = BREAK,
        ornament: bool = False,
        fill: Style | None = None,
        edge: str = "",
        limit: int | None = None,
    ) -> None:
        self.pieces = pieces
        self.edge = edge
        self.limit = limit
        self.indent = indent
        self.end = end
        self.ornament = ornament
        self.fill = fill
        self._strips: dict[tuple[int, Style, str, Style], Strip] = {}

    @property
    def painted(self) -> str:
        """Every character of the row, ornament included."""
        return without_marks("".join([text for text, _ in self.pieces]))

    def copied(self, start: int, stop: int) -> str:
        """Return the characters from `start` to `stop` as they are copied."""
        copied: list[str] = []
        at = 0
        for text, style in self.pieces:
            part = text[max(0, start - at) : max(0, stop - at)]
            if part and style.meta and COPIED in style.meta:
                copied.append(str(style.meta[COPIED]))
            else:
                copied.append(part)
            at += len(text)
        return with_tabs("".join(copied))

    @property
    def text(self) -> str:
        """What is copied of the row."""
        return "" if self.ornament else self.copied(self.indent, len(self.painted)).rstrip()

    def behind(self, pieces: list[Piece], *, ornament: bool) -> "RenderedLine":
        """Return the row with `pieces` at its left: a bullet, an indent, a quote's bar."""
        grown = sum(len(text) for text, _ in pieces)
        indent = self.indent + grown if ornament or self.indent else 0
        return RenderedLine(
            [*pieces, *self.pieces], indent=indent, end=self.end, ornament=self.ornament, fill=self.fill
        )

    def strip(self, width: int, ground: Style, bar: str, bar_style: Style) -> Strip:
        """Return the row as it is painted, `width` cells wide, with its bar; kept while it is seen."""
        key = (width, ground, bar, bar_style)
        found = self._strips.get(key)
        if found is None:
            if len(self._strips) >= 8:
                self._strips.clear()
            found = self._strips[key] = self._render(width, ground, bar, bar_style)
        return found

    def forget(self) -> None:
        """Drop what was rendered: a strip is many times as large as its row."""
        self._strips.clear()

    def _render(self, width: int, ground: Style, bar: str, bar_style: Style) -> Strip:
        fill = self.fill or ground
        end = min(width - 1, self.limit or width)
        if self.edge:
            return Strip([Segment(self.edge * end, fill), Segment(" " * (width - end), ground)], width)
        beside = self.fill if bar == BLOCK and self.fill else ground
        segments = [Segment(bar, bar_style), Segment(" " * (MARGIN - 1), beside)]
        segments.extend([Segment(without_marks(text), style) for text, style in self.pieces if text])
        used = sum([cell_len(segment.text) for segment in segments])
        if used > width:
            return Strip(segments, used).crop(0, width)
        if used < end:
            segments.append(Segment(" " * (end - used), fill))
            used = end
        if used < width:
            segments.append(Segment(" " * (width - used), ground))
        return Strip(segments, width)


def blank(style: Style) -> RenderedLine:
    """Return an empty row that is copied as one."""
    return RenderedLine([("", style)])


Kind = Literal[
    "prompt", "picture", "header", "note", "thinking", "plan", "text", "code", "seam", "sources", "failure"
]
Make = Callable[[int, RenderStyle], Sequence[RenderedLine]]


class RenderBlock:
    """A block of rows.

    Args:
        key: equal keys mean equal rows, so that a layout is kept from one look at the turn to the next.
        kind: what it is.
        make: lays it out for a width.
        text: its source, for searching and copying, and to estimate its height.
        gap: whether a blank row stands above it.
        rows: its height, where that is known without the text.
        language: what a code block says it is.
    """

    __slots__ = (
        "_height", "_made", "_rows", "breaks", "gap", "key", "kind", "language", "make", "size", "text",
    )  # fmt: skip

    def __init__(
        self, key: object, kind: Kind, make: Make, *,
        text: str, gap: bool = False, rows: int | None = None, language: str = "",
    ) -> None:  # fmt: skip
        self.key = key
        self.kind: Kind = kind
        self.make = make
        self.text = text
        self.language = language
        self.gap = gap
        self.size = len(text) if rows is None else 0
        self.breaks = text.count("\n") if rows is None else rows - 1
        self._rows: Sequence[RenderedLine] | None = None
        self._height = 0
        self._made: tuple[int, int] | None = None
        """For which width and look the height is known."""

    def rows(self, width: int, look: RenderStyle, age: int) -> Sequence[RenderedLine]:
        """Return the rows, laid out now if they were not for this width and look.

        Args:
            width: cells that a row may fill.
            look: palette and colours.
            age: the look's number; another number means that it changed.
        """
        if self._rows is None or self._made != (width, age):
            self._rows = self.make(width, look)
            self._made = (width, age)
            self._height = len(self._rows) + self.gap
        return self._rows

    def height(self, width: int, age: int) -> int:
        """Return how many rows it has with its gap: exactly if it was laid out, else about."""
        if self._made == (width, age):
            return self._height
        return self.size // max(1, width) + self.breaks + 1 + self.gap

    def is_laid(self, width: int, age: int) -> bool:
        """Whether the height is exact."""
        return self._made == (width, age)

    @property
    def kept(self) -> int:
        """How many rows are kept."""
        return len(self._rows) if self._rows is not None else 0

    def forget(self) -> None:
        """Drop the rows; how many there were stays known."""
        self._rows = None
