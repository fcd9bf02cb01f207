"""All turns below each other: places in them, and how to get from one to another without laying out the rest."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import accumulate
from typing import Final, NamedTuple

from mixchat.domain.turn import Turn
from mixchat.tui.transcript.palette import RenderStyle
from mixchat.tui.transcript.render_block import RenderBlock, RenderedLine, blank
from mixchat.tui.transcript.turn_view import TurnView

_AT_ONCE: Final = 256
"""Turns that are read together."""
_KEPT: Final = 4_000
"""Rows whose layout is kept; beyond it, turns out of sight are laid out again when they are seen."""


class RowAddress(NamedTuple):
    """A row, by what it belongs to rather than by its number: it stays true when something above changes height."""

    view: int
    part: int
    row: int
    """Counted from the part's gap."""


class VisibleRow(NamedTuple):
    """A row with its place."""

    place: RowAddress
    line: RenderedLine
    part: RenderBlock | None
    """None for the blank row below a turn."""


class TurnColumn:
    """The turns with their heights: exact where they were seen, estimated elsewhere."""

    def __init__(self, look: RenderStyle) -> None:
        self.views: list[TurnView] = []
        self.look = look
        self.width = 80
        self.age = 0
        """Counts the changes of the look."""
        self._blank = blank(look.palette.text)
        self._heights: list[int] = []
        self._kept: dict[TurnView, None] = {}
        """Those of which something is laid out."""
        self._tops: list[int] | None = None

    def reset(self, views: list[TurnView]) -> None:
        """Show other turns."""
        self.views = views
        self._kept.clear()
        self.measure()

    def apply_style(self, look: RenderStyle) -> None:
        """Take another look; what is not seen is laid out again when it is."""
        self.look = look
        self.age += 1
        self._blank = blank(look.palette.text)

    def measure(self) -> None:
        """Estimate every height again, after a change of width."""
        self._heights = [view.height(self.width, self.age) for view in self.views]
        self._tops = None

    def touched(self, index: int) -> None:
        """Take the height of one turn again."""
        height = self.views[index].height(self.width, self.age)
        if index >= len(self._heights):
            self._heights.append(height)
        elif self._heights[index] != height:
            self._heights[index] = height
        else:
            return
        self._tops = None

    @property
    def tops(self) -> list[int]:
        """The row at which each turn starts, and last the height of all."""
        if self._tops is None:
            self._tops = [0, *accumulate(self._heights)]
        return self._tops

    @property
    def height(self) -> int:
        """Rows of all turns together."""
        return self.tops[-1]

    def at(self, row: int) -> RowAddress:
        """Return what is at a row."""
        if not self.views:
            return RowAddress(0, 0, 0)
        index = min(bisect_right(self.tops, max(0, row)) - 1, len(self.views) - 1)
        within = max(0, row) - self.tops[index]
        tops = self.views[index].tops(self.width, self.age)
        self.touched(index)
        part = min(bisect_right(tops, within) - 1, len(tops) - 1)
        return self.clamped(RowAddress(index, part, within - tops[part]))

    def row_of(self, place: RowAddress) -> int:
        """Return the row of a place."""
        if not self.views:
            return 0
        return (
            self.tops[place.view] + self.views[place.view].tops(self.width, self.age)[place.part] + place.row
        )

    def clamped(self, place: RowAddress) -> RowAddress:
        """Return the nearest place that is there."""
        if not self.views:
            return RowAddress(0, 0, 0)
        view = min(place.view, len(self.views) - 1)
        part = min(place.part, len(self.views[view].parts))
        return RowAddress(view, part, max(0, min(place.row, self.rows(view, part) - 1)))

    def rows(self, view: int, part: int) -> int:
        """Return the exact height of a part with its gap; the part after the last is the row below."""
        parts = self.views[view].parts
        if part >= len(parts):
            return 1
        one = parts[part]
        if not one.is_laid(self.width, self.age):
            one.rows(self.width, self.look, self.age)
            self.views[view].laid(part)
            self._kept[self.views[view]] = None
            self.touched(view)
        return one.height(self.width, self.age)

    def moved(self, place: RowAddress, by: int) -> tuple[RowAddress, int]:
        """Return the place `by` rows further down, or up if negative, and how far it really went."""
        return self._down(place, by) if by >= 0 else self._up(place, -by)

    def _down(self, place: RowAddress, by: int) -> tuple[RowAddress, int]:
        view, part, row = place
        left = by
        while left:
            room = self.rows(view, part) - 1 - row
            if left <= room:
                return RowAddress(view, part, row + left), by
            if part < len(self.views[view].parts):
                part += 1
            elif view < len(self.views) - 1:
                view, part = view + 1, 0
            else:
                return RowAddress(view, part, row + room), by - left + room
            left, row = left - room - 1, 0
        return RowAddress(view, part, row), by

    def _up(self, place: RowAddress, by: int) -> tuple[RowAddress, int]:
        view, part, row = place
        left = by
        while left > row:
            if part > 0:
                part -= 1
            elif view > 0:
                view -= 1
                part = len(self.views[view].parts)
            else:
                return RowAddress(view, part, 0), -(by - left + row)
            left -= row + 1
            row = self.rows(view, part) - 1
        return RowAddress(view, part, row - left), -by

    @property
    def last(self) -> RowAddress:
        """The last row of all."""
        if not self.views:
            return RowAddress(0, 0, 0)
        view = len(self.views) - 1
        return RowAddress(view, len(self.views[view].parts), 0)

    def window(self, top: RowAddress, height: int) -> list[VisibleRow]:
        """Return the rows from `top` down, at most `height`."""
        rows: list[VisibleRow] = []
        if not self.views:
            return rows
        view, part, row = top
        while len(rows) < height and view < len(self.views):
            parts = self.views[view].parts
            if part >= len(parts):
                rows.append(VisibleRow(RowAddress(view, part, 0), self._blank, None))
                view, part, row = view + 1, 0, 0
                continue
            stop = min(self.rows(view, part), row + height - len(rows))
            rows.extend([self._seen(RowAddress(view, part, at), parts[part]) for at in range(row, stop)])
            part, row = part + 1, 0
        return rows

    def _seen(self, place: RowAddress, part: RenderBlock) -> VisibleRow:
        row = place.row - part.gap
        line = self._blank if row < 0 else part.rows(self.width, self.look, self.age)[row]
        return VisibleRow(place, line, part)

    def turns(self) -> Iterator[Turn]:
        """Yield every turn; those that were not read are read by hundreds, and not kept."""
        for start in range(0, len(self.views), _AT_ONCE):
            views = self.views[start : start + _AT_ONCE]
            late = [view.late for view in views if view.late is not None]
            found: dict[str, Turn] = {}
            with suppress(KeyError):  # one that was deleted for good meanwhile; then each is read by itself
                found = (
                    {turn.id: turn for turn in late[0].reader.several([one.id for one in late])}
                    if late
                    else {}
                )
            for view in views:
                turn = found.get(view.id)
                yield view.turn if turn is None else turn

    def forget_code(self, codes: list[str]) -> None:
        """Drop the layout of the blocks that hold one of `codes`, which have their colours now."""
        for view in self._kept:
            view.forget_code(codes)

    def evict(self, seen: Sequence[VisibleRow]) -> None:
        """Forget the layout of what is out of sight when too much is kept: of other turns, and of those that are seen."""
        if sum([view.kept for view in self._kept]) <= _KEPT:
            return
        near = {self.views[row.place.view] for row in seen}
        parts = {row.part for row in seen}
        for view in self.views:
            if view in near:
                view.drop(parts)
            elif view.is_kept:
                view.forget()
                self._kept.pop(view, None)
