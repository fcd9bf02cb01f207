"""Breaks styled text into rows, by cells rather than characters."""

import re
from collections.abc import Iterator
from itertools import accumulate
from typing import Final, NamedTuple

from rich.cells import cell_len, split_graphemes

from mixchat.tui.transcript.render_block import BREAK, Piece, RenderedLine

_WIDE: Final = (
    "\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60"
    "\uffe0-\uffe6\U00020000-\U0003fffd"
)
_CLOSING: Final = "、。，．：；？！）］｝」』】〉》\u0300-\u036f\u200d\ufe00-\ufe0f"
"""What must not begin a row: closing punctuation, and what joins the character before it."""
_WORD: Final = re.compile(r"\s*\S+")
_WIDE_WORD: Final = re.compile(rf"\s*(?:[{_WIDE}][{_CLOSING}]*|[^\s{_WIDE}]+)")


class TextRow(NamedTuple):
    """One row of wrapped text."""

    pieces: list[Piece]
    end: str
    """What stood between this row and the next: a line end, a space, or nothing within a long word."""


def wrap(pieces: list[Piece], width: int) -> list[TextRow]:
    """Return the rows of `pieces`, none wider than `width` cells (one character at least)."""
    text = "".join([part for part, _ in pieces])
    width = max(1, width)
    if "\n" not in text and len(text) <= width and (text.isascii() or cell_len(text) <= width):
        return [TextRow(pieces, BREAK)]
    cuts = list(_cuts(text, width))
    return [
        TextRow(row, end)
        for row, (_, _, end) in zip(
            slices(pieces, [(start, stop) for start, stop, _ in cuts]), cuts, strict=True
        )
    ]


def cut(pieces: list[Piece], width: int) -> list[TextRow]:
    """Return the rows of one very long line, cut wherever they are full: what has no words to break at."""
    text = "".join([part for part, _ in pieces])
    width = max(1, width)
    cells = len(text) if text.isascii() else cell_len(text)
    ends = list(accumulate(length for length, _ in _chop(text, width, cells, text.isascii())))
    spans = list(zip([0, *ends], ends, strict=False))
    rows = list(slices(pieces, spans))
    return [TextRow(row, "" if at < len(rows) - 1 else BREAK) for at, row in enumerate(rows)]


def rows_of(pieces: list[Piece], width: int) -> list[RenderedLine]:
    """Return wrapped text as rows."""
    return [RenderedLine(row.pieces, end=row.end) for row in wrap(pieces, width)]


def _cuts(text: str, width: int) -> Iterator[tuple[int, int, str]]:
    """Yield where each row starts and stops in `text`, and how it ends."""
    position = 0
    for line in text.split("\n"):
        narrow = line.isascii()
        if len(line) <= width and (narrow or cell_len(line) <= width):
            yield position, position + len(line), BREAK
        else:
            yield from _line_cuts(line, width, position, narrow)
        position += len(line) + 1


def _line_cuts(line: str, width: int, origin: int, narrow: bool) -> Iterator[tuple[int, int, str]]:
    start, used, stop = 0, 0, 0
    # without the blanks at the end, from each of which a word would be looked for
    for match in (_WORD if narrow else _WIDE_WORD).finditer(line, 0, len(line.rstrip())):
        word = match[0]
        cells = len(word) if narrow else cell_len(word)
        if used + cells <= width:
            used, stop = used + cells, match.end()
            continue
        if used:
            begin = match.end() - len(word.lstrip())
            yield origin + start, origin + stop, line[stop:begin]
            start, word = begin, word.lstrip()
            cells = len(word) if narrow else cell_len(word)
        *full, (last, used) = _chop(word, width, cells, narrow)
        for length, _ in full:
            yield origin + start, origin + start + length, ""
            start += length
        stop = start + last
    yield origin + start, origin + stop, BREAK


def _chop(word: str, width: int, cells: int, narrow: bool) -> list[tuple[int, int]]:
    """Return the pieces of a word as (characters, cells), none wider than `width`."""
    if cells <= width:
        return [(len(word), cells)]
    if narrow:
        whole, rest = divmod(len(word), width)
        return [(width, width)] * whole + ([(rest, rest)] if rest else [])
    chopped: list[tuple[int, int]] = []
    length = used = 0
    for start, stop, size in split_graphemes(word)[0]:
        if used and used + size > width:
            chopped.append((length, used))
            length = used = 0
        length, used = length + stop - start, used + size
    return [*chopped, (length, used)]


def slices(pieces: list[Piece], spans: list[tuple[int, int]]) -> Iterator[list[Piece]]:
    """Yield the part of `pieces` in each span; the spans are in order and do not overlap."""
    ends = list(accumulate(len(text) for text, _ in pieces))
    index = 0
    for start, stop in spans:
        while index < len(ends) and ends[index] <= start:
            index += 1
        row: list[Piece] = []
        at = index
        while at < len(ends):
            begin = ends[at] - len(pieces[at][0])
            if begin >= stop:
                break
            row.append((pieces[at][0][max(0, start - begin) : stop - begin], pieces[at][1]))
            at += 1
        yield row


def width_of(pieces: list[Piece]) -> int:
    """Return how many cells `pieces` fill."""
    return sum([len(text) if text.isascii() else cell_len(text) for text, _ in pieces])
