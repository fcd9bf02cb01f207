"""A better title for a chat than its first words, from a cheap model."""

import uuid
from collections.abc import AsyncGenerator
from contextlib import aclosing

from msgspec import structs

from mixchat.chat.chat import Chat
from mixchat.chat.services import ChatServices
from mixchat.domain.chat_request import ChatRequest, GenerationSettings, Pin, RoutingInput, TurnRequest
from mixchat.domain.errors import ProviderError
from mixchat.domain.events import ChatEvent, TextDelta
from mixchat.domain.request import Message
from mixchat.domain.role import SUMMARIZATION
from mixchat.domain.router import Router

_SHOWN_COMPACT = "Sum up this chat, so that it can go on without the turns above."
_ASKED_COMPACT = (
    "Write a summary of our conversation so far, from which it can go on as if nothing was missing. Keep facts,"
    " names, numbers, decisions, open questions, and code that is still in use, word for word where the words"
    " matter. Write nothing but the summary."
)


def compact(chat: Chat, pin: Pin | None = None) -> AsyncGenerator[ChatEvent]:
    """Have the summarization slot, or `pin`, sum the chat up in a turn; later turns are sent after that alone.

    Nothing is destroyed: undoing the turn brings the long history back. Ends and cancels like `Chat.send`.
    """
    prompt = TurnRequest(text=_SHOWN_COMPACT, pin=pin or Pin(SUMMARIZATION, role=SUMMARIZATION))
    return chat.answer(prompt, chat.newest_leaf(), "compact", asked=_ASKED_COMPACT)


def fork(chat: Chat, turn_id: str, services: ChatServices) -> Chat:
    """Return a saved copy of the branch up to `turn_id` as a chat of its own.

    The copies say what they had cost, and where that is counted: the ledger has their calls once.

    Raises:
        StorageError: the history cannot be written.
    """
    record = structs.replace(
        services.chats.new(title=f"{chat.record.title} (fork)", private=chat.record.private), state=chat.state
    )
    services.chats.add(record)
    parent: str | None = None
    for old in (*chat.path.before(turn_id), turn_id):
        turn = chat.path.turn(old)
        copy = structs.replace(
            turn,
            id=uuid.uuid4().hex[:16],
            chat=record.id,
            parent=parent,
            counted_in=turn.counted_in or turn.chat,
        )
        services.turns.save(copy)
        parent = copy.id
    return Chat(services.chats.change(record, structs.replace(record, leaf=parent)), services)


_LONGEST = 60
_SHOWN_TITLE = 2000
"""Characters of prompt and reply that the model is shown."""
_ASKED_TITLE = "Give this conversation a title of at most six words, in its own language. Write nothing but the title.\n\n{}"


async def make_title(chat: Chat, router: Router, pin: Pin) -> bool:
    """Ask `pin` for a title for a chat that has a turn, and take it over; return whether there was one.

    The call is in the ledger as the chat's. A failure leaves the title as it is; so does cancelling.

    Raises:
        StorageError: the title cannot be saved.
    """
    first = chat.turns[0]
    before = chat.record.title
    said = f"{first.prompt[:_SHOWN_TITLE]}\n\n{first.reply[:_SHOWN_TITLE]}"
    private = chat.record.private or bool(first.decision and first.decision.private)
    chat_request = ChatRequest(
        messages=(Message("user", _ASKED_TITLE.format(said), private=private),),
        settings=GenerationSettings(max_tokens=200),
        chat=chat.id,
        purpose="title",
    )
    try:
        decision = await router.decide(RoutingInput(prompt=said, pin=pin, private=private, chat=chat.id))
    except ProviderError:
        return False
    run = router.run(chat_request, decision)
    async with aclosing(run.events()) as events:
        words = [event.text async for event in events if isinstance(event, TextDelta)]
    title = " ".join("".join(words).split()).strip("\"'“”«»*# ")[:_LONGEST]
    if run.failure is not None or not title or chat.record.title != before:
        return False
    chat.save_record(structs.replace(chat.record, title=title))
    return True
