"""Selecting text with the mouse: by character, by word with a second click, by line with a third."""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from rich.cells import split_graphemes
from textual import events
from textual.geometry import Offset
from textual.selection import Selection
from textual.timer import Timer

from mixchat.tui.terminal.input_order import LEFT
from mixchat.tui.transcript.messages import SelectionMade
from mixchat.tui.transcript.painter import packed
from mixchat.tui.transcript.render_block import BREAK, COPIED, MARGIN, RenderedLine
from mixchat.tui.transcript.scroll_pane import ScrollPane
from mixchat.tui.transcript.turn_column import RowAddress, TurnColumn

_AGAIN: Final = 0.5
"""Seconds within which another click on the same cell belongs to the one before."""
_SCROLL_EVERY: Final = 0.04
"""Seconds between two rows while the mouse is held beyond the edge."""
_WORD: Final = re.compile(r"\w+(?:['’\-]\w+)*|[^\w\s]")


class TextPlace(NamedTuple):
    """A place between two characters of a row; places compare as they are read."""

    row: RowAddress
    at: int
    """Characters before it, the bar and the margin included."""


class TextSpan(NamedTuple):
    """From one place up to another."""

    start: TextPlace
    end: TextPlace


def character_at(line: RenderedLine, cell: int) -> int:
    """Return how many characters stand before a cell of a painted row."""
    painted = line.painted
    inner = cell - MARGIN
    if inner <= 0 or painted.isascii():
        return min(max(0, cell), MARGIN + len(painted))
    used = 0
    for start, _, size in split_graphemes(painted)[0]:
        if used + size > inner:
            return MARGIN + start
        used += size
    return MARGIN + len(painted)


def word_at(line: RenderedLine, at: int) -> tuple[int, int]:
    """Return where the word around a character begins and ends: a formula is one word; empty beside every word."""
    inner = at - MARGIN
    if line.ornament or inner < line.indent:
        return at, at
    for start, end in _wholes(line):
        if start <= inner < end:
            return MARGIN + start, MARGIN + end
    for match in _WORD.finditer(line.painted, line.indent):
        if match.start() <= inner < match.end():
            return MARGIN + match.start(), MARGIN + match.end()
    return at, at


def _wholes(line: RenderedLine) -> Iterator[tuple[int, int]]:
    """Yield where what is copied as a whole begins and ends in a row: formulas and the marks of footnotes."""
    position, began = 0, None
    for text, style in line.pieces:
        copied = style.meta.get(COPIED) if style.meta else None
        if began is not None and copied != "":
            yield began, position
            began = None
        if copied is not None and began is None:
            began = position
        position += len(text)
    if began is not None:
        yield began, position


def line_at(column: TurnColumn, row: RowAddress) -> TextSpan:
    """Return the line that a row belongs to: rows that were wrapped are one line."""
    first = last = row
    while first.row and first.part == row.part:
        above = column.moved(first, -1)[0]
        if above.part != row.part or _line(column, above).end == BREAK or _line(column, above).ornament:
            break
        first = above
    while _line(column, last).end != BREAK:
        below = column.moved(last, 1)[0]
        if below == last or below.part != row.part:
            break
        last = below
    return TextSpan(TextPlace(first, 0), TextPlace(last, MARGIN + len(_line(column, last).painted)))


def _line(column: TurnColumn, row: RowAddress) -> RenderedLine:
    return column.window(row, 1)[0].line


class SelectingPane(ScrollPane):
    """A column of turns whose text the mouse selects; what is selected never leaves it."""

    ALLOW_SELECT = False
    """Textual's own selection, which takes whole widgets, has no part in it."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._anchor: TextSpan | None = None
        """What was meant where the button went down, while it is held."""
        self._clicks = 0
        """How many clicks on one cell came after each other."""
        self._clicked: tuple[Offset, float] | None = None
        self._pointer = Offset(0, 0)
        self._scrolling: Timer | None = None
        self.dragged = False
        """Whether the mouse was moved while its button was held last: then it was no click."""

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Begin to select."""
        if event.button != LEFT or not self._seen:
            return
        again = (
            self._clicked is not None
            and self._clicked[0] == event.offset
            and event.time - self._clicked[1] < _AGAIN
        )
        self._clicks = self._clicks % 3 + 1 if again else 1
        self._clicked = (event.offset, event.time)
        self._pointer = event.offset
        self.dragged = False
        self._anchor = self._meant(event.offset)
        self.capture_mouse()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Select up to the mouse; go on beyond the edge while it is held there."""
        if self._anchor is None:
            return
        if not event.button:  # it was let go where nobody saw it
            self._finish()
            return
        if event.offset == self._pointer and not self.dragged:
            return
        self._pointer = event.offset
        self.dragged = True
        self._clicked = None
        self._select()
        beyond = event.y < 0 or event.y >= self.size.height or (event.y == 0 and self._row > 0)
        if beyond and self._scrolling is None:
            self._scrolling = self.set_interval(_SCROLL_EVERY, self._scroll_on)
        elif not beyond:
            self._stop_scrolling()

    def on_mouse_up(self, event: events.MouseUp) -> None:
        """Say what was selected."""
        if self._anchor is not None:
            if self.dragged or self._clicks > 1:
                self._select()
            self._finish()

    def _finish(self) -> None:
        self._stop_scrolling()
        self._anchor = None
        self.release_mouse()
        if self in self.screen.selections:
            self.post_message(SelectionMade())

    def _stop_scrolling(self) -> None:
        if self._scrolling is not None:
            self._scrolling.stop()
            self._scrolling = None

    def _scroll_on(self) -> None:
        self._scrolled(-1 if self._pointer.y <= 0 else 1)
        self._select()

    def _meant(self, offset: Offset) -> TextSpan | None:
        """Return the character, word or line under the mouse, as the clicks say."""
        if not self._seen:
            return None
        seen = self._seen[min(max(0, offset.y), len(self._seen) - 1)]
        at = character_at(seen.line, offset.x if offset.y < len(self._seen) else self.size.width)
        if self._clicks == 3:
            return line_at(self._column, seen.place)
        start, end = word_at(seen.line, at) if self._clicks == 2 else (at, at + 1)
        return TextSpan(TextPlace(seen.place, start), TextPlace(seen.place, end))

    def _select(self) -> None:
        """Select from what was meant first to what is under the mouse now."""
        here, anchor = self._meant(self._pointer), self._anchor
        if here is None or anchor is None:
            return
        start, end = min(anchor.start, here.start), max(anchor.end, here.end)
        if start == end:
            self.screen.clear_selection()
            return
        selection = Selection(Offset(start.at, packed(start.row)), Offset(end.at, packed(end.row)))
        self.screen.selections = {self: selection}
