"""LaTeX in Markdown, kept letter for letter: its backslashes and underscores are not Markdown's."""

import re
from functools import cache
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markdown_it.utils import EnvType

_INLINE: Final = re.compile(
    r"\$\$(?P<display>[^$]+?)\$\$"
    r"|\$(?P<dollar>[^\s$](?:[^$\n]*?[^\s$\\])?)\$(?![0-9A-Za-z])"
    r"|\\\((?P<round>.+?)\\\)"
    r"|\\\[(?P<square>.+?)\\\]",
    re.S,
)
_FENCES: Final = {"$$": "$$", "\\[": "\\]"}


def formulas(markdown: MarkdownIt) -> None:
    """Teach `markdown` the tokens `math_inline` and `math_block`."""
    markdown.inline.ruler.before("escape", "math_inline", _inline)
    markdown.block.ruler.before("fence", "math_block", _block)


def _inline(state: StateInline, silent: bool) -> bool:
    if state.src[state.pos] not in "$\\":
        return False
    match = _INLINE.match(state.src, state.pos)
    if match is None or match.end() > state.posMax:
        return False
    if not silent:
        state.push("math_inline", "", 0).content = match[0]
    state.pos = match.end()
    return True


def _block(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Take a line that opens a displayed formula, up to the line that closes it.

    A blank line before the close makes it ordinary text, so that a stray opening swallows no more than its
    paragraph; at the end of the source it is a formula that is still being written. It does not end a paragraph
    before it: whether it would could depend on text that comes after other blocks. There it is an inline formula.
    """
    if state.is_code_block(start):
        return False
    first = _line(state, start)
    close = _FENCES.get(first[:2])
    if close is None or (close in first[2:] and not first.endswith(close)):
        return False
    last = start
    if not (len(first) > 2 and first.endswith(close)):
        last = _closing(state, start + 1, end, close)
        if last is None:
            return False
    if silent:
        return True
    state.line = min(last + 1, end)
    token = state.push("math_block", "", 0)
    token.block = True
    token.content = "\n".join(_line(state, line) for line in range(start, state.line))
    token.map = [start, state.line]
    return True


def _closing(state: StateBlock, start: int, end: int, close: str) -> int | None:
    for line in range(start, end):
        text = _line(state, line)
        if not text:
            return None
        if text.endswith(close):
            return line
    return end


def _line(state: StateBlock, line: int) -> str:
    return state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]].strip()


_DEEPEST: Final = 40
"""Lists and quotes within each other, beyond which text is shown as it is."""
_TASK: Final = re.compile(r"\[([ xX])\][ \t]+")


@cache
def _blocks_only() -> MarkdownIt:
    markdown = MarkdownIt("commonmark", {"html": False, "maxNesting": _DEEPEST}).enable(
        ["table", "strikethrough"]
    )
    formulas(markdown)
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
