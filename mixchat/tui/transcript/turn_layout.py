"""The parts of a turn above and below its reply."""

from collections.abc import Iterator, Sequence
from functools import partial

from markdown_it.token import Token
from msgspec import structs
from rich.cells import cell_len
from rich.style import Style

from mixchat.domain.plain_text import one_line
from mixchat.domain.turn import Citation, Seam
from mixchat.tui.transcript.markdown.document import Block, MarkdownDocument
from mixchat.tui.transcript.markdown.inline import cited, link_style
from mixchat.tui.transcript.markdown.layout import lay_out
from mixchat.tui.transcript.markdown.seams import seam_rows, split_at_seams
from mixchat.tui.transcript.markdown.unfinished import as_if_finished
from mixchat.tui.transcript.markdown.wrap import rows_of
from mixchat.tui.transcript.palette import RenderStyle
from mixchat.tui.transcript.pictures import Pictures
from mixchat.tui.transcript.render_block import (
    CARD_BOTTOM,
    CARD_TOP,
    MARGIN,
    Piece,
    RenderBlock,
    RenderedLine,
)
from mixchat.tui.transcript.turn_summary import TurnSummary

_WIDE = frozenset({"table_open", "fence", "code_block"})
"""Kinds of block that use the whole width; prose stops where lines can still be read."""
_FIGURE = 8
"""Cells of a time; a cost has two more, so that every figure of the chat ends in one column."""


def head_parts(
    summary: TurnSummary, opened: frozenset[str], pictures: Pictures | None = None
) -> Iterator[RenderBlock]:
    """Yield what stands before the reply: prompt, pictures, header, what went wrong on the way, folds.

    An answer that is shown without its prompt has no header either: both stand above it once.
    """
    if summary.prompt or summary.files:
        asked = ("prompt", summary.prompt, summary.files)
        yield RenderBlock(asked, "prompt", partial(_prompt, summary), text=summary.prompt)
        for digest in summary.images:
            if pictures is not None and (picture := pictures.get(digest)) is not None:
                yield RenderBlock(("picture", digest), "picture", picture.lines, text="", rows=picture.rows)
        head = (summary.role, summary.title, summary.facts, summary.suffix)
        yield RenderBlock(("header", *head), "header", partial(_header, summary), text="", rows=1)
    for hop in summary.hops:
        yield RenderBlock(("hop", hop), "note", partial(_hop, hop), text=hop)
    for notice in summary.notices:
        yield RenderBlock(("notice", notice), "note", partial(_notice, notice), text=notice)
    if summary.plan:
        yield _fold("plan", summary.planned, summary.plan, opened=opened)
    if summary.thinking:
        yield _fold("thinking", summary.thought, summary.thinking, opened=opened)


def foot_parts(summary: TurnSummary) -> Iterator[RenderBlock]:
    """Yield what stands after the reply: sources, and how it ended if not well."""
    if summary.citations:
        yield RenderBlock(
            ("sources", summary.citations), "sources", partial(_sources, summary.citations),
            text="\n".join(source.url for source in summary.citations), gap=True,
        )  # fmt: skip
    if summary.failure:
        yield RenderBlock(
            ("failure", summary.failure, summary.stopped, summary.under_way), "failure", partial(_failure, summary),
            text=summary.failure, gap=True,
        )  # fmt: skip


def _prompt(summary: TurnSummary, width: int, look: RenderStyle) -> list[RenderedLine]:
    palette = look.palette
    lines = rows_of([(summary.prompt.expandtabs(4), palette.prompt)], width)
    for file in summary.files:
        lines.extend(rows_of([("+ ", palette.prompt_bar), (file, palette.prompt)], width))
    limit = MARGIN + width
    for line in lines:
        line.fill, line.limit = palette.prompt, limit
    if not look.half_rows:
        return lines
    top, bottom = (
        RenderedLine([], ornament=True, fill=palette.card_edge, edge=edge, limit=limit)
        for edge in ((CARD_TOP, CARD_BOTTOM) if palette.has_cards else "  ")
    )
    return [top, *lines, bottom]


