"""The rows of seams, and of text that has a seam in it."""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import accumulate, groupby
from typing import Final, NamedTuple

from markdown_it.token import Token
from rich.style import Style

from mixchat.domain.plain_text import one_line
from mixchat.domain.turn import Seam
from mixchat.tui.transcript.markdown.parse import parse_blocks, split_task
from mixchat.tui.transcript.markdown.wrap import rows_of, slices, wrap
from mixchat.tui.transcript.palette import Palette
from mixchat.tui.transcript.render_block import Piece, RenderedLine

MARK: Final = "\x01"
"""Stands in a block's text where a seam falls; text that was cleaned never holds it."""
_LEAD: Final = re.compile(r"(?:\A|\n)[ \t>|#*+-]*(?:\d{1,9}[.)]?)?[ \t]*(?:\[[ xX]?\]?[ \t]*)?\Z")
"""What a line begins with before its own text: it belongs to the text after it."""
_EDGE: Final = re.compile(r"(?<=\S)(?=\s)|(?<=\s)(?=\S)|\Z")
"""Where a word ends or begins."""
_TRIES: Final = 24
"""Edges of words that a seam is moved on at most, to where it does not take Markdown apart."""


PaintText = Callable[[str], list[Piece]]
"""Returns a text as styled pieces."""


class SeamSplit(NamedTuple):
    """A block with its seams: how many stand above it and in it, and the tokens with their marks; the rest is below."""

    above: int
    inside: int
    tokens: list[Token]


def split_at_seams(tokens: list[Token], source: str, offsets: tuple[int, ...]) -> SeamSplit:
    """Return a top-level block with marks where its seams fall.

    A code block stays one, with the mark in the line that was being written. Elsewhere the mark moves on word by word
    where it would change what the Markdown means, as within a link's address.

    Args:
        tokens: the block's own and those within it.
        source: its text, up to the block after it.
        offsets: where the seams fall in `source`, in order.
    """
    offsets = tuple(offset for offset in offsets if source[offset:].strip())
    if not offsets:
        return SeamSplit(0, 0, tokens)
    if tokens[0].type in {"fence", "code_block"}:
        return _cut_code(tokens[0], source, offsets)
    return _cut_text(tuple(token.type for token in tokens), source, offsets)


def _cut_code(code: Token, source: str, offsets: tuple[int, ...]) -> SeamSplit:
    fences = 1 if code.type == "fence" else 0
    lines = code.content.removesuffix("\n").split("\n")
    marks: dict[int, list[int]] = {}
    above = 0
    for offset in offsets:
        before = source[:offset].rstrip()
        line = before.count("\n") - fences if before else -1
        if line < 0:
            above += 1
        elif line < len(lines):
            marks.setdefault(line, []).append(_column(lines[line], source, len(before)))
    for line, columns in marks.items():
        for column in reversed(columns):
            lines[line] = lines[line][:column] + MARK + lines[line][column:]
    inside = sum(map(len, marks.values()))
    return SeamSplit(above, inside, [code.copy(content="\n".join(lines) + "\n")])


def _column(line: str, source: str, offset: int) -> int:
    """Return where in a line of code `offset` of the source is: the source may indent what the block does not."""
    begin = source.rfind("\n", 0, offset) + 1
    end = source.find("\n", offset)
    written = source[begin : end if end >= 0 else len(source)]
    indent = len(written) - len(line) if written.endswith(line) else None
    return len(line) if indent is None else max(offset - begin - indent, 0)


@lru_cache(maxsize=32)
def _cut_text(kinds: tuple[str, ...], source: str, offsets: tuple[int, ...]) -> SeamSplit:
    best = parse_blocks(source, {})
    plain = _shape(best)
    places = [_before(source, offset) for offset in offsets]
    above = sum(1 for place in places if place == 0)
    inside = shift = 0
    if tuple(token.type for token in best) != kinds:
        return SeamSplit(above, 0, best)
    for place in places[above:]:
        for candidate in candidates(source, place + shift):
            marked = source[:candidate] + MARK + source[candidate:]
            tokens = parse_blocks(marked, {})
            if _shape(tokens) == plain and _has_marks(tokens, inside + 1):
                best, source, inside, shift = tokens, marked, inside + 1, shift + 1
                break
        else:
            break
    return SeamSplit(above, inside, best)


def _before(source: str, offset: int) -> int:
    """Return where the text ends that stands before a seam, without the bullet of what comes after it."""
    lead = _LEAD.search(source, 0, offset)
    return len(source[: lead.start() if lead else offset].rstrip())


def candidates(text: str, place: int) -> Iterator[int]:
    """Yield where a mark could stand: at the place itself, or at the edge of a word after it."""
    yield place
    for _, edge in zip(range(_TRIES), _EDGE.finditer(text, place + 1), strict=False):
        yield edge.end()


def _shape(tokens: list[Token]) -> list[tuple[object, ...]]:
    """Return what the marks must leave as it is."""
    return [
        (
            token.type, token.map, token.info, token.attrs,
            token.content.replace(MARK, ""), split_task(token.content)[0],
        )
        for token in tokens
    ]  # fmt: skip


def _has_marks(tokens: list[Token], count: int) -> bool:
    """Whether all marks are in text, none before the text of an item and none in a formula, which is set whole."""
    found = [token.content for token in tokens if MARK in token.content and token.type != "math_block"]
    return sum(text.count(MARK) for text in found) == count and not any(
        text.startswith(MARK) for text in found
    )


_RULE: Final = "───"


def seam_rows(seam: Seam, width: int, palette: Palette, ground: Style | None = None) -> list[RenderedLine]:
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
    return [RenderedLine(row.pieces, end=row.end, ornament=True, fill=ground) for row in wrap(pieces, width)]


class Seams:
    """The seams inside one block in reading order; each is taken when its mark is come upon.

    Args:
        seams: as many as the block has marks.
        palette: the styles.
    """

    def __init__(self, seams: Sequence[Seam], palette: Palette) -> None:
        self._left = iter(seams)
        self._palette = palette

    def take(self, count: int, width: int, ground: Style | None = None) -> list[RenderedLine]:
        """Return the rows of the next `count` seams."""
        rows: list[RenderedLine] = []
        for _, seam in zip(range(count), self._left, strict=False):
            rows.extend(seam_rows(seam, width, self._palette, ground))
        return rows

    def rows(self, text: str, width: int, paint: PaintText) -> list[RenderedLine]:
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
    ) -> list[RenderedLine]:
        lines: list[RenderedLine] = []
        for at, ((begin, stop), part) in enumerate(zip(spans, slices(pieces, spans), strict=True)):
            rows = rows_of(part, width) if begin < stop else []
            lines.extend(rows)
            if at < len(spans) - 1:
                if rows and spans[at + 1][0] < len(painted):
                    rows[-1].end = painted[stop : spans[at + 1][0]]
                lines.extend(self.take(1, width))
        return lines


def _spot(plain: str, place: int, pieces: list[Piece], paint: PaintText) -> int:
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
