"""A chat as one HTML file that stands by itself: no script, nothing fetched, in the colours of two themes."""

import contextlib
import re
import tomllib
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

from msgspec import Struct

from mixchat.config.theme_files import theme_paths, themes_directory
from mixchat.domain.turn import Citation, Turn
from mixchat.ledger.money import tally
from mixchat.transfer.document import ChatDocument, FileContent
from mixchat.transfer.facts import by_line, facts, moment, remarks

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.renderer import RendererHTML
    from markdown_it.token import Token

_COLOUR: Final = re.compile(r"#[0-9a-fA-F]{3,8}")
_PLACE: Final = "\ue000"
"""Stands where another model went on, until the text is HTML; no text may hold it."""
_NAMES: Final = (
    "foreground",
    "background",
    "surface",
    "panel",
    "primary",
    "accent",
    "warning",
    "error",
    "success",
)


class HtmlPalette(Struct, frozen=True):
    """The colours of a theme, by their names in its file."""

    colors: Mapping[str, str]
    roles: Mapping[str, str]

    @classmethod
    def read(cls, path: Path) -> "HtmlPalette":
        """Return the colours of a theme's file; whatever is no colour in hexadecimal is left out."""
        values = tomllib.loads(path.read_text(encoding="utf-8"))
        return cls(_colours(values.get("colors")), _colours(values.get("roles")))

    @classmethod
    def pair(cls, name: str, user: Path) -> tuple["HtmlPalette", "HtmlPalette"]:
        """Return the colours for light and for dark: the theme in use is one of them, where it can be read."""
        found = {kind: cls.read(themes_directory() / f"mixchat-{kind}.toml") for kind in ("light", "dark")}
        path = theme_paths(user).get(name)
        if path is not None:
            with contextlib.suppress(OSError, ValueError):
                values = tomllib.loads(path.read_text(encoding="utf-8"))
                kind = "dark" if values.get("dark", True) else "light"
                own = cls.read(path)
                found[kind] = cls({**found[kind].colors, **own.colors}, {**found[kind].roles, **own.roles})
        return found["light"], found["dark"]

    def variables(self) -> str:
        """Return the colours as CSS variables."""
        named = {name: self.colors[name] for name in _NAMES if name in self.colors}
        named |= {
            f"role-{name}": colour for name, colour in self.roles.items() if re.fullmatch(r"[\w-]+", name)
        }
        return "".join(f"--{name}:{colour};" for name, colour in named.items())


def to_html(document: ChatDocument, light: HtmlPalette, dark: HtmlPalette) -> str:
    """Return the branch of a chat that is shown; other answers in the same place are folded away."""
    return _Page(document).page(light, dark)


