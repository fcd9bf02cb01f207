"""A chat in the format that is asked for."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final, Literal

from mixchat.transfer.document import ChatDocument, encode

Form = Literal["md", "json", "html"]
_SUFFIXES: Final[dict[str, Form]] = {".json": "json", ".html": "html", ".htm": "html"}


def form_of(path: Path) -> Form:
    """Return the format that a file's name asks for; Markdown where it asks for none."""
    return _SUFFIXES.get(path.suffix.lower(), "md")


def render(document: ChatDocument, form: Form, theme: str, themes: Path) -> Iterator[bytes]:
    """Yield the chat piece by piece.

    Args:
        document: the chat.
        form: the format.
        theme: the theme in use, whose colours a page has.
        themes: the directory of the user's themes.
    """
    if form == "json":
        yield from encode([document])
    elif form == "html":
        from mixchat.transfer.html import HtmlPalette, to_html

        light, dark = HtmlPalette.pair(theme, themes)
        yield to_html(document, light, dark).encode(errors="replace")
    else:
        from mixchat.transfer.markdown import to_markdown

        yield to_markdown(document).encode(errors="replace")
