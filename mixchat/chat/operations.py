"""What is done to a whole chat: summing it up, and copying it up to a turn."""

import uuid
from collections.abc import AsyncGenerator

from msgspec import structs

from mixchat.chat.chat import Chat
from mixchat.chat.services import ChatServices
from mixchat.domain.chat_request import Pin, TurnRequest
from mixchat.domain.events import ChatEvent
from mixchat.domain.role import SUMMARIZATION
from mixchat.domain.turn import Turn

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
    pin = pin or Pin(SUMMARIZATION, role=SUMMARIZATION, chosen_by="summary")
    prompt = TurnRequest(text=_SHOWN_COMPACT, pin=pin)
    return chat.answer(prompt, chat.newest_leaf(), "compact", asked=_ASKED_COMPACT)


def fork(chat: Chat, turn_id: str, services: ChatServices) -> Chat:
    """Return a saved copy of the branch up to `turn_id` as a chat of its own.

    The copies say what they had cost, and where that is counted: the ledger has their calls once.
    """
    record = structs.replace(
        services.chats.new(title=f"{chat.record.title} (fork)", private=chat.record.private), state=chat.state
    )
    copies: list[Turn] = []
    for turn in chat.path.up_to(turn_id):
        copies.append(
            structs.replace(
                turn,
                id=uuid.uuid4().hex[:16],
                chat=record.id,
                parent=copies[-1].id if copies else None,
                counted_in=turn.counted_in or turn.chat,
            )
        )
    record = services.chats.post(record, structs.replace(record, leaf=copies[-1].id))
    for copy in copies:
        services.turns.post(copy)
    return Chat(record, services)