def _header(summary: TurnSummary, width: int, look: RenderStyle) -> list[RenderedLine]:
    """Return the role and the model at the left, and what it took and cost in one column at the right."""
    palette = look.palette
    model, *figures = summary.facts or ("",)
    left: list[Piece] = []
    if summary.title:
        left.append((summary.title, palette.role(summary.role) + Style(bold=True)))
    left += [("  " if left else "", palette.muted), (model, palette.muted)]
    if summary.suffix:
        left.append((f"  {summary.suffix}", palette.muted))
    right = [(figure.rjust(_FIGURE), palette.muted) for figure in figures[:-1]]
    right += [(figure.rjust(_FIGURE + 2), palette.text) for figure in figures[-1:]]
    used, wanted = (sum(cell_len(text) for text, _ in pieces) for pieces in (left, right))
    if used + 1 + wanted <= width:
        pieces = [*left, (" " * (width - used - wanted), palette.muted), *right]
    else:
        pieces = [*left, *[(f"  {text.strip()}", style) for text, style in right]]
    return [_as_ornament(line) for line in rows_of(pieces, width)]


def _as_ornament(line: RenderedLine) -> RenderedLine:
    line.ornament = True
    return line


def _hop(hop: str, width: int, look: RenderStyle) -> list[RenderedLine]:
    return rows_of([("↪ ", look.palette.muted), (hop, look.palette.muted)], width)


def _notice(notice: str, width: int, look: RenderStyle) -> list[RenderedLine]:
    return rows_of([("· ", look.palette.faint), (notice, look.palette.muted)], width)


def _fold(name: str, summary: str, text: str, *, opened: frozenset[str]) -> RenderBlock:
    is_open = name in opened
    make = partial(_folded, name, summary, text if is_open else "")
    key = (name, summary, is_open, len(text) if is_open else 0)
    rows = None if is_open else 1
    return RenderBlock(key, "plan" if name == "plan" else "thinking", make, text=text, rows=rows)


def _folded(name: str, summary: str, text: str, width: int, look: RenderStyle) -> list[RenderedLine]:
    palette = look.palette
    toggle = Style(meta={"fold": name})
    title = f"{'▾' if text else '▸'} {summary}"
    lines = [_as_ornament(rows_of([(title, palette.muted + toggle)], width)[0])]
    if text:
        bar = [("│ ", palette.rule)]
        inner = rows_of([(text.strip().expandtabs(4), palette.muted + Style(italic=True))], max(1, width - 2))
        lines.extend(line.behind(bar, ornament=True) for line in inner)
    return lines


def _sources(citations: tuple[Citation, ...], width: int, look: RenderStyle) -> list[RenderedLine]:
    palette = look.palette
    lines: list[RenderedLine] = []
    margin = len(str(len(citations))) + 3
    for number, source in enumerate(citations, 1):
        url = one_line(source.url)
        title = one_line(source.title) if source.title else ""
        pieces: list[Piece] = [(title or url, link_style(palette.link, url))]
        if title:
            pieces.append((f"  {url}", link_style(palette.muted, url)))
        mark = f"[{number}] ".rjust(margin)
        for at, line in enumerate(rows_of(pieces, max(1, width - margin))):
            lines.append(line.behind([(" " * margin if at else mark, palette.mark)], ornament=False))
    return lines


def _failure(summary: TurnSummary, width: int, look: RenderStyle) -> list[RenderedLine]:
    palette = look.palette
    mark = "● " if summary.under_way else "■ " if summary.stopped else "✗ "
    style = palette.error if mark == "✗ " else palette.muted
    return rows_of([(mark, style), (summary.failure, style)], width)


