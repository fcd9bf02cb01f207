"""What replies write beyond CommonMark: formulas, footnotes, folded parts and a few HTML tags."""

import re
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.ruler import RuleOptionsType
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


_AMOUNT: Final = re.compile(r"\d[\d.,]*(?:[kKmMbB]|\s*[-–+/]\s*)?(?:[^\\^_={}+*/<>()|]*[A-Za-z]{2}.*)?", re.S)
"""What stands between two signs of dollars where they are money: `$5 or 10$`, but not `$2n$`."""
_AT_EVERY_LINE: Final[RuleOptionsType] = {"alt": ["paragraph", "reference", "blockquote", "list"]}
HIDDEN: Final = "hidden"
"""The type of a token that stands for a line of which nothing is shown."""


def extend(markdown: MarkdownIt) -> None:
    """Teach `markdown` the tokens `math_inline`, `math_block`, `summary`, `footnote` and those of the tags."""
    markdown.inline.ruler.before("escape", "math_inline", _inline)
    markdown.inline.ruler.before("autolink", "tag", _tag)
    markdown.block.ruler.before("fence", "math_block", _block)
    markdown.block.ruler.before("fence", "details", _details, _AT_EVERY_LINE)
    markdown.block.ruler.before("reference", "footnote", _footnote, _AT_EVERY_LINE)


def _inline(state: StateInline, silent: bool) -> bool:
    if state.src[state.pos] not in "$\\":
        return False
    match = _INLINE.match(state.src, state.pos)
    if match is None or match.end() > state.posMax:
        return False
    if match["dollar"] and _AMOUNT.fullmatch(match["dollar"]):
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


_TAG: Final = re.compile(
    r"<(?P<tag>kbd|code|sub|sup|b|strong|i|em|u|ins|s|del|mark|small)>(?P<text>.{1,500}?)</(?P=tag)>", re.S
)
_EDGE: Final = re.compile(r"</?(?:details|summary)(?:\s[^<>]{0,80})?>")
_WRITTEN: Final = {"kbd": "kbd", "code": "code_inline", "sub": "lowered", "sup": "raised"}
"""Tags whose text is taken as it is, and the token that it becomes."""


def _tag(state: StateInline, silent: bool) -> bool:
    if state.src[state.pos] != "<":
        return False
    edge = _EDGE.match(state.src, state.pos)
    if edge is not None:
        state.pos = edge.end()
        return True
    match = _TAG.match(state.src, state.pos)
    if match is None or match.end() > state.posMax:
        return False
    if not silent:
        _push(state, match)
    state.pos = match.end()
    return True


def _push(state: StateInline, match: re.Match[str]) -> None:
    tag = match["tag"]
    if tag in _WRITTEN:
        state.push(_WRITTEN[tag], tag, 0).content = match["text"]
        return
    last = state.posMax
    state.push("tag_open", tag, 1)
    state.pos, state.posMax = match.span("text")
    state.md.inline.tokenize(state)
    state.push("tag_close", tag, -1)
    state.posMax = last


_DETAILS: Final = re.compile(
    r"</details>|(?P<open><details(?:\s[^<>]*)?>)?\s*(?:<summary>\s*(?P<summary>.*?)\s*</summary>)?"
)


def _details(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Take a line that opens or closes a folded part: what is folded is shown below its summary, in full."""
    if state.is_code_block(start):
        return False
    line = _line(state, start)
    match = _DETAILS.fullmatch(line) if line.startswith("<") else None
    if match is None:
        return False
    if silent:
        return True
    state.line = start + 1
    if not match["summary"]:
        state.push(HIDDEN, "", 0).map = [start, state.line]
        return True
    _container(state, "summary", "", match["summary"], [start, state.line])
    return True


_NOTE: Final = re.compile(r"\[\^(?P<label>[^\]\[\s]{1,64})\]:[ \t]*(?P<text>.*)")


def _footnote(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Take a footnote's text, up to a blank line or the next footnote."""
    match = None if state.is_code_block(start) else _NOTE.fullmatch(_line(state, start))
    if match is None:
        return False
    if silent:
        return True
    lines = [match["text"]]
    after = start + 1
    while after < end and (line := _line(state, after)) and not _NOTE.fullmatch(line):
        lines.append(line)
        after += 1
    state.line = after
    _container(state, "footnote", match["label"], "\n".join(lines).strip(), [start, after])
    return True


def _container(state: StateBlock, name: str, info: str, text: str, lines: list[int]) -> None:
    opening = state.push(f"{name}_open", "", 1)
    opening.info, opening.map = info, lines
    inside = state.push("inline", "", 0)
    inside.content, inside.map, inside.children = text, lines, []
    state.push(f"{name}_close", "", -1)