class _Page:
    def __init__(self, document: ChatDocument) -> None:
        self._chat = document
        self._files = {file.digest: file for file in document.files}
        self._markdown = _markdown()

    def page(self, light: HtmlPalette, dark: HtmlPalette) -> str:
        turns = self._chat.branch()
        title = escape(self._chat.title or "Chat")
        style = Path(__file__).with_name("page.css").read_text(encoding="utf-8")
        colours = f":root{{{light.variables()}}}@media screen and (prefers-color-scheme:dark){{:root{{{dark.variables()}}}}}"
        return (
            '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width,initial-scale=1">'
            '<meta http-equiv="Content-Security-Policy" content="default-src \'none\';'
            " style-src 'unsafe-inline'; img-src data:\">"
            '<meta name="referrer" content="no-referrer"><meta name="generator" content="mixchat">'
            f'<meta name="color-scheme" content="light dark"><title>{title}</title>'
            f"<style>{colours}\n{style}</style></head>\n<body><header><h1>{title}</h1>{self._head(turns)}</header>\n"
            f"<main>{''.join(self._turn(turn, self._chat.beside(turn)) for turn in turns)}</main></body></html>\n"
        )

    def _head(self, turns: Sequence[Turn]) -> str:
        found = facts(self._chat, turns)
        tokens = [
            f"{count:,} tokens {way}"
            for count, way in ((found.usage.input, "in"), (found.usage.output, "out"))
            if count is not None
        ]
        parts = [
            moment(self._chat.created)[:10],
            f"{len(turns)} {'turn' if len(turns) == 1 else 'turns'}",
            *tokens,
            tally(found.cost, "turn") if turns else "",
            f"{tally(found.whole_cost, 'turn')} with all branches" if found.branches > 1 else "",
        ]
        models = f"<p>{escape(', '.join(found.models))}</p>" if found.models else ""
        return f"<p>{escape(' · '.join(filter(None, parts)))}</p>{models}"

    def _turn(self, turn: Turn, beside: Sequence[Turn] = ()) -> str:
        role = (turn.decision.role if turn.decision else None) or "custom"
        colour = (
            f"var(--role-{role},var(--role-custom,var(--primary)))" if re.fullmatch(r"[\w-]+", role) else ""
        )
        others = "".join(self._other(turn, other) for other in beside)
        if others:
            label = "1 other answer" if len(beside) == 1 else f"{len(beside)} other answers"
            others = f'<details class="beside"><summary>{label}</summary>{others}</details>'
        return (
            f'<article style="--role:{colour or "var(--primary)"}">'
            f'<div class="prompt">{escape(turn.prompt)}</div>{self._attached(turn)}{self._reply(turn)}{others}</article>\n'
        )

    def _other(self, turn: Turn, other: Turn) -> str:
        asked = f'<div class="prompt">{escape(other.prompt)}</div>' if other.prompt != turn.prompt else ""
        return f'<div class="other">{asked}{self._reply(other)}</div>'

    def _reply(self, turn: Turn) -> str:
        folded = "".join(
            f"<details><summary>{name}</summary>{self._render(text)}</details>"
            for name, text in (("Plan", turn.plan), ("Thinking", turn.thinking))
            if text
        )
        said = "".join(f'<p class="remark">{escape(remark)}</p>' for remark in remarks(turn))
        return (
            f'<p class="by">{escape(by_line(turn))}</p>{folded}<div class="reply">{self._with_seams(turn)}</div>'
            f"{_sources(turn.citations)}{said}"
        )

    def _with_seams(self, turn: Turn) -> str:
        """Return the reply with a mark wherever another call went on."""
        pieces: list[str] = []
        start = 0
        for seam in turn.seams:
            pieces.append(turn.reply[start : seam.offset].replace(_PLACE, ""))
            start = seam.offset
        pieces.append(turn.reply[start:].replace(_PLACE, ""))
        html = self._render(_PLACE.join(pieces))
        for seam in turn.seams:
            mark = f'<span class="seam" title="{escape(seam.why)}">{escape(str(seam.ref))} went on</span>'
            html = html.replace(_PLACE, mark, 1)
        return html

    def _attached(self, turn: Turn) -> str:
        return "".join(
            self._file(file.path, file.media_type, self._files.get(file.digest)) for file in turn.files
        )

    def _file(self, path: str, media_type: str, content: FileContent | None) -> str:
        name = escape(path.replace("\\", "/").rpartition("/")[2])
        data = content.content() if content is not None else None
        if content is None or data is None:
            return f'<p class="file">{name}</p>'
        if media_type.startswith("image/"):
            return f'<figure><img alt="{name}" src="data:{media_type};base64,{content.data}"><figcaption>{name}</figcaption></figure>'
        if media_type != "text/plain":
            return f'<p class="file">{name}</p>'
        return (
            f"<details><summary>{name}</summary><pre>{escape(data.decode(errors='replace'))}</pre></details>"
        )

    def _render(self, text: str) -> str:
        return cast("str", self._markdown.render(text))


def _markdown() -> "MarkdownIt":
    """Return what turns Markdown into HTML: no HTML of the text's own, no picture fetched from anywhere."""
    from markdown_it import MarkdownIt

    markdown = MarkdownIt("commonmark", {"html": False, "highlight": _highlight}).enable(
        ["table", "strikethrough"]
    )

    def image(renderer: "RendererHTML", tokens: "Sequence[Token]", index: int, *_: object) -> str:
        token = tokens[index]
        source = escape(str(token.attrGet("src") or ""))
        return f'<a rel="noreferrer noopener" href="{source}">{escape(token.content or source)}</a>'

    def link(
        renderer: "RendererHTML", tokens: "Sequence[Token]", index: int, options: object, env: object
    ) -> str:
        tokens[index].attrSet("rel", "noreferrer noopener")
        return renderer.renderToken(tokens, index, options, env)  # pyright: ignore[reportArgumentType]

    markdown.add_render_rule("image", image)
    markdown.add_render_rule("link_open", link)
    return markdown


def _highlight(code: str, language: str, _: str) -> str:
    """Return code as HTML in which each kind of word has a class; nothing where the language is not known."""
    from pygments import highlight
    from pygments.formatters import HtmlFormatter
    from pygments.lexers import get_lexer_by_name  # pyright: ignore[reportUnknownVariableType]
    from pygments.util import ClassNotFound

    if not language or len(code) > 200_000:
        return ""
    try:
        lexer = get_lexer_by_name(language)
    except ClassNotFound:
        return ""
    return highlight(code, lexer, HtmlFormatter[str](nowrap=True))


def _sources(citations: Sequence[Citation]) -> str:
    links = "".join(
        f'<li><a rel="noreferrer noopener" href="{escape(source.url)}">{escape(source.title or source.url)}</a></li>'
        if source.url.startswith(("http://", "https://"))
        else f"<li>{escape(source.title or source.url)}</li>"
        for source in citations
    )
    return f'<ol class="sources">{links}</ol>' if links else ""


def _colours(table: object) -> dict[str, str]:
    found: Mapping[str, object] = cast("Mapping[str, object]", table) if isinstance(table, Mapping) else {}
    return {
        name: colour
        for name, colour in found.items()
        if isinstance(colour, str) and _COLOUR.fullmatch(colour)
    }