class ReplyLayout:
    """A reply as it stands.

    Args:
        document: its text.
        seams: in order, each with its offset in the document's text.
        sources: the addresses that `[1]`, `[2]` and so on in it lead to.
        known: the parts of blocks that are final, for the same sources; those that have become final are added.
    """

    def __init__(
        self,
        document: MarkdownDocument,
        seams: Sequence[Seam],
        sources: tuple[str, ...],
        known: dict[Block, RenderBlock],
    ) -> None:
        self._document = document
        self._seams = seams
        self._sources = sources
        self._known = known

    def steady(self, first: int) -> Iterator[RenderBlock]:
        """Yield the parts of the blocks from `first` on that nothing can change: final, and above every seam."""
        limit = self._seams[0].offset if self._seams else self._document.length
        for at in range(first, self._document.frozen):
            if self._document.end(at) > limit:
                return
            yield self._part(at)

    def parts(self, first: int = 0) -> Iterator[RenderBlock]:
        """Yield the blocks from `first` on and the seams, from top to bottom."""
        due = list(self._seams)
        for at in range(first, len(self._document.blocks)):
            if due and due[0].offset < self._document.end(at):
                within = [seam for seam in due if seam.offset < self._document.end(at)]
                del due[: len(within)]
                yield from self._seamed(at, within)
            else:
                yield self._part(at)
        yield from map(_seam, due)

    def _part(self, at: int) -> RenderBlock:
        block = self._document.blocks[at]
        part = self._known.get(block)
        if part is None:
            part = self._block(at, None, ())
            if at < self._document.frozen:
                self._known[block] = part
        return part

    def _seamed(self, at: int, within: list[Seam]) -> Iterator[RenderBlock]:
        """Yield a block with its seams: above it, in it, or below it."""
        block = self._document.blocks[at]
        source = self._document.text[block.offset : self._document.end(at)]
        offsets = tuple(max(0, seam.offset - block.offset) for seam in within)
        above, inside, tokens = split_at_seams(block.tokens, source, offsets)
        own = tuple(within[above : above + inside])
        yield from map(_seam, within[:above])
        yield self._block(at, tokens if own else None, own)
        yield from map(_seam, within[above + inside :])

    def _block(self, at: int, marked: list[Token] | None, seams: tuple[Seam, ...]) -> RenderBlock:
        """Return a block's part.

        Args:
            at: which block.
            marked: its tokens with a mark where a seam falls; none where no seam does.
            seams: as many as there are marks.
        """
        block, sources = self._document.blocks[at], self._sources
        code, text = block.code, block.text
        gap = at == 0 or block.apart or block.kind == "heading_open"
        growing = at >= self._document.frozen and (code is not None or at == len(self._document.blocks) - 1)
        if growing and not seams:
            marked = as_if_finished(block.tokens, self._document)
        numbers = cited(text, sources) if code is None else ()
        make = _BlockRows(block, marked, seams, sources, growing=growing)
        key = (id(block), len(text), gap, growing, seams, numbers)
        if code is None:
            return RenderBlock(key, "text", make, text=text, gap=gap)
        return RenderBlock(key, "code", make, text=code, gap=gap, language=block.language)


class _BlockRows:
    """Lays a block out. There may be tens of thousands, so each is one small object."""

    __slots__ = ("_block", "_growing", "_marked", "_seams", "_sources")

    def __init__(
        self, block: Block, marked: list[Token] | None, seams: tuple[Seam, ...], sources: tuple[str, ...], *, growing: bool,
    ) -> None:  # fmt: skip
        self._block = block
        self._marked = marked
        self._seams = seams
        self._sources = sources
        self._growing = growing

    def __call__(self, width: int, look: RenderStyle) -> Sequence[RenderedLine]:
        block = self._block
        tokens = block.tokens if self._marked is None else self._marked
        if self._growing:
            look = structs.replace(look, growing=True)
        if block.kind in _WIDE:
            width = max(width, look.wide)
        return lay_out(tokens, block.env, width, look, seams=self._seams, sources=self._sources)


def _seam(seam: Seam) -> RenderBlock:
    def make(width: int, look: RenderStyle) -> Sequence[RenderedLine]:
        return seam_rows(seam, width, look.palette)

    return RenderBlock(("seam", seam), "seam", make, text="", rows=1, gap=True)
