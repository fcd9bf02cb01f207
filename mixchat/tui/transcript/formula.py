"""LaTeX in Markdown, kept letter for letter: its backslashes and underscores are not Markdown's."""

import re
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline

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
