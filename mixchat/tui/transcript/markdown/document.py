"""A reply's Markdown as it grows: finished blocks are parsed once, only the tail again."""

import re
from collections.abc import Iterator
from typing import Any, Final

from markdown_it.token import Token

from mixchat.domain.growing_text import GrowingText
from mixchat.domain.plain_text import sanitize
from mixchat.tui.transcript.markdown.blocks import (
    PLAIN,
    Block,
    Continuation,
    as_written,
    going_on,
    pieces,
    top_level,
)
from mixchat.tui.transcript.markdown.parse import parse_blocks

_BLANK: Final = re.compile(r"\n[ \t]*\n\Z")
_EMPTY_LINE: Final = re.compile(r"\n[ \t]*\n")
_AT_ONCE: Final = 50_000
"""Characters that are parsed at once."""
_WILD: Final = 32_000
"""Characters of a block beyond which it is shown as it was written: no person writes such a paragraph."""
_LOOSE: Final = 500
"""Final blocks whose tokens are kept as they are: the first and the last ones of the reply."""
_BEFORE: Final = 80
"""Characters before a block in which a blank line is looked for."""
_PIECE: Final = 4_000
_SLACK: Final = 200
"""Characters of a piece of such text, and how many more there may be to the end of a line or word."""
_DEFINITIONS: Final = 500
"""Link definitions beyond which a later one changes nothing that was shown before it."""
_FENCE: Final = re.compile(r" {0,3}(`{3,}|~{3,})")


