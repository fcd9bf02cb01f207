"""A better title for a chat than its first words, from a cheap model."""

import re
from collections.abc import Callable
from contextlib import aclosing
from decimal import Decimal
from typing import Final

from msgspec import structs

from mixchat.chat.chat import Chat
from mixchat.chat.first_words import TITLE_LENGTH
from mixchat.domain.chat_request import ChatRequest, GenerationSettings, Pin, RoutingInput
from mixchat.domain.decision import RoutingDecision
from mixchat.domain.errors import ProviderError
from mixchat.domain.events import TextDelta
from mixchat.domain.plain_text import one_line
from mixchat.domain.request import Message
from mixchat.domain.router import Router
from mixchat.domain.stack import Slot

CHEAP: Final = Decimal("0.001")
"""Dollars that a title nobody asked for may cost."""
Price = Callable[[ChatRequest, RoutingDecision, Slot], Decimal | None]
"""Returns about what a request to a model would cost; `None`: nobody knows."""

_SHOWN: Final = 1000
"""Characters of prompt and reply that the model is shown."""
_ASKED: Final = "Give this conversation a title of at most six words, in its own language. Write nothing but the title.\n\n{}"
_MARKS: Final = re.compile(r"^\s*(?:#+|>|[-+*]|\d+[.)])\s+|[*`]+|(?<!\w)_+|_+(?!\w)|~~")
_LINK: Final = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
_LABEL: Final = re.compile(r"(?i)^\s*(?:title|titel|titre|título|titolo)\s*[:：]\s*")
_QUOTES: Final = "\"'“”„‘’‚«»‹›「」『』《》 "


async def make_title(chat: Chat, router: Router, pin: Pin, price: Price | None = None) -> bool:
    """Ask `pin` for a title for a chat that has a turn, and take it over; return whether there was one.

    The call is in the ledger as the chat's and its first turn's. A failure leaves the title as it is, and so does
    cancelling.

    Args:
        chat: has a turn at least.
        router: finds who answers.
        pin: who is asked.
        price: where it is given, only models are asked for which a title is cheap.

    Raises:
        StorageError: the title cannot be saved.
    """
    before = chat.record.title
    chat_request = title_request(chat)
    asked = chat_request.messages[0]
    try:
        decision = await router.decide(
            RoutingInput(prompt=asked.text, pin=pin, private=asked.private, chat=chat.id)
        )
    except ProviderError:
        return False
    if price is not None:
        cheap = tuple(
            slot
            for slot in decision.fallback_order
            if (usd := price(chat_request, decision, slot)) is not None and usd < CHEAP
        )
        if not cheap:
            return False
        decision = structs.replace(decision, fallback_order=cheap, plan=None)
    run = router.run(chat_request, decision)
    words: list[str] = []
    try:
        async with aclosing(run.events()) as events:
            words = [event.text async for event in events if isinstance(event, TextDelta)]
    finally:
        chat.add_cost(chat_request.turn or "", sum((attempt.cost for attempt in run.attempts), run.extra))
    title = clean_title("".join(words))
    if run.failure is not None or not title or chat.record.title != before:
        return False
    chat.save_record(structs.replace(chat.record, title=title))
    return True


def title_request(chat: Chat) -> ChatRequest:
    """Return what is sent for a title for a chat that has a turn."""
    turns = chat.turns[:2]
    said = "\n\n".join(f"{turn.prompt[:_SHOWN]}\n\n{turn.reply[:_SHOWN]}" for turn in turns)
    private = chat.record.private or any(turn.decision and turn.decision.private for turn in turns)
    return ChatRequest(
        messages=(Message("user", _ASKED.format(said), private=private),),
        settings=GenerationSettings(max_tokens=200),
        chat=chat.id,
        turn=turns[0].id,
        purpose="title",
    )


def clean_title(text: str) -> str:
    """Return what a model wrote as a title: its first line that says something, without Markdown and quotes."""
    for line in text.splitlines():
        plain = _LABEL.sub("", _MARKS.sub("", _LINK.sub(r"\1", line)))
        title = one_line(plain).strip(_QUOTES).removesuffix(".").strip(_QUOTES)
        if any(character.isalnum() for character in title):
            return _shortened(title)
    return ""


def _shortened(title: str) -> str:
    """Return the whole words of a title that is too long; one without spaces is cut where it is."""
    if len(title) <= TITLE_LENGTH:
        return title
    return (title[: TITLE_LENGTH + 1].rpartition(" ")[0] or title[:TITLE_LENGTH]).rstrip(" ,;:-–—")
