"""A better title for a chat than its first words, from a cheap model."""

from contextlib import aclosing

from msgspec import structs

from mixchat.chat.chat import Chat
from mixchat.words.error import ProviderError
from mixchat.words.event import Text
from mixchat.words.question import Brief, Pin, Question, Settings
from mixchat.words.request import Message
from mixchat.words.router import Router

_LONGEST = 60
_SHOWN = 2000
"""Characters of prompt and reply that the model is shown."""
_ASKED = "Give this conversation a title of at most six words, in its own language. Write nothing but the title.\n\n{}"


async def entitle(chat: Chat, router: Router, pin: Pin) -> bool:
    """Ask `pin` for a title for a chat that has a turn, and take it over; return whether there was one.

    The call is in the ledger as the chat's. A failure leaves the title as it is; so does cancelling.

    Raises:
        StorageError: the title cannot be saved.
    """
    first = chat.turns[0]
    before = chat.record.title
    said = f"{first.prompt[:_SHOWN]}\n\n{first.reply[:_SHOWN]}"
    private = chat.record.private or bool(first.decision and first.decision.private)
    brief = Brief(
        messages=(Message("user", _ASKED.format(said), private=private),),
        settings=Settings(max_tokens=200),
        chat=chat.id,
        purpose="title",
    )
    try:
        decision = await router.decide(Question(prompt=said, pin=pin, private=private, chat=chat.id))
    except ProviderError:
        return False
    run = router.run(brief, decision)
    async with aclosing(run.events()) as events:
        words = [event.text async for event in events if isinstance(event, Text)]
    title = " ".join("".join(words).split()).strip("\"'“”«»*# ")[:_LONGEST]
    if run.failure is not None or not title or chat.record.title != before:
        return False
    chat.keep(structs.replace(chat.record, title=title))
    return True
