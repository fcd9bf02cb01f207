"""The parts of a turn's reply: its blocks with the seams between and inside them."""

from collections.abc import Iterator, Sequence

from markdown_it.token import Token

from mixchat.tui.transcript.cut import cut
from mixchat.tui.transcript.document import Block, Document
from mixchat.tui.transcript.inline import cited
from mixchat.tui.transcript.layout import lay_out
from mixchat.tui.transcript.line import Line
from mixchat.tui.transcript.look import Look
from mixchat.tui.transcript.part import Part
from mixchat.tui.transcript.seams import seam_rows
from mixchat.words.turn import Seam


class Reply:
    """A reply as it stands.

    Args:
        document: its text.
        seams: in order, each with its offset in the document's text.
        sources: the addresses that `[1]`, `[2]` and so on in it lead to.
        known: the parts of blocks that are final, for the same sources; those that have become final are added.
    """

    def __init__(
        self, document: Document, seams: Sequence[Seam], sources: tuple[str, ...], known: dict[Block, Part]
    ) -> None:
        self._document = document
        self._seams = seams
        self._sources = sources
        self._known = known

    def parts(self) -> Iterator[Part]:
        """Yield the blocks and seams, from top to bottom."""
        due = list(self._seams)
        for at, block in enumerate(self._document.blocks):
            if due and due[0].offset < self._document.end(at):
                within = [seam for seam in due if seam.offset < self._document.end(at)]
                del due[: len(within)]
                yield from self._seamed(at, within)
                continue
            part = self._known.get(block)
            if part is None:
                part = self._block(at, block.tokens, ())
                if at < self._document.frozen:
                    self._known[block] = part
            yield part
        yield from map(_seam, due)

    def _seamed(self, at: int, within: list[Seam]) -> Iterator[Part]:
        """Yield a block with its seams: above it, in it, or below it."""
        block = self._document.blocks[at]
        source = self._document.text[block.offset : self._document.end(at)]
        offsets = tuple(max(0, seam.offset - block.offset) for seam in within)
        above, inside, tokens = cut(block.tokens, source, offsets)
        own = tuple(within[above : above + inside])
        yield from map(_seam, within[:above])
        yield self._block(at, tokens if own else block.tokens, own)
        yield from map(_seam, within[above + inside :])

    def _block(self, at: int, tokens: list[Token], seams: tuple[Seam, ...]) -> Part:
        """Return a block's part.

        Args:
            at: which block.
            tokens: its own, marked where a seam falls.
            seams: as many as there are marks.
        """
        block, sources = self._document.blocks[at], self._sources
        code = block.code
        text = "\n".join(token.content for token in block.tokens if token.content) if code is None else code
        gap = at == 0 or block.apart or block.kind == "heading_open"
        growing = code is not None and at >= self._document.frozen
        numbers = cited(text, sources) if code is None else ()

        def make(width: int, look: Look) -> Sequence[Line]:
            if growing:
                look = Look(look.palette, look.shades, look.sketch, growing=True)
            return lay_out(tokens, block.env, width, look, seams=seams, sources=sources)

        key = (id(block), len(text), gap, growing, seams, numbers)
        if code is None:
            return Part(key, "text", make, text=text, gap=gap)
        return Part(key, "code", make, text=code, gap=gap, language=block.language)


def _seam(seam: Seam) -> Part:
    def make(width: int, look: Look) -> Sequence[Line]:
        return seam_rows(seam, width, look.palette)

    return Part(("seam", seam), "seam", make, text="", rows=1, gap=True)
