"""Tables: columns where they fit, wrapped cells where they almost do, one record a block where they do not."""

from typing import Final

from markdown_it.token import Token
from rich.style import Style

from mixchat.tui.transcript.markdown.inline import Inline
from mixchat.tui.transcript.markdown.seams import MARK, Seams
from mixchat.tui.transcript.markdown.wrap import TextRow, width_of, wrap
from mixchat.tui.transcript.render_block import Piece, RenderedLine

_GAP: Final = "  "
_LEAST: Final = 8
"""Cells that a column needs before its text is worth wrapping."""

_Cell = list[Piece]


class _Table:
    """The cells of a table, row by row, the heading first."""

    def __init__(self, tokens: list[Token], inline: Inline) -> None:
        self.palette = palette = inline.palette
        self.rows: list[list[_Cell]] = []
        self.aligns: list[str] = []
        self.marks: list[int] = []
        """How many seams fall into each row."""
        for at, token in enumerate(tokens):
            if token.type == "tr_open":
                self.rows.append([])
                self.marks.append(0)
            elif token.type in {"th_open", "td_open"}:
                heading = token.type == "th_open"
                base = palette.subheading if heading else palette.text
                text = tokens[at + 1].content
                self.marks[-1] += text.count(MARK)
                self.rows[-1].append(inline.pieces(text.replace(MARK, ""), base))
                if heading:
                    self.aligns.append(str(token.attrs.get("style", "")).removeprefix("text-align:"))


def table_lines(tokens: list[Token], inline: Inline, width: int, seams: Seams) -> list[RenderedLine]:
    """Return the rows of a table, none wider than `width` cells; a seam stands below the row that it falls into."""
    table = _Table(tokens, inline)
    goes_on = "goes_on" in tokens[0].meta
    natural = _natural(table)
    if goes_on:  # the columns stand where the first piece has them, unless this one needs more
        first = _natural(_Table(tokens[0].meta["shared"]["first"], inline))
        natural = list(map(max, natural, first))
    room = width - len(_GAP) * (len(natural) - 1)
    if sum(min(size, _LEAST) for size in natural) > room:
        return _records(table, width, seams)
    widths = natural if sum(natural) <= room else _shared(natural, room)
    lines: list[RenderedLine] = []
    for at, row in enumerate(table.rows):
        if at or not goes_on:
            lines.extend(_row_lines(row, widths, table.aligns, table.palette.text))
        if at == 0 and not goes_on:
            rule = _GAP.join("─" * size for size in widths)
            lines.append(RenderedLine([(rule, table.palette.rule)], ornament=True))
        lines.extend(seams.take(table.marks[at], width))
    return lines


def _natural(table: _Table) -> list[int]:
    return [max(map(_widest, column)) for column in zip(*table.rows, strict=False)]


def _widest(cell: _Cell) -> int:
    return max(width_of(row.pieces) for row in wrap(cell, 10_000))


def _shared(natural: list[int], room: int) -> list[int]:
    """Return widths that fill `room`: small columns keep theirs, the wide ones share what is left."""
    widths = [0] * len(natural)
    waiting = sorted(range(len(natural)), key=natural.__getitem__)
    while waiting:
        fair = room // len(waiting)
        column = waiting.pop(0)
        widths[column] = max(1, min(natural[column], fair))
        room -= widths[column]
    return widths


def _row_lines(row: list[_Cell], widths: list[int], aligns: list[str], style: Style) -> list[RenderedLine]:
    cells = [wrap(cell, size) for cell, size in zip(row, widths, strict=False)]
    lines: list[RenderedLine] = []
    for at in range(max(map(len, cells), default=0)):
        pieces: list[Piece] = []
        for column, rows in enumerate(cells):
            content = rows[at] if at < len(rows) else TextRow([], "")
            pieces.extend(_aligned(content.pieces, widths[column], aligns[column], style))
            if column < len(cells) - 1:
                pieces.append((_GAP, style))
        lines.append(RenderedLine(pieces))
    return lines


def _aligned(pieces: list[Piece], width: int, align: str, style: Style) -> list[Piece]:
    spare = max(0, width - width_of(pieces))
    left = spare if align == "right" else spare // 2 if align == "center" else 0
    return [piece for piece in ((" " * left, style), *pieces, (" " * (spare - left), style)) if piece[0]]


def _records(table: _Table, width: int, seams: Seams) -> list[RenderedLine]:
    """Return each row as `heading: cell` lines, for when the columns cannot stand side by side."""
    palette = table.palette
    head, *rows = table.rows
    lines = seams.take(table.marks[0], width)
    for at, row in enumerate(rows or [[]]):
        if at:
            lines.append(RenderedLine([("─" * min(width, 12), palette.rule)], ornament=True))
        for title, cell in zip(head, row or [[] for _ in head], strict=False):
            pieces = [*title, (": ", palette.muted), *cell]
            lines.extend(
                RenderedLine([("  " if under else "", palette.text), *part.pieces], end=part.end)
                for under, part in enumerate(wrap(pieces, width - 2))
            )
        lines.extend(seams.take(table.marks[at + 1] if rows else 0, width))
    return lines
