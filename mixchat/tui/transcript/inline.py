"""What is within a line of Markdown, as styled pieces."""

import re
from typing import Any, Final

from markdown_it.token import Token
from rich.style import Style

from mixchat.tui.transcript.line import Piece
from mixchat.tui.transcript.markdown import parse_inline
from mixchat.tui.transcript.palette import Palette

_SPECIAL: Final = re.compile(
    r"(?P<url>https?://[^\s<>\"'`]*[^\s<>\"'`.,;:!?)\]])|(?P<note>\[\^[^\]\s]+\])|(?P<br><br ?/?>)"
)
_BOLD: Final = Style(bold=True)
_ITALIC: Final = Style(italic=True)
_STRIKE: Final = Style(strike=True)
_EMPHASIS: Final = {"strong": _BOLD, "em": _ITALIC, "s": _STRIKE}


def link_style(base: Style, url: str) -> Style:
    """Return `base` as a link that the terminal knows and that a click on the transcript can read."""
    return base + Style(link=url, meta={"url": url})


def inline_pieces(text: str, env: dict[str, Any], palette: Palette, base: Style) -> list[Piece]:
    """Return a paragraph's text as pieces; line ends stay in it.

    Args:
        text: Markdown without its block.
        env: the document's link definitions.
        palette: the styles.
        base: what plain text looks like.
    """
    text = text.expandtabs(4)
    if not _marked(text):
        return _plain(text, palette, base)
    return _Painter(palette, base).paint(parse_inline(text, env))


def _marked(text: str) -> bool:
    """Whether anything in the text could be more than text."""
    return any(mark in text for mark in "*_`[\\&~!<$")


def _plain(text: str, palette: Palette, style: Style) -> list[Piece]:
    if "://" not in text and "[^" not in text and "<br" not in text:
        return [(text, style)]
    pieces: list[Piece] = []
    position = 0
    for match in _SPECIAL.finditer(text):
        pieces.append((text[position : match.start()], style))
        if match["url"]:
            pieces.append((match[0], link_style(style + palette.link, match[0])))
        elif match["note"]:
            pieces.append((match[0], style + palette.mark))
        else:
            pieces.append(("\n", style))
        position = match.end()
    pieces.append((text[position:], style))
    return [piece for piece in pieces if piece[0]]


class _Painter:
    """Walks the inline tokens with a stack of styles."""

    def __init__(self, palette: Palette, base: Style) -> None:
        self.palette = palette
        self.stack = [base]
        self.pieces: list[Piece] = []

    def paint(self, tokens: list[Token]) -> list[Piece]:
        for token in tokens:
            if token.nesting > 0:
                self._open(token)
            elif token.nesting < 0:
                self.stack.pop()
            else:
                self._leaf(token)
        return self.pieces

    def _open(self, token: Token) -> None:
        style = self.stack[-1]
        if token.type == "link_open":
            self.stack.append(link_style(style + self.palette.link, str(token.attrs.get("href", ""))))
        else:
            self.stack.append(style + _EMPHASIS.get(token.tag, _ITALIC))

    def _leaf(self, token: Token) -> None:
        style = self.stack[-1]
        match token.type:
            case "code_inline":
                self.pieces.append((token.content, style + self.palette.code))
            case "math_inline":
                self.pieces.append((token.content, style + self.palette.math))
            case "softbreak" | "hardbreak":
                self.pieces.append(("\n", style))
            case "image":
                url = str(token.attrs.get("src", ""))
                label = f"[image: {token.content}]" if token.content else "[image]"
                self.pieces.append((label, link_style(style + self.palette.link, url)))
            case _ if "link_open" in token.type or style.link:
                self.pieces.append((token.content, style))
            case _:
                self.pieces.extend(_plain(token.content, self.palette, style))
