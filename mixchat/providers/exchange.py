"""One call, whichever the protocol: open, read to the end, close; the errors named."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from typing import Final

from mixchat.providers.asked import Asked, Body
from mixchat.providers.reading import Event, Reader
from mixchat.words.error import BadRequest
from mixchat.words.event import ProviderEvent

GRACE: Final = 1.0
"""Seconds that a server gets to end the body after its finishing marker."""

Opener = Callable[[Body], AbstractAsyncContextManager[AsyncIterator[Event]]]
"""Sends the fields; inside the context the events can be read, at its end the connection is closed."""


async def exchange(opener: Opener, asked: Asked, reader: Reader) -> AsyncGenerator[ProviderEvent]:
    """Yield the reply. A field that the service refuses is left out, once.

    Raises:
        ProviderError: the child that says what a person can do.
    """
    async with AsyncExitStack() as stack:
        for notice in asked.notices:
            yield notice
        try:
            events = await _opened(stack, opener, asked, reader)
        except BadRequest as refusal:
            again = asked.without_refused(refusal)
            if again is None:
                raise
            for notice in again.notices:
                yield notice
            events = await _opened(stack, opener, again, reader)
        while (batch := await _next(events, reader)) is not None:
            for event in batch:
                yield event
    yield reader.reading.end()


async def _opened(
    stack: AsyncExitStack, opener: Opener, asked: Asked, reader: Reader
) -> AsyncIterator[Event]:
    border = reader.reading.border
    with border(), border.sense():
        return await stack.enter_async_context(opener(asked.body))


async def _next(events: AsyncIterator[Event], reader: Reader) -> Sequence[ProviderEvent] | None:
    """Return what the next event says, or `None` at the end."""
    reading = reader.reading
    with reading.border(), reading.border.sense():
        try:
            if reading.settled:
                async with asyncio.timeout(GRACE):
                    event = await anext(events)
            else:
                event = await anext(events)
        except StopAsyncIteration:
            return None
        except TimeoutError:
            if reading.settled:
                return None
            raise
        reading.border.begun = True
        return reader.read(event)