class MarkdownDocument:
    """Markdown that only grows.

    Everything before the last block that begins on a finished line is final: later text cannot change where it ends.
    """

    def __init__(self, text: str = "") -> None:
        self._whole = GrowingText()
        self._recent = ""
        """The end of the text, as much of it as is looked at again: the whole would be copied with each chunk."""
        self._recent_at = 0
        """Where it begins."""
        self.env: dict[str, Any] = {}
        self.corrections = 0
        """How often a final block was replaced, since a link that it uses was defined after it."""
        self._blocks: list[Block] = []
        self._frozen = 0
        """How many of the blocks are final."""
        self._tail = 0
        """Where the text that is still parsed again begins."""
        self._held = ""
        self._definitions: dict[str, Any] = {}
        """The link definitions before the tail."""
        self._fence: str | None = None
        """The mark that closes the code block that the tail is, while it is one and open."""
        self._going_on = Continuation()
        """What the tail goes on with, where it is a piece of a list or table."""
        self._plain: int | None = None
        """Where text ends at the earliest that is shown as it was written, while the tail is such text."""
        if text:
            self.append(text)
            self.finish()

    @property
    def text(self) -> str:
        """What came, cleaned."""
        return str(self._whole)

    @property
    def length(self) -> int:
        """How many characters that is."""
        return len(self._whole)

    def ends_with(self, ends: tuple[str, ...]) -> bool:
        """Whether the text ends with one of these."""
        return self._recent.endswith(ends)

    def _from(self, start: int) -> str:
        """Return the text from a place that is not before the tail."""
        return self._recent[start - self._recent_at :]

    def _grow(self, text: str) -> None:
        self._whole.append(text)
        at = max(0, self._tail - _BEFORE)
        self._recent = self._recent[at - self._recent_at :] + text
        self._recent_at = at

    def _is_apart(self, offset: int) -> bool:
        """Whether a blank line stands before a place that is not before the tail."""
        end = offset - self._recent_at
        return _BLANK.search(self._recent, max(0, end - _BEFORE), end) is not None

    @property
    def blocks(self) -> list[Block]:
        """Every block so far."""
        return self._blocks

    @property
    def frozen(self) -> int:
        """How many blocks, from the first, will not change."""
        return self._frozen

    def end(self, at: int) -> int:
        """Return where the source of a block ends: at the next block, or with the text."""
        return self._blocks[at + 1].offset if at + 1 < len(self._blocks) else self.length

    def append(self, text: str) -> None:
        """Add text at the end."""
        text = self._held + text
        self._held = "\r" if text.endswith("\r") else ""
        added = sanitize(text[: len(text) - len(self._held)])
        for start in range(0, len(added), _AT_ONCE):
            part = added[start : start + _AT_ONCE]
            self._grow(part)
            if not self._grow_code(part):
                self._parse_tail()

    def finish(self) -> None:
        """Say that nothing more will come."""
        self._grow("\n" if self._held else "")
        if self._held or self._fence is not None:
            self._held = ""
            self._parse_tail()
        self._frozen = len(self._blocks)

    def _grow_code(self, added: str) -> bool:
        """Add to the code block at the end without parsing it again; false if it may have ended."""
        if self._fence is None or self._fence in self._recent[self._recent.rfind("\n", 0, -len(added)) + 1 :]:
            return False
        self._blocks[-1].grow(added)
        return True

    def _parse_tail(self) -> None:
        """Parse again what may still change; what is too wild for Markdown is shown as it was written."""
        while self._plain is None or self._take_plain(self._plain):
            self._plain = None
            wild = self._parse()
            if wild is None:
                return
            del self._blocks[self._frozen :]
            self._going_on = Continuation()
            self._plain = wild + _WILD

    def _parse(self) -> int | None:
        """Parse the tail; return where a block begins that is too large, with everything before it final."""
        head = self._going_on.head
        source = head + self._from(self._tail)
        known = _targets(self.env)
        self.env["references"] = dict(self._definitions)
        starts = _line_starts(source)
        fresh = list(self._grouped(parse_blocks(source, self.env), source, starts))
        del self._blocks[self._frozen :]
        self._blocks.extend(fresh)
        ends = [*(block.offset for block in fresh[1:]), self.length]
        for at, (block, end) in enumerate(zip(fresh, ends, strict=False)):
            if end - block.offset > _WILD and block.code is None:
                self._freeze(at, block)
                return block.offset
        if not fresh and len(source) > _WILD:
            return self._tail
        finished = len(starts) - 1
        last = max((at for at, block in enumerate(fresh) if block.line < finished), default=0)
        if last:
            self._freeze(last, fresh[last])
        self._fence = self._open_fence()
        self._refresh({name for name, _ in known ^ _targets(self.env)})
        return None

    def _take_plain(self, least: int) -> bool:
        """Cut text that is shown as it was written into pieces; return whether its end has come, with a blank line."""
        end = _EMPTY_LINE.search(self._recent, max(self._tail, least - 1) - self._recent_at)
        stop = end.end() + self._recent_at if end is not None else self.length
        del self._blocks[self._frozen :]
        while self._tail < stop and (end is not None or stop - self._tail > _PIECE + _SLACK):
            cut = self._cut(stop)
            self._blocks.append(self._written(self._tail, cut))
            self._frozen += 1
            self._tail = cut
        if self._tail < stop:
            self._blocks.append(self._written(self._tail, stop))
        return end is not None

    def _cut(self, stop: int) -> int:
        """Return where the next piece ends: with a line or a word, where there is one near."""
        least = self._tail + _PIECE
        if least + _SLACK >= stop:
            return stop
        at = least - self._recent_at
        found = (self._recent.find(mark, at, at + _SLACK) for mark in "\n ")
        return next((place + 1 + self._recent_at for place in found if place >= 0), least)

    def _written(self, start: int, stop: int) -> Block:
        before = self._blocks[-1].kind if self._blocks else ""
        apart = before != PLAIN and self._is_apart(start)
        text = self._recent[start - self._recent_at : stop - self._recent_at]
        return Block([as_written(text, [0, 0])], start, self.env, apart=apart)

    def _freeze(self, count: int, tail: Block) -> None:
        """Make `count` more blocks final; `tail` is the first that is not."""
        for name, found in self.env["references"].items():
            if name not in self._definitions and found["map"][0] < tail.line:
                self._definitions[name] = {**found, "map": [-1, -1]}
        for block in self._blocks[max(_LOOSE, self._frozen - _LOOSE) : max(0, self._frozen + count - _LOOSE)]:
            block.pack()
        self._frozen += count
        self._tail = tail.offset
        self._going_on = going_on(tail)

    def _grouped(self, tokens: list[Token], source: str, starts: list[int]) -> Iterator[Block]:
        """Yield the top-level blocks, and the pieces of long ones."""
        before = self._tail - len(self._going_on.head)
        for at, group in enumerate(top_level(tokens)):
            for piece in pieces(group, source, starts, self._going_on if at == 0 else Continuation()):
                offset = before + starts[(piece[0].map or [0])[0]]
                yield Block(piece, offset, self.env, apart=self._is_apart(offset))

    def _open_fence(self) -> str | None:
        """Return the closing mark if the last block is a fenced code block that nothing closes yet."""
        if not self._blocks or self._blocks[-1].kind != "fence":
            return None
        block = self._blocks[-1]
        source = self._from(block.offset)
        match = _FENCE.match(source)
        if match is None or block.offset + match.start(1) != block.offset or not source.endswith("\n"):
            return None
        lines = source.count("\n")
        content = block.text.count("\n")
        return match[1] if lines == content + 1 else None

    def _refresh(self, changed: set[str]) -> None:
        """Replace final blocks that use a link whose definition came or changed, so that they are laid out again."""
        if not changed or len(self._definitions) > _DEFINITIONS:
            return
        for at, block in enumerate(self._blocks[: self._frozen]):
            if block.uses(changed):
                self._blocks[at] = Block(block.tokens, block.offset, self.env, apart=block.apart)
                self.corrections += 1


def _line_starts(source: str) -> list[int]:
    """Return where each line begins, and where the one after the last finished line does."""
    return [0, *(match.end() for match in re.finditer("\n", source))]


def _targets(env: dict[str, Any]) -> set[tuple[str, str]]:
    return {(name, found["href"]) for name, found in env.get("references", {}).items()}
