"""A reply's Markdown as it grows: finished blocks are parsed once, only the tail again."""

import re
from collections.abc import Iterator
from typing import Any, Final

from markdown_it.token import Token

from mixchat.tui.transcript.markdown.parse import language_of, parse_blocks
from mixchat.tui.transcript.sanitize import sanitize

_BLANK: Final = re.compile(r"\n[ \t]*\n\Z")
_FENCE: Final = re.compile(r" {0,3}(`{3,}|~{3,})")


class Block:
    """One top-level block.

    Args:
        tokens: the block's own and those within it, in order.
        offset: where its source begins in the document's text.
        env: the document's link definitions.
        apart: whether a blank line stands before it.
    """

    __slots__ = ("apart", "env", "offset", "tokens")

    def __init__(self, tokens: list[Token], offset: int, env: dict[str, Any], *, apart: bool) -> None:
        self.tokens = tokens
        self.offset = offset
        self.env = env
        self.apart = apart

    @property
    def kind(self) -> str:
        """The first token's type."""
        return self.tokens[0].type

    @property
    def code(self) -> str | None:
        """The text of a code block, or None for any other."""
        return self.tokens[0].content if self.kind in {"fence", "code_block"} else None

    @property
    def language(self) -> str:
        """The first word after a code block's fence."""
        return language_of(self.tokens[0])

    @property
    def line(self) -> int:
        """The first line, counted from where its parse began."""
        return (self.tokens[0].map or [0])[0]

    def uses(self, definition: str) -> bool:
        """Whether the block may refer to a link definition."""
        return any(
            token.type == "inline" and definition in " ".join(token.content.split()).upper()
            for token in self.tokens
        )


class MarkdownDocument:
    """Markdown that only grows.

    Everything before the last block that begins on a finished line is final: later text cannot change where it ends.
    """

    def __init__(self, text: str = "") -> None:
        self.text = ""
        """What came, cleaned."""
        self.env: dict[str, Any] = {}
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
        if text:
            self.append(text)
            self.finish()

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
        return self._blocks[at + 1].offset if at + 1 < len(self._blocks) else len(self.text)

    def append(self, text: str) -> None:
        """Add text at the end."""
        text = self._held + text
        self._held = "\r" if text.endswith("\r") else ""
        added = sanitize(text[: len(text) - len(self._held)])
        self.text += added
        if added and not self._grow_code(added):
            self._parse_tail()

    def finish(self) -> None:
        """Say that nothing more will come."""
        self.text += "\n" if self._held else ""
        if self._held or self._fence is not None:
            self._held = ""
            self._parse_tail()
        self._frozen = len(self._blocks)

    def _grow_code(self, added: str) -> bool:
        """Add to the code block at the end without parsing it again; false if it may have ended."""
        if self._fence is None or self._fence in self.text[self.text.rfind("\n", 0, -len(added)) + 1 :]:
            return False
        self._blocks[-1].tokens[0].content += added
        return True

    def _parse_tail(self) -> None:
        source = self.text[self._tail :]
        known = _targets(self.env)
        self.env["references"] = dict(self._definitions)
        starts = _line_starts(source)
        fresh = list(self._grouped(parse_blocks(source, self.env), starts))
        del self._blocks[self._frozen :]
        self._blocks.extend(fresh)
        finished = len(starts) - 1
        last = max((at for at, block in enumerate(fresh) if block.line < finished), default=0)
        if last:
            self._freeze(last, fresh[last])
        self._fence = self._open_fence()
        self._refresh({name for name, _ in known ^ _targets(self.env)})

    def _freeze(self, count: int, tail: Block) -> None:
        """Make `count` more blocks final; `tail` is the first that is not."""
        for name, found in self.env["references"].items():
            if name not in self._definitions and found["map"][0] < tail.line:
                self._definitions[name] = {**found, "map": [-1, -1]}
        self._frozen += count
        self._tail = tail.offset

    def _grouped(self, tokens: list[Token], starts: list[int]) -> Iterator[Block]:
        """Yield the top-level blocks."""
        group: list[Token] = []
        for token in tokens:
            group.append(token)
            if token.level == 0 and token.nesting <= 0:
                offset = self._tail + starts[(group[0].map or [0])[0]]
                apart = _BLANK.search(self.text, max(0, offset - 80), offset) is not None
                yield Block(group, offset, self.env, apart=apart)
                group = []

    def _open_fence(self) -> str | None:
        """Return the closing mark if the last block is a fenced code block that nothing closes yet."""
        if not self._blocks or self._blocks[-1].kind != "fence":
            return None
        block = self._blocks[-1]
        source = self.text[block.offset :]
        match = _FENCE.match(source)
        if match is None or block.offset + match.start(1) != block.offset or not source.endswith("\n"):
            return None
        lines = source.count("\n")
        content = block.tokens[0].content.count("\n")
        return match[1] if lines == content + 1 else None

    def _refresh(self, changed: set[str]) -> None:
        """Replace final blocks that use a link whose definition came or changed, so that they are laid out again."""
        for name in changed:
            for at, block in enumerate(self._blocks[: self._frozen]):
                if block.uses(name):
                    self._blocks[at] = Block(block.tokens, block.offset, self.env, apart=block.apart)


def _line_starts(source: str) -> list[int]:
    """Return where each line begins, and where the one after the last finished line does."""
    return [0, *(match.end() for match in re.finditer("\n", source))]


def _targets(env: dict[str, Any]) -> set[tuple[str, str]]:
    return {(name, found["href"]) for name, found in env.get("references", {}).items()}
