"""Fitting a conversation into a model's window: whole turns go, the oldest first."""

from collections.abc import Sequence

from mixchat.domain.model import ModelCard, ModelRef
from mixchat.domain.request import Message
from mixchat.routing.services import TokenCount

_REPLY = 4096
"""Tokens kept free for a reply whose length nobody limited; a quarter of a small window."""
_IMAGE = 1600
"""Tokens of an image, about what the large providers count for a big one."""
_PDF_PAGE_BYTES = 30_000
_PDF_PAGE = 2000
"""Tokens of a PDF's page of so many bytes, as text and picture."""


def room(card: ModelCard, max_tokens: int | None) -> int | None:
    """Return how many tokens of prompt fit beside the reply; `None` when the window is unknown."""
    if card.context_window is None:
        return None
    reply = max_tokens or min(card.max_output or _REPLY, _REPLY)
    return card.context_window - min(reply, card.context_window // 4)


def surely_fits(messages: Sequence[Message], most: int) -> bool:
    """Whether the messages fit however their tokens are counted: no text has more than two a character."""
    if any(message.attachments for message in messages):
        return False
    return 2 * sum(len(message.text) for message in messages) <= most


def weight(ref: ModelRef, message: Message, count: TokenCount) -> int:
    """Return about how many tokens a message is, its files included."""
    tokens = count(message.text, ref) + 4
    for file in message.attachments:
        if file.is_image:
            tokens += _IMAGE
        elif file.media_type == "application/pdf":
            tokens += (len(file.data) // _PDF_PAGE_BYTES + 1) * _PDF_PAGE
        else:
            tokens += count(file.data.decode(errors="replace"), ref)
    return tokens


def cut(messages: Sequence[Message], weights: Sequence[int], most: int, kept: int) -> int:
    """Return at which message to begin so that the rest weighs at most `most`.

    It is always a person's message, and never one of the last `kept`, which stay even when they alone
    are too much: then the provider has to say so.
    """
    last = max(0, len(messages) - kept)
    total = sum(weights)
    for index in range(last):
        if total <= most and messages[index].role == "user":
            return index
        total -= weights[index]
    return last


def turns_in(messages: Sequence[Message]) -> int:
    """Return how many turns the messages are."""
    return sum(message.role == "user" for message in messages)
