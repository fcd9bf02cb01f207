"""A long chat made short: one turn that stands for all before it."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

from mixchat.chat.chat import Chat
from mixchat.chat.desk import Prompt
from mixchat.words.event import ChatEvent
from mixchat.words.question import Pin
from mixchat.words.role import SUMMARIZATION

_SHOWN = "Sum up this chat, so that it can go on without the turns above."
_ASKED = (
    "Write a summary of our conversation so far, from which it can go on as if nothing was missing. Keep facts,"
    " names, numbers, decisions, open questions, and code that is still in use, word for word where the words"
    " matter. Write nothing but the summary."
)


async def compact(chat: Chat, pin: Pin | None = None) -> AsyncGenerator[ChatEvent]:
    """Have the summarization seat, or `pin`, sum the chat up in a turn; later turns are sent after that alone.

    Nothing is destroyed: undoing the turn brings the long history back. Ends and cancels like `Chat.send`.
    """
    prompt = Prompt(text=_SHOWN, pin=pin or Pin(SUMMARIZATION, role=SUMMARIZATION))
    async with aclosing(chat.answer(prompt, chat.path.leaf, "compact", asked=_ASKED)) as events:
        async for event in events:
            yield event
