"""Where seams fall inside a block: marks in the block's text."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final, NamedTuple

from markdown_it.token import Token

from mixchat.tui.transcript.markdown import parse_blocks, split_task

MARK: Final = "\x01"
"""Stands in a block's text where a seam falls; text that was cleaned never holds it."""
_LEAD: Final = re.compile(r"(?:\A|\n)[ \t>|#*+-]*(?:\d{1,9}[.)]?)?[ \t]*(?:\[[ xX]?\]?[ \t]*)?\Z")
"""What a line begins with before its own text: it belongs to the text after it."""
_EDGE: Final = re.compile(r"(?<=\S)(?=\s)|(?<=\s)(?=\S)|\Z")
"""Where a word ends or begins."""
_TRIES: Final = 24
"""Edges of words that a seam is moved on at most, to where it does not take Markdown apart."""


class Cut(NamedTuple):
    """A block with its seams: how many stand above it and in it, and the tokens with their marks; the rest is below."""

    above: int
    inside: int
    tokens: list[Token]


def cut(tokens: list[Token], source: str, offsets: tuple[int, ...]) -> Cut:
    """Return a top-level block with marks where its seams fall.

    A code block stays whole, and the mark stands at the end of the line that was being written. Elsewhere the mark
    moves on word by word where it would change what the Markdown means, as within a link's address.

    Args:
        tokens: the block's own and those within it.
        source: its text, up to the block after it.
        offsets: where the seams fall in `source`, in order.
    """
    offsets = tuple(offset for offset in offsets if source[offset:].strip())
    if not offsets:
        return Cut(0, 0, tokens)
    if tokens[0].type in {"fence", "code_block"}:
        return _cut_code(tokens[0], source, offsets)
    return _cut_text(tuple(token.type for token in tokens), source, offsets)


def _cut_code(code: Token, source: str, offsets: tuple[int, ...]) -> Cut:
    fences = 1 if code.type == "fence" else 0
    lines = code.content.removesuffix("\n").split("\n")
    before = [source[:offset].rstrip() for offset in offsets]
    at = [text.count("\n") - fences if text else -1 for text in before]
    above = sum(1 for line in at if line < 0)
    inside = [line for line in at if 0 <= line < len(lines)]
    for line in inside:
        lines[line] += MARK
    return Cut(above, len(inside), [code.copy(content="\n".join(lines) + "\n")])


@lru_cache(maxsize=32)
def _cut_text(kinds: tuple[str, ...], source: str, offsets: tuple[int, ...]) -> Cut:
    best = parse_blocks(source, {})
    plain = _shape(best)
    places = [_before(source, offset) for offset in offsets]
    above = sum(1 for place in places if place == 0)
    inside = shift = 0
    if tuple(token.type for token in best) != kinds:
        return Cut(above, 0, best)
    for place in places[above:]:
        for candidate in candidates(source, place + shift):
            marked = source[:candidate] + MARK + source[candidate:]
            tokens = parse_blocks(marked, {})
            if _shape(tokens) == plain and _has_marks(tokens, inside + 1):
                best, source, inside, shift = tokens, marked, inside + 1, shift + 1
                break
        else:
            break
    return Cut(above, inside, best)


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
    """Whether all marks are in text, none before the text of an item."""
    found = [token.content for token in tokens if MARK in token.content]
    return sum(text.count(MARK) for text in found) == count and not any(
        text.startswith(MARK) for text in found
    )
