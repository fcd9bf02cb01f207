"""One prompt to several models at once, and one answer out of several."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

from msgspec import structs

from mixchat.chat.chat import Chat
from mixchat.domain.chat_request import Pin, TurnRequest
from mixchat.domain.events import ChatEvent
from mixchat.domain.turn import Turn

_MERGE = """{prompt}

Several assistants have answered this. Write the one answer that is best: keep what is right in each, settle
where they disagree, and do not mention them.
{answers}"""


async def compare(
    chat: Chat, prompt: TurnRequest, pins: Sequence[Pin], parent: str | None
) -> AsyncGenerator[tuple[int, ChatEvent]]:
    """Answer `prompt` by every pin at the same time, as siblings after `parent`.

    Yields each event with the number of its pin. Cancelling or closing it stops all of them; what came is
    kept in its turn. The chat then shows the last of them; `chat.path.show` picks another.
    """
    queue: asyncio.Queue[tuple[int, ChatEvent] | None] = asyncio.Queue()

    async def read(number: int, pin: Pin) -> None:
        try:
            mine = structs.replace(prompt, pin=pin)
            async with aclosing(chat.answer(mine, parent, "compare")) as events:
                async for event in events:
                    queue.put_nowait((number, event))
        finally:
            queue.put_nowait(None)

    tasks = [asyncio.create_task(read(number, pin)) for number, pin in enumerate(pins)]
    try:
        running = len(tasks)
        while running:
            item = await queue.get()
            if item is None:
                running -= 1
            else:
                yield item
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def merge(chat: Chat, turns: Sequence[Turn], pin: Pin | None = None) -> AsyncGenerator[ChatEvent]:
    """Have a model write one answer out of several siblings, as a further sibling.

    Ends and cancels like `Chat.send`.
    """
    first = turns[0]
    answers = "\n".join(f"\n<answer number={n}>\n{turn.reply}\n</answer>" for n, turn in enumerate(turns, 1))
    prompt = TurnRequest(text=first.prompt, files=first.files, pin=pin)
    asked = _MERGE.format(prompt=first.prompt, answers=answers)
    return chat.answer(prompt, first.parent, "merge", asked=asked)
