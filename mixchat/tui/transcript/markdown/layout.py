"""Turns the tokens of one Markdown block into rows."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from markdown_it.token import Token
from rich.cells import cell_len
from rich.style import Style

from mixchat.domain.turn import Seam
from mixchat.tui.transcript.markdown.code import CodeRows
from mixchat.tui.transcript.markdown.formula import in_rows
from mixchat.tui.transcript.markdown.inline import Inline, note_mark, written_as
from mixchat.tui.transcript.markdown.parse import language_of, split_task
from mixchat.tui.transcript.markdown.seams import Seams
from mixchat.tui.transcript.markdown.syntax import HIDDEN
from mixchat.tui.transcript.markdown.table import table_lines
from mixchat.tui.transcript.markdown.wrap import rows_of, width_of
from mixchat.tui.transcript.palette import RenderStyle
from mixchat.tui.transcript.render_block import RenderedLine, blank

_BULLETS: Final = ("•", "◦", "▪")
_LEAVES: Final = frozenset(
    {
        "paragraph_open",
        "heading_open",
        "fence",
        "code_block",
        "table_open",
        "hr",
        "math_block",
        "summary_open",
        "footnote_open",
    }
)
_SET_IN: Final = "  "
_LEAST: Final = 4
"""Cells that text keeps, however deep it is nested."""


def lay_out(
    tokens: list[Token],
    env: dict[str, Any],
    width: int,
    look: RenderStyle,
    *,
    seams: Sequence[Seam] = (),
    sources: tuple[str, ...] = (),
) -> Sequence[RenderedLine]:
    """Return the rows of a block, none wider than `width` cells.

    Args:
        tokens: the block's own and those within it.
        env: the document's link definitions.
        width: cells of a row.
        look: palette and colours.
        seams: stand where the text is marked.
        sources: the addresses that `[1]`, `[2]` and so on lead to.
    """
    return _Layout(Inline(env, look.palette, sources), look, Seams(seams, look.palette)).block(
        tokens, max(1, width), look.palette.text
    )


class _Layout:
    """One walk over a block and what is nested in it."""

    def __init__(self, inline: Inline, look: RenderStyle, seams: Seams) -> None:
        self.inline = inline
        self.seams = seams
        self.look = look
        self.palette = look.palette
        self.depth = 0

    def block(self, tokens: list[Token], width: int, base: Style) -> Sequence[RenderedLine]:
        """Return the rows of one block."""
        first = tokens[0]
        match first.type:
            case "table_open":
                return table_lines(tokens, self.inline, width, self.seams)
            case "bullet_list_open" | "ordered_list_open":
                return self._list(tokens, width, base)
            case "blockquote_open":
                return self._quote(tokens, width)
            case "heading_open" | "summary_open" | "footnote_open":
                return self._titled(tokens, width)
            case _:
                return self._leaf(tokens, width, base)

    def _leaf(self, tokens: list[Token], width: int, base: Style) -> Sequence[RenderedLine]:
        first = tokens[0]
        match first.type:
            case "fence" | "code_block":
                return CodeRows(first.content, language_of(first), width, self.look, self.seams)
            case "hr":
                return [RenderedLine([("─" * width, self.palette.rule)], ornament=True)]
            case "math_block":
                return self._formula(first.content, width)
            case "plain":
                return self._as_written(first.content, width, base)
            case _:
                return self._text(tokens, width, base)

    def _as_written(self, text: str, width: int, base: Style) -> list[RenderedLine]:
        lines = rows_of([(text.removesuffix("\n").expandtabs(4), base)], width)
        if not text.endswith("\n"):
            lines[-1].end = ""  # the line goes on in the next piece
        return lines

    def _text(self, tokens: list[Token], width: int, base: Style) -> list[RenderedLine]:
        text = next((token.content for token in tokens if token.type == "inline"), tokens[0].content)
        return self._rows(text, width, base)

    def _rows(self, text: str, width: int, base: Style) -> list[RenderedLine]:
        return self.seams.rows(text, width, lambda text: self.inline.pieces(text, base))

    def _formula(self, source: str, width: int) -> list[RenderedLine]:
        """Return a formula in rows of its own, set in; or as it was written, where it cannot be set in text."""
        rows = in_rows(source)
        room = width - len(_SET_IN)
        if rows is None or (len(rows) > 1 and max(map(cell_len, rows)) > room):
            return self.seams.rows(source, width, lambda text: [(text.expandtabs(4), self.palette.math)])
        lines = rows_of(written_as(source, "\n".join(rows), self.palette.math), max(1, room))
        for line in lines[:-1]:
            line.end = ""  # what is copied is in the first row
        return [line.behind([(_SET_IN, self.palette.text)], ornament=True) for line in lines]

    def _summary(self, text: str, width: int) -> list[RenderedLine]:
        lines = self._rows(text, max(_LEAST, width - 2), self.palette.subheading)
        return [
            line.behind([("  " if at else "▾ ", self.palette.muted)], ornament=True)
            for at, line in enumerate(lines)
        ]

    def _footnote(self, label: str, text: str, width: int) -> list[RenderedLine]:
        mark = f"{note_mark(label)} "
        lines = self._rows(text, max(_LEAST, width - len(mark)), self.palette.muted) or [
            blank(self.palette.muted)
        ]
        return [
            line.behind([(" " * len(mark) if at else mark, self.palette.mark)], ornament=False)
            for at, line in enumerate(lines)
        ]

    def _titled(self, tokens: list[Token], width: int) -> list[RenderedLine]:
        match tokens[0].type:
            case "summary_open":
                return self._summary(tokens[1].content, width)
            case "footnote_open":
                return self._footnote(tokens[0].info, tokens[1].content, width)
            case _:
                return self._heading(tokens, width)

    def _heading(self, tokens: list[Token], width: int) -> list[RenderedLine]:
        level = int(tokens[0].tag[1:])
        style = self.palette.heading if level <= 2 else self.palette.subheading
        lines = self._rows(tokens[1].content, width, style)
        if level == 1:
            widest = max((width_of(line.pieces) for line in lines if not line.ornament), default=1)
            under = min(width, widest)
            lines.append(RenderedLine([("━" * under, self.palette.rule)], ornament=True))
        return lines

    def _quote(self, tokens: list[Token], width: int) -> list[RenderedLine]:
        muted = self.palette.text + Style(italic=True)
        lines = self._children(tokens[1:-1], max(_LEAST, width - 2), muted)
        bar = [("▎", self.palette.rule), (" ", self.palette.text)]
        return [line.behind(bar, ornament=True) for line in lines]

    def _children(self, tokens: list[Token], width: int, base: Style) -> list[RenderedLine]:
        lines: list[RenderedLine] = []
        previous: list[Token] = []
        for child in _siblings(tokens):
            if child[0].type == HIDDEN:
                continue
            if _apart(previous, child):
                lines.append(blank(self.palette.text))
            lines.extend(self.block(child, width, base))
            previous = child
        return lines

    def _within(self, tokens: list[Token], width: int, base: Style, own: Style) -> list[RenderedLine]:
        """Return what stands in an item: its own text, and what is nested in it."""
        self.depth += 1
        first, rest = (tokens[:3], tokens[3:]) if own is not base else ([], tokens)
        lines = list(self.block(first, width, own)) if first else []
        if first and rest and _apart(first, rest):
            lines.append(blank(self.palette.text))
        lines.extend(self._children(rest, width, base))
        self.depth -= 1
        return lines

    def _list(self, tokens: list[Token], width: int, base: Style) -> list[RenderedLine]:
        ordered = tokens[0].type == "ordered_list_open"
        items = list(_siblings(tokens[1:-1]))
        number = int(tokens[0].attrs.get("start", 1)) if ordered else 0
        widest = len(str(number + len(items) - 1)) + 2 if ordered else 2
        bullet = _BULLETS[min(self.depth, len(_BULLETS) - 1)]
        lines: list[RenderedLine] = []
        previous: list[Token] = []
        for at, item in enumerate(items):
            if _apart(previous, item):
                lines.append(blank(self.palette.text))
            mark = f"{number + at}." if ordered else bullet
            lines.extend(self._item(item, f"{mark} ".rjust(widest), width, base))
            previous = item
        return lines

    def _item(self, tokens: list[Token], mark: str, width: int, base: Style) -> list[RenderedLine]:
        """Return an item's rows: the mark before the first, as much space before the others."""
        style, own = self.palette.muted, base
        inner = tokens[1:-1]
        if len(inner) > 1 and inner[0].type == "paragraph_open":
            done, text = split_task(inner[1].content)
            if done is not None:
                inner = [inner[0], inner[1].copy(content=text), *inner[2:]]
                box = "☑ " if done else "☐ "
                mark = mark + box if mark.strip()[0].isdigit() else box.rjust(len(mark))
                style, own = self.palette.mark, self.palette.muted if done else base
        lines = self._within(inner, max(_LEAST, width - len(mark)), base, own) or [blank(base)]
        pad = " " * len(mark)
        return [
            line.behind([(pad if at else mark, self.palette.text if at else style)], ornament=False)
            for at, line in enumerate(lines)
        ]


def _apart(above: list[Token], below: list[Token]) -> bool:
    """Whether the source has a blank line between two blocks; a list's own lines reach over it."""
    ends = [token.map[1] for token in above if token.map and token.type in _LEAVES]
    starts = below[0].map
    return bool(ends and starts and max(ends) < starts[0])


def _siblings(tokens: list[Token]) -> Iterator[list[Token]]:
    """Yield the blocks that stand side by side in `tokens`."""
    level, start = 0, 0
    for at, token in enumerate(tokens):
        level += token.nesting
        if level == 0:
            yield tokens[start : at + 1]
            start = at + 1
