"""A turn as Markdown text, for the clipboard."""

from mixchat.words.turn import Turn


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
