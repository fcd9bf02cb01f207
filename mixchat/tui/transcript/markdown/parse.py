"""Markdown as tokens: blocks first, what is within them when it is laid out."""

import re
from functools import cache
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markdown_it.utils import EnvType

from mixchat.tui.transcript.markdown.syntax import extend

_DEEPEST: Final = 40
"""Lists and quotes within each other, beyond which text is shown as it is."""
_TASK: Final = re.compile(r"\[([ xX])\][ \t]+")


@cache
def _blocks_only() -> MarkdownIt:
    markdown = MarkdownIt("commonmark", {"html": False, "maxNesting": _DEEPEST}).enable(
        ["table", "strikethrough"]
    )
    extend(markdown)
    return markdown.disable(["inline", "text_join"], True)


def parse_blocks(source: str, env: EnvType) -> list[Token]:
    """Return the block tokens of `source`; inline tokens still hold their text only.

    Args:
        source: cleaned text.
        env: collects the link definitions.
    """
    tokens = _blocks_only().parse(source, env)
    if tokens and max(token.level for token in tokens) >= _DEEPEST - 1:
        return [_as_it_is(source)]
    return tokens


def _as_it_is(source: str) -> Token:
    """Return text that is nested deeper than the parser follows, rather than lose what it leaves out."""
    lines = source.count("\n") + 1
    return Token("code_block", "code", 0, content=source, map=[0, lines], block=True)


def parse_inline(text: str, env: EnvType) -> list[Token]:
    """Return the tokens of one paragraph's text."""
    markdown = _blocks_only()
    tokens: list[Token] = []
    markdown.inline.parse(text, markdown, env, tokens)
    return tokens


def split_task(text: str) -> tuple[bool | None, str]:
    """Return whether an item's text is a task that is done, and the text without its box."""
    match = _TASK.match(text)
    return (None, text) if match is None else (match[1] != " ", text[match.end() :])


def language_of(token: Token) -> str:
    """Return the first word after a code block's fence."""
    words = token.info.split()
    return words[0].strip("{}.").lower() if words else ""
