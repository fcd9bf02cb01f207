"""A block that is still being written, as it will most likely look: what is open at its end counts as closed."""

import re
from typing import Final

from markdown_it.token import Token

from mixchat.tui.transcript.markdown.document import MarkdownDocument

_OPEN_LINK: Final = re.compile(r"!?\[(?P<label>[^\[\]\n]+)\](?:\([^()\s]*)?\Z")
_HEADING_OR_LIST: Final = ("\n-", "\n=", "\n--", "\n==")
"""How a text ends of which a heading's underline may become, or a list's first item."""
_MARKS: Final = re.compile(r"\\.|(?P<code>`+)|(?P<mark>\*+|_+|~~)", re.S)


def as_if_finished(tokens: list[Token], document: MarkdownDocument) -> list[Token]:
    """Return a block's tokens with the marks closed that are open at its end.

    Args:
        tokens: of the last block of a reply that is still coming.
        document: the reply so far.
    """
    if (
        tokens[0].type == "heading_open"
        and document.ends_with(_HEADING_OR_LIST)
        and tokens[0].markup in {"-", "="}
    ):
        tokens = [
            Token("paragraph_open", "p", 1, map=tokens[0].map),
            *tokens[1:-1],
            Token("paragraph_close", "p", -1),
        ]
    last = next((at for at in range(len(tokens) - 1, -1, -1) if tokens[at].type == "inline"), None)
    if last is None:
        return tokens
    text = tokens[last].content
    closed = completed(text)
    return (
        tokens if closed == text else [*tokens[:last], tokens[last].copy(content=closed), *tokens[last + 1 :]]
    )


def completed(text: str) -> str:
    """Return a text that may break off anywhere with its emphasis, code and link closed."""
    link = _OPEN_LINK.search(text)
    if link is not None and "](" in link[0]:
        text = text[: link.start()] + link["label"]
    opened: list[str] = []
    at = 0
    while match := _MARKS.search(text, at):
        at = match.end()
        if match["code"]:
            close = _closing(text, at, match["code"])
            if close is None:
                rest = text[at:].rstrip("`")
                text = f"{text[:at]}{rest}{match['code']}" if rest.strip() else text[: match.start()]
                break
            at = close
        elif match["mark"]:
            if at == len(text):
                text = _without_ragged_end(text, match, opened)
            else:
                _count(text, match, opened)
    body = text.rstrip()
    return body + "".join(reversed(opened)) + text[len(body) :] if opened else text


def _closing(text: str, start: int, ticks: str) -> int | None:
    match = re.compile(rf"(?<!`){ticks}(?!`)").search(text, start)
    return None if match is None else match.end()


def _count(text: str, match: re.Match[str], opened: list[str]) -> None:
    """Take a run of marks as what closes the last that is open, or as what opens something."""
    mark = match["mark"]
    before, after = text[match.start() - 1 : match.start()], text[match.end()]
    if opened and not before.isspace() and mark[0] == opened[-1][0]:
        while opened and mark.startswith(opened[-1]):
            mark = mark[len(opened.pop()) :]
        if len(mark) < len(match["mark"]):
            return
    if not after.isspace() and not before.isalnum() and len(mark) <= 3:
        opened.extend([mark[:1], mark[1:]] if len(mark) == 3 else [mark])


def _without_ragged_end(text: str, match: re.Match[str], opened: list[str]) -> str:
    """Return a text that ends with marks without those that close nothing."""
    mark, before = match["mark"], text[: match.start()]
    if not before or before[-1].isspace() or not opened or mark[0] != opened[-1][0]:
        return before if not before or not before[-1].isalnum() or mark == "**" else text
    taken = 0
    while opened and mark.startswith(opened[-1], taken):
        taken += len(opened.pop())
    return before + mark[:taken]
