"""The rows of seams, and of text that has a seam in it."""

from collections.abc import Callable, Sequence
from itertools import accumulate, groupby
from typing import Final

from rich.style import Style

from mixchat.tui.transcript.clean import one_line
from mixchat.tui.transcript.cut import MARK, candidates
from mixchat.tui.transcript.line import Line, Piece
from mixchat.tui.transcript.palette import Palette
from mixchat.tui.transcript.wrap import rows_of, slices, wrap
from mixchat.words.turn import Seam

_RULE: Final = "───"


def seam_rows(seam: Seam, width: int, palette: Palette, ground: Style | None = None) -> list[Line]:
    """Return the rows that say who went on writing and why.

    Args:
        seam: the seam.
        width: cells of a row.
        palette: the styles.
        ground: what lies behind the words, where it is not the transcript's own ground.
    """
    words = f" {one_line(seam.why).rstrip('.')} · continued by {one_line(seam.ref.model)} "
    behind = Style(bgcolor=ground.bgcolor) if ground else Style.null()
    rule = (_RULE, palette.rule + behind)
    pieces = [rule, (words, palette.warning + behind), rule]
    return [Line(row.pieces, end=row.end, ornament=True, fill=ground) for row in wrap(pieces, width)]


class Seams:
    """The seams inside one block in reading order; each is taken when its mark is come upon.

    Args:
        seams: as many as the block has marks.
        palette: the styles.
    """

    def __init__(self, seams: Sequence[Seam], palette: Palette) -> None:
        self._left = iter(seams)
        self._palette = palette

    def take(self, count: int, width: int, ground: Style | None = None) -> list[Line]:
        """Return the rows of the next `count` seams."""
        rows: list[Line] = []
        for _, seam in zip(range(count), self._left, strict=False):
            rows.extend(seam_rows(seam, width, self._palette, ground))
        return rows

    def rows(self, text: str, width: int, paint: Callable[[str], list[Piece]]) -> list[Line]:
        """Return wrapped text as rows, with a seam's between those before it and those after it.

        Args:
            text: Markdown without its block, with its marks.
            width: cells of a row.
            paint: makes styled pieces of Markdown.
        """
        if MARK not in text:
            return rows_of(paint(text), width)
        *parts, _ = text.split(MARK)
        plain = text.replace(MARK, "")
        pieces = paint(plain)
        painted = "".join([part for part, _ in pieces])
        spans: list[tuple[int, int]] = []
        begin = 0
        for place in accumulate(map(len, parts)):
            spot = max(begin, _spot(plain, place, pieces, paint))
            spans.append((begin, len(painted[:spot].rstrip())))
            begin = spot + len(painted[spot:]) - len(painted[spot:].lstrip())
        spans.append((begin, len(painted)))
        return self._joined(pieces, painted, spans, width)

    def _joined(
        self, pieces: list[Piece], painted: str, spans: list[tuple[int, int]], width: int
    ) -> list[Line]:
        lines: list[Line] = []
        for at, ((begin, stop), part) in enumerate(zip(spans, slices(pieces, spans), strict=True)):
            rows = rows_of(part, width) if begin < stop else []
            lines.extend(rows)
            if at < len(spans) - 1:
                if rows and spans[at + 1][0] < len(painted):
                    rows[-1].end = painted[stop : spans[at + 1][0]]
                lines.extend(self.take(1, width))
        return lines


def _spot(plain: str, place: int, pieces: list[Piece], paint: Callable[[str], list[Piece]]) -> int:
    """Return where in the painted text a seam stands that falls at `place` in its Markdown: not within a link."""
    wanted = _merged(pieces)
    for candidate in candidates(plain, place):
        marked = paint(plain[:candidate] + MARK + plain[candidate:])
        if _merged(marked) == wanted:
            return "".join([part for part, _ in marked]).index(MARK)
    return sum(len(part) for part, _ in pieces)


def _merged(pieces: list[Piece]) -> list[Piece]:
    """Return the pieces without marks, those beside each other in one style as one."""
    unmarked = [(part.replace(MARK, ""), style) for part, style in pieces]
    runs = groupby([piece for piece in unmarked if piece[0]], key=lambda piece: piece[1])
    return [("".join([part for part, _ in run]), style) for style, run in runs]
