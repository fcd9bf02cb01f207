"""Code blocks: a panel with the language above, long lines wrapped, each row made when it is first painted."""

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import cast, overload

from rich.cells import cell_len
from rich.style import Style

from mixchat.tui.transcript.markdown.seams import MARK, Seams
from mixchat.tui.transcript.markdown.wrap import TextRow, cut, slices, wrap
from mixchat.tui.transcript.palette import Palette, RenderStyle, Shade
from mixchat.tui.transcript.render_block import BREAK, Piece, RenderedLine
from mixchat.tui.transcript.tabs import untabbed

_TAB = 4
_KEPT = 2_000
"""Rows of the code that is being written that are kept."""
_LONG = 20_000
"""Characters of a line from which it is cut where the row is full rather than between words."""


class CodeRows(Sequence[RenderedLine]):
    """The rows of one code block.

    Args:
        code: the block's text.
        language: the word after its fence; empty for none.
        width: cells to fill.
        look: palette and colours.
        seams: stand where lines are marked.
    """

    def __init__(self, code: str, language: str, width: int, look: RenderStyle, seams: Seams) -> None:
        self._palette = look.palette
        self._width = width
        self._written = cast("dict[object, RenderedLine]", look.written) if look.growing else None
        self._label = language
        self._seams: dict[int, list[tuple[int, list[RenderedLine]]]] = {}
        """By line, the rows of each of its seams and the column that they stand at."""
        if MARK in code:
            self._take(code, seams)
            code = code.replace(MARK, "")
        code = code.removesuffix("\n")
        self._lines = code.split("\n")
        self._shades: list[Shade] | None = None
        if language:
            self._colour(code, look)
        self._rows: dict[int, list[RenderedLine]] = {}
        self._starts: list[int] | None = None
        self._starts = self._row_starts()

    def _take(self, code: str, seams: Seams) -> None:
        pad = [(" ", self._palette.panel)]
        for at, line in enumerate(code.split("\n")):
            *parts, _ = line.split(MARK)
            for column in accumulate(map(len, parts)):
                rows = [
                    row.behind(pad, ornament=True) for row in seams.take(1, self._room, self._palette.panel)
                ]
                self._seams.setdefault(at, []).append((column, rows))

    def _colour(self, code: str, look: RenderStyle) -> None:
        if not look.growing:
            self._shades = look.shades(code, self._label)
        if self._shades is None:
            self._shades = look.sketch(code, self._label, growing=look.growing)

    def _row_starts(self) -> list[int] | None:
        """Return the row at which each line starts, or None where every line is one row."""
        room = self._room
        heights = [
            1 if len(line) * _TAB <= room or _is_one_row(line, room) else self._height(line)
            for line in self._lines
        ]
        for at in self._seams:
            heights[at] = len(self._seamed(at))
        if max(heights) == 1:
            return None
        return [0, *accumulate(heights)]

    def _height(self, line: str) -> int:
        line = untabbed([(line, Style.null())])[0][0]
        cells = len(line) if line.isascii() else cell_len(line)
        if cells <= self._room:
            return 1
        if cells == len(line) > _LONG:
            return -(-cells // self._room)
        return len(self._folded([(line, Style.null())]))

    def _folded(self, pieces: list[Piece]) -> list[TextRow]:
        long = sum(len(text) for text, _ in pieces) > _LONG
        return cut(pieces, self._room) if long else wrap(pieces, self._room)

    @property
    def _room(self) -> int:
        return max(1, self._width - 2)

    @property
    def _head(self) -> int:
        return 1 if self._label else 0

    def __len__(self) -> int:
        rows = len(self._lines) if self._starts is None else self._starts[-1]
        return rows + self._head

    @overload
    def __getitem__(self, index: int) -> RenderedLine: ...
    @overload
    def __getitem__(self, index: slice) -> list[RenderedLine]: ...
    def __getitem__(self, index: int | slice) -> RenderedLine | list[RenderedLine]:
        if isinstance(index, slice):
            return [self[at] for at in range(*index.indices(len(self)))]
        if not -len(self) <= index < len(self):
            raise IndexError(index)
        row = index % len(self) - self._head
        if row < 0:
            return self._heading()
        if self._starts is None:
            return self._line(row)[0]
        line = bisect_right(self._starts, row) - 1
        return self._line(line)[row - self._starts[line]]

    def _heading(self) -> RenderedLine:
        label = [(f" {self._label}", self._palette.panel_label)]
        return RenderedLine(label, ornament=True, fill=self._palette.panel)

    def _line(self, at: int) -> list[RenderedLine]:
        rows = self._rows.get(at)
        if rows is None:
            if at in self._seams:
                rows = self._seamed(at)
            else:
                pieces = self._painted(at)
                folded = [TextRow(pieces, BREAK)] if self._starts is None else self._folded(pieces)
                rows = self._kept(folded) if self._written is not None else self._padded(folded)
            self._rows[at] = rows
        return rows

    def _kept(self, folded: Sequence[TextRow]) -> list[RenderedLine]:
        """Return rows of a block that grows: the very rows that were there before, where they are the same."""
        written = self._written
        assert written is not None
        if len(written) > _KEPT:
            written.clear()
        rows: list[RenderedLine] = []
        for row in folded:
            key = (*row.pieces, row.end)
            if key not in written:
                written[key] = self._padded([row])[0]
            rows.append(written[key])
        return rows

    def _padded(self, folded: Sequence[TextRow]) -> list[RenderedLine]:
        pad = (" ", self._palette.panel)
        return [
            RenderedLine([pad, *row.pieces], indent=1, end=row.end, fill=self._palette.panel)
            for row in folded
        ]

    def _seamed(self, at: int) -> list[RenderedLine]:
        """Return the rows of a line that has seams, with theirs between its parts."""
        pieces, plain = self._painted(at), self._lines[at]
        text = "".join([part for part, _ in pieces])
        rows: list[RenderedLine] = []
        begin = 0
        for column, seam in self._seams[at]:
            before = untabbed([(plain[:column], Style.null())])[0][0] if column else ""
            cut = max(begin, len(before.rstrip()))
            after = cut + len(text[cut:]) - len(text[cut:].lstrip())
            part = self._part(pieces, begin, cut)
            if part and after < len(text):
                part[-1].end = text[cut:after]
            rows += [*part, *seam]
            begin = after if part else begin
        return rows + self._part(pieces, begin, len(text))

    def _part(self, pieces: list[Piece], begin: int, end: int) -> list[RenderedLine]:
        if begin >= end:
            return []
        return self._padded(self._folded(next(iter(slices(pieces, [(begin, end)])))))

    def _painted(self, at: int) -> list[Piece]:
        shades = self._shades
        if shades is None or at >= len(shades):
            return untabbed([(self._lines[at], self._palette.panel)])
        return untabbed([(text, token_style(self._palette, kind)) for text, kind in shades[at]])


def _is_one_row(line: str, room: int) -> bool:
    return len(line) <= room and line.isascii() and "\t" not in line


def token_style(palette: Palette, kind: str) -> Style:
    """Return the style of a token type, or of the nearest type above it."""
    tokens = palette.tokens
    while kind and kind not in tokens:
        kind = kind.rpartition(".")[0]
    return tokens[kind]
