"""The top-level blocks of Markdown, with long lists and tables cut into pieces that stand below each other."""

from collections.abc import Iterator
from typing import Any, Final

from markdown_it.token import Token
from msgspec import Struct, msgpack

from mixchat.tui.transcript.markdown.parse import language_of
from mixchat.tui.transcript.markdown.syntax import HIDDEN

_PIECE: Final = 100
"""Items or rows of a piece: what is finished is parsed and laid out once, however long the list becomes."""
_COLUMNS: Final = 64
"""Columns beyond which a table is shown as it was written."""
PLAIN: Final = "plain"
"""The type of a token that holds text as it was written."""


_packed = msgpack.Encoder().encode
_unpacked = msgpack.Decoder(list[Token]).decode


class Block:
    """One top-level block, or one piece of a long list or table.

    Args:
        tokens: the block's own and those within it, in order.
        offset: where its source begins in the document's text.
        env: the document's link definitions.
        apart: whether a blank line stands before it.
    """

    __slots__ = ("_packed", "_tokens", "apart", "code", "env", "kind", "language", "offset", "text")

    def __init__(self, tokens: list[Token], offset: int, env: dict[str, Any], *, apart: bool) -> None:
        self._tokens: list[Token] = tokens
        self._packed = b""
        self.offset = offset
        self.env = env
        self.apart = apart
        self.kind = tokens[0].type
        """The first token's type."""
        self.code: str | None = None
        """The text of a code block, or None for any other."""
        self.text = ""
        """What is said in it."""
        self.language = ""
        """The first word after a code block's fence."""
        if self.kind in {"fence", "code_block"}:
            self.language = language_of(tokens[0])
            self.code = self.text = tokens[0].content
        else:
            self.text = "\n".join(token.content for token in tokens if token.content)

    @property
    def tokens(self) -> list[Token]:
        """The block's tokens."""
        return _unpacked(self._packed) if self._packed else self._tokens

    def pack(self) -> None:
        """Keep the tokens as one piece of memory until they are asked for.

        A reply of megabytes has millions of them, and whoever collects garbage looks at every one.
        """
        if not self._packed and not any("shared" in token.meta for token in self._tokens):
            self._packed = _packed(self._tokens)
            self._tokens = []

    def grow(self, code: str) -> None:
        """Add lines to a code block that nothing has closed yet."""
        token = self._tokens[0]
        token.content += code
        self.code = self.text = token.content

    @property
    def line(self) -> int:
        """The first line, counted from where its parse began."""
        return (self.tokens[0].map or [0])[0]

    def uses(self, definitions: set[str]) -> bool:
        """Whether the block may refer to one of these link definitions."""
        if "[" not in self.text or self.code is not None:
            return False
        texts = [" ".join(token.content.split()).upper() for token in self.tokens if token.type == "inline"]
        return any(name in text for text in texts if "[" in text for name in definitions)


def top_level(tokens: list[Token]) -> Iterator[list[Token]]:
    """Yield the tokens of each block that stands in no other and of which something is shown."""
    group: list[Token] = []
    for token in tokens:
        group.append(token)
        if token.level == 0 and token.nesting <= 0:
            if token.type != HIDDEN:
                yield group
            group = []


class Continuation(Struct, frozen=True):
    """What a parse goes on with that begins in the middle of a list or table."""

    kind: str = ""
    """The type of the list's first token; empty where it begins with a block of its own."""
    number: int = 0
    """The number of the list's next item."""
    head: str = ""
    """The first two lines of the table."""
    shared: dict[str, Any] | None = None
    """What the table's pieces know together."""


def going_on(tail: Block) -> Continuation:
    """Return what a parse goes on with that begins with a block."""
    opening = tail.tokens[0]
    if "goes_on" not in opening.meta:
        return Continuation()
    if tail.kind == "table_open":
        shared = opening.meta["shared"]
        return Continuation(tail.kind, head=shared["head"], shared=shared)
    return Continuation(tail.kind, int(opening.attrs.get("start", 0)))


def pieces(group: list[Token], source: str, starts: list[int], before: Continuation) -> Iterator[list[Token]]:
    """Yield a block's tokens, or, of a long list or table, those of each piece.

    Args:
        group: the block's tokens.
        source: what was parsed.
        starts: where each of its lines begins.
        before: what the block goes on with.
    """
    goes_on = group[0].type == before.kind
    match group[0].type:
        case "ordered_list_open":
            first = before.number if goes_on else int(group[0].attrs.get("start", 1))
            yield from _list_pieces(group, first, ordered=True, goes_on=goes_on)
        case "bullet_list_open":
            yield from _list_pieces(group, 0, ordered=False, goes_on=goes_on)
        case "table_open":
            yield from _table_pieces(group, source, starts, before.shared if goes_on else None)
        case _:
            yield group


def _list_pieces(group: list[Token], first: int, *, ordered: bool, goes_on: bool) -> Iterator[list[Token]]:
    head, foot = group[0], group[-1]
    begins = [at for at, token in enumerate(group) if token.level == 1 and token.type == "list_item_open"]
    cuts = [at for at in range(1, len(begins)) if (first + at) % _PIECE == 0]
    for start, stop in zip([0, *cuts], [*cuts, len(begins)], strict=True):
        until = begins[stop] if stop < len(begins) else len(group) - 1
        opening = head.copy(meta={"goes_on": True} if start or goes_on else {})
        opening.map = list(group[begins[start]].map or (0, 0))
        if ordered:
            opening.attrs = {**head.attrs, "start": first + start}
        yield [opening, *group[begins[start] : until], foot]


def _table_pieces(
    group: list[Token], source: str, starts: list[int], shared: dict[str, Any] | None
) -> Iterator[list[Token]]:
    lines = group[0].map or [0, 0]
    first, *body = [at for at, token in enumerate(group) if token.type == "tr_open"]
    columns = sum(1 for token in group[first : body[0] if body else None] if token.type == "th_open")
    if columns > _COLUMNS:
        end = starts[lines[1]] if lines[1] < len(starts) else len(source)
        yield [as_written(source[starts[lines[0]] : end], lines)]
        return
    if len(body) <= _PIECE and shared is None:
        yield group
        return
    goes_on = shared is not None
    if shared is None:
        shared = {"head": source[starts[lines[0]] : starts[lines[0] + 2]]}
    for start in range(0, len(body), _PIECE):
        until = body[start + _PIECE] if start + _PIECE < len(body) else len(group) - 2
        opening = group[0].copy(meta={"shared": shared, **({"goes_on": True} if start or goes_on else {})})
        if start or goes_on:
            opening.map = list(group[body[start]].map or (0, 0))
        piece = [opening, *group[1 : body[0]], *group[body[start] : until], *group[-2:]]
        shared.setdefault("first", piece)
        yield piece


def as_written(text: str, lines: list[int]) -> Token:
    """Return text that is shown as it is."""
    return Token(PLAIN, "", 0, content=text, map=lines, block=True)
