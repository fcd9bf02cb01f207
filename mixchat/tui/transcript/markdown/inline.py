"""What is within a line of Markdown, as styled pieces."""

import re
from typing import Any, Final

from markdown_it.token import Token
from msgspec import Struct
from rich.style import Style

from mixchat.tui.transcript.markdown.addresses import ADDRESS, trimmed
from mixchat.tui.transcript.markdown.formula import in_line, in_rows
from mixchat.tui.transcript.markdown.notation import lowered, raised
from mixchat.tui.transcript.markdown.parse import parse_inline
from mixchat.tui.transcript.palette import Palette
from mixchat.tui.transcript.render_block import COPIED, Piece

_SPECIAL: Final = re.compile(
    rf"(?P<url>{ADDRESS})|(?P<note>\[\^[^\]\[\s]{{1,64}}\])|(?P<br><br ?/?>)"
    r"|\[(?P<source>[0-9]{1,3})\]"
)
_FEW: Final = 1_000
"""Characters of a paragraph in which no number of marks takes long."""
_BRACKETS: Final = 400
_MARKS: Final = 2_000
"""Brackets and other marks of a paragraph that are read as Markdown."""
_SOURCE: Final = re.compile(r"\[([0-9]{1,3})\]")
_BOLD: Final = Style(bold=True)
_ITALIC: Final = Style(italic=True)
_STRIKE: Final = Style(strike=True)
_EMPHASIS: Final = {
    "strong": _BOLD, "b": _BOLD, "mark": _BOLD, "em": _ITALIC, "i": _ITALIC, "s": _STRIKE, "del": _STRIKE,
    "u": Style(underline=True), "ins": Style(underline=True), "small": Style.null(),
}  # fmt: skip


def link_style(base: Style, url: str) -> Style:
    """Return `base` as a link that the terminal knows and that a click on the transcript can read."""
    return base + Style(link=url, meta={"url": url})


def _copied_as(source: str) -> Style:
    return Style(meta={COPIED: source})


def written_as(source: str, shown: str, style: Style) -> list[Piece]:
    """Return pieces that are painted as `shown` and copied as `source`, as a whole and once, wherever they wrap."""
    return [(shown[:1], style + _copied_as(source)), (shown[1:], style + _copied_as(""))]


def note_mark(label: str) -> str:
    """Return a footnote's mark: a small number, or its name in brackets."""
    return raised(label) if label.isascii() and label.isdigit() else f"[{label}]"


class Inline(Struct, frozen=True):
    """What the text within a line is painted with."""

    env: dict[str, Any]
    """The document's link definitions."""
    palette: Palette
    sources: tuple[str, ...] = ()
    """The addresses that `[1]`, `[2]` and so on lead to."""

    def pieces(self, text: str, base: Style) -> list[Piece]:
        """Return a paragraph's text as pieces; line ends stay in it.

        Args:
            text: Markdown without its block.
            base: what plain text looks like.
        """
        text = text.expandtabs(4)
        if _is_wild(text):
            return [(text, base)]
        if not _marked(text):
            return self.plain(text, base)
        return _Painter(self, base).paint(parse_inline(text, self.env))

    def plain(self, text: str, style: Style) -> list[Piece]:
        """Return text that is no Markdown as pieces, with its addresses and citations as links."""
        if "://" not in text and "[" not in text and "<br" not in text:
            return [(text, style)]
        pieces: list[Piece] = []
        position = 0
        for match in _SPECIAL.finditer(text):
            pieces.append((text[position : match.start()], style))
            if match["url"]:
                url = trimmed(match["url"])
                link = style if url.endswith("://") else link_style(style + self.palette.link, url)
                pieces.append((url, link))
                position = match.start() + len(url)
                continue
            pieces.append(self._special(match, style))
            position = match.end()
        pieces.append((text[position:], style))
        return [piece for piece in pieces if piece[0]]

    def _special(self, match: re.Match[str], style: Style) -> Piece:
        if match["note"]:
            return note_mark(match[0][2:-1]), style + self.palette.mark + _copied_as(match[0])
        if match["br"]:
            return "\n", style
        number = int(match["source"])
        if not 1 <= number <= len(self.sources):
            return match[0], style
        return match[0], link_style(style + self.palette.link, self.sources[number - 1])


def cited(text: str, sources: tuple[str, ...]) -> tuple[str, ...]:
    """Return which of a turn's sources a text may refer to by their number."""
    if not sources:
        return ()
    numbers = {int(number) for number in _SOURCE.findall(text)}
    return tuple(url for number, url in enumerate(sources, 1) if number in numbers)


def _is_wild(text: str) -> bool:
    """Whether a paragraph has more marks than a person writes, so that it is shown as it was written."""
    return len(text) > _FEW and (
        text.count("[") > _BRACKETS or sum(map(text.count, "*_~`<&$")) > _MARKS or text.count("$") > _BRACKETS
    )


def _marked(text: str) -> bool:
    """Whether anything in the text could be more than text."""
    return any(mark in text for mark in "*_`[\\&~!<$")


class _Painter:
    """Walks the inline tokens with a stack of styles."""

    def __init__(self, inline: Inline, base: Style) -> None:
        self.inline = inline
        self.palette = inline.palette
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

    def _formula(self, source: str, style: Style) -> list[Piece]:
        """Return a formula in one line; one that stands in rows of its own, as tall as it is."""
        begins = not self.pieces or self.pieces[-1][0].endswith("\n")
        rows = in_rows(source) if begins and source.startswith(("$$", "\\[")) else None
        shown = "\n".join(rows) if rows is not None else in_line(source)
        return [(source, style)] if shown is None else written_as(source, shown, style)

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
                self.pieces.extend(self._formula(token.content, style + self.palette.math))
            case "kbd":
                self.pieces.append((f" {token.content} ", style + self.palette.code))
            case "raised" | "lowered":
                scripted = raised if token.type == "raised" else lowered
                self.pieces.append((scripted(token.content), style))
            case "softbreak" | "hardbreak":
                self.pieces.append(("\n", style))
            case "image":
                url = str(token.attrs.get("src", ""))
                label = f"[image: {token.content}]" if token.content else "[image]"
                self.pieces.append((label, link_style(style + self.palette.link, url)))
            case _ if "link_open" in token.type or style.link:
                self.pieces.append((token.content, style))
            case _:
                self.pieces.extend(self.inline.plain(token.content, style))
