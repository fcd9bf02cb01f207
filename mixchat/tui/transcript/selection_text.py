"""The text of a selection."""

from collections.abc import Iterator

from textual.selection import Selection

from mixchat.tui.transcript.painter import unpacked
from mixchat.tui.transcript.render_block import BREAK, MARGIN, RenderedLine
from mixchat.tui.transcript.turn_column import RowAddress, TurnColumn
from mixchat.tui.transcript.turn_text import turn_markdown


def selected_text(column: TurnColumn, selection: Selection) -> str:
    """Return what is selected as clean text: rows that were wrapped are one line again.

    Args:
        column: the turns.
        selection: its rows are places made numbers; a missing end reaches to the end of all.
    """
    if not column.views:
        return ""
    if selection.start is None and selection.end is None:
        return "\n\n".join(turn_markdown(turn) for turn in column.turns())
    first = RowAddress(0, 0, 0) if selection.start is None else column.clamped(unpacked(selection.start.y))
    last = column.last if selection.end is None else column.clamped(unpacked(selection.end.y))
    text: list[str] = []
    for place, line in _lines(column, first, last):
        start = selection.start.x if selection.start is not None and place == first else 0
        end = selection.end.x if selection.end is not None and place == last else None
        if not line.ornament:
            text.extend((_cut(line, start, end), line.end if place != last else ""))
    return "".join(text).strip(BREAK)


def _lines(
    column: TurnColumn, first: RowAddress, last: RowAddress
) -> Iterator[tuple[RowAddress, RenderedLine]]:
    place = first
    while place <= last:
        for seen in column.window(place, 200):
            if seen.place > last:
                return
            yield seen.place, seen.line
            place = seen.place
        place, went = column.moved(place, 1)
        if not went:
            return


def _cut(line: RenderedLine, start: int, end: int | None) -> str:
    painted = line.painted
    stop = len(painted) if end is None else max(0, end - MARGIN)
    cut = line.copied(max(line.indent, start - MARGIN), stop)
    return cut.rstrip() if stop >= len(painted) else cut
