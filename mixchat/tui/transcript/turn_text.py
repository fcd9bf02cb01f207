"""A turn as text to copy or save: its Markdown, its code blocks and its links, as the transcript reads them."""

from itertools import groupby

from msgspec import Struct
from rich.style import Style
from textual.color import Color

from mixchat.domain.plain_text import one_line
from mixchat.domain.turn import Turn
from mixchat.tui.transcript.markdown.document import MarkdownDocument
from mixchat.tui.transcript.markdown.inline import Inline
from mixchat.tui.transcript.palette import make_palette
from mixchat.tui.transcript.turn_summary import addresses


class Link(Struct, frozen=True):
    """An address and what it is called."""

    label: str
    url: str


def links_of(turn: Turn) -> list[Link]:
    """Return each address of a turn once: its sources by number, then what else the reply links to."""
    sources = addresses(turn.citations)
    found: dict[str, Link] = {}
    for number, (url, source) in enumerate(zip(sources, turn.citations, strict=True), 1):
        title = one_line(source.title) if source.title else ""
        found.setdefault(url, Link(f"[{number}] {title}".rstrip(), url))
    for link in _written(turn.reply):
        found.setdefault(link.url, link)
    return list(found.values())


def _written(reply: str) -> list[Link]:
    """Return what is painted as a link, in reading order."""
    palette = make_palette({}, Color.parse("black"))
    document = MarkdownDocument(reply)
    inline = Inline(document.env, palette)
    links: list[Link] = []
    for block in document.blocks:
        for token in block.tokens:
            if token.type != "inline":
                continue
            pieces = inline.pieces(token.content, Style.null())
            for url, run in groupby(pieces, key=lambda piece: str(piece[1].meta.get("url", ""))):
                label = one_line("".join([text for text, _ in run]))
                if url:
                    links.append(Link("" if label == url else label, url))
    return links


def code_blocks(reply: str) -> list[str]:
    """Return the content of each code block, in reading order."""
    tokens = [token for block in MarkdownDocument(reply).blocks for token in block.tokens]
    return [token.content for token in tokens if token.type in {"fence", "code_block"}]


def turn_markdown(turn: Turn) -> str:
    """Return prompt and reply as Markdown, the prompt as a quote."""
    prompt = "\n".join(f"> {line}".rstrip() for line in turn.prompt.split("\n"))
    return f"{prompt}\n\n{reply_markdown(turn)}".rstrip()


def reply_markdown(turn: Turn) -> str:
    """Return the reply with its sources, as the model wrote it."""
    if not turn.citations:
        return turn.reply
    sources = "\n".join(
        f"{number}. [{source.title or source.url}]({source.url})"
        for number, source in enumerate(turn.citations, 1)
    )
    return f"{turn.reply.rstrip()}\n\n{sources}\n"
