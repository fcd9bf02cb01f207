"""What every adapter of a remote service has in common."""

import asyncio
import contextlib
import importlib
import threading
from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from functools import partial
from typing import Final, Generic, TypeVar

from mixchat.config.provider_specs import ProviderSpec
from mixchat.domain.errors import BadRequest
from mixchat.domain.events import ProviderEvent
from mixchat.domain.model import ModelCard, ModelRef
from mixchat.domain.provider import Liveness
from mixchat.domain.request import ModelRequest
from mixchat.providers.connections import Connections
from mixchat.providers.errors import ErrorMapper
from mixchat.providers.stream_state import Event, EventParser
from mixchat.providers.wire_request import Body, WireRequest, check

GRACE: Final = 1.0
"""Seconds that a server gets to end the body after its finishing marker."""

Opener = Callable[[Body], AbstractAsyncContextManager[AsyncIterator[Event]]]
"""Sends the fields; inside the context the events can be read, at its end the connection is closed."""


async def _open_stream(
    stack: AsyncExitStack, opener: Opener, asked: WireRequest, reader: EventParser
) -> AsyncIterator[Event]:
    mapper = reader.state.mapper
    with mapper(), mapper.parsing():
        return await stack.enter_async_context(opener(asked.body))


async def _next(events: AsyncIterator[Event], reader: EventParser) -> Sequence[ProviderEvent] | None:
    """Return what the next event says, or `None` at the end."""
    state = reader.state
    with state.mapper(), state.mapper.parsing():
        try:
            if state.settled:
                async with asyncio.timeout(GRACE):
                    event = await anext(events)
            else:
                event = await anext(events)
        except StopAsyncIteration:
            return None
        except TimeoutError:
            if state.settled:
                return None
            raise
        state.mapper.begun = True
        return reader.read(event)


Cards = Callable[[ModelRef], ModelCard]
"""What is known about a model; for an unknown one a card that says nothing."""

C = TypeVar("C")


class Endpoint:
    """A service with its key, the cards of its models and the connections to reach it."""

    def __init__(
        self, service: ProviderSpec, key: Callable[[], str], cards: Cards, connections: Connections
    ) -> None:
        self.service = service
        self.key = key
        """Finds the key; may block, and raises `NeedsKey`."""
        self.cards = cards
        self.connections = connections


class Adapter(ABC, Generic[C]):
    """Holds the client, which is made once, in a thread, when it is first needed, and streams through it."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._service = endpoint.service
        self._lock = threading.Lock()
        self._client: C | None = None
        self._key: str | None = None

    @property
    def name(self) -> str:
        """The provider's name in model references."""
        return self._service.name

    @property
    def local(self) -> bool:
        """Whether nothing that is sent here leaves this machine."""
        return self._service.local

    @property
    def first_token_timeout(self) -> float:
        """Seconds to wait for the first sign of life."""
        return self._service.first_token_timeout

    @property
    def ready(self) -> bool:
        """Whether the client is made."""
        return self._client is not None

    def preload(self) -> None:
        """Import the library and make the client. Blocks for up to seconds; called in a thread.

        Raises:
            ProviderError: there is no usable key, or a proxy or certificate setting is broken.
        """
        with self._lock:
            if self._client is None:
                self._key = self._endpoint.key()
                with contextlib.suppress(ImportError):  # loaded with the first socket otherwise, on the loop
                    importlib.import_module("anyio._backends._asyncio")
                with ErrorMapper(self._service)(ValueError):
                    self._client = self._create_client(self._key)

    async def stream(
        self, request: ModelRequest, liveness: Liveness | None = None
    ) -> AsyncGenerator[ProviderEvent]:
        """Yield the reply; a field that the service refuses is left out, once. Closing it closes the connection.

        Raises:
            ProviderError: the child that says what a person can do.
        """
        card = self._endpoint.cards(request.ref)
        check(request, card, pdf=self._takes_pdfs(card))
        client = await self._ready()
        parser = self._parser(self._mapper(request.ref))
        opener = partial(self._open_stream, client, parser)
        asked = self._build_request(request, card)
        async with AsyncExitStack() as stack:
            for notice in asked.notices:
                yield notice
            try:
                events = await _open_stream(stack, opener, asked, parser)
            except BadRequest as refusal:
                again = asked.without_refused(refusal)
                if again is None:
                    raise
                for notice in again.notices:
                    yield notice
                events = await _open_stream(stack, opener, again, parser)
            while (batch := await _next(events, parser)) is not None:
                for event in batch:
                    yield event
        yield parser.state.end()

    async def models(self) -> tuple[ModelCard, ...]:
        """Return the models that the key may use, or that the server has.

        Raises:
            ProviderError: when the provider cannot be asked.
        """
        client = await self._ready()
        mapper = self._mapper()
        with mapper(), mapper.parsing():
            return await self._list_models(client, mapper)

    @abstractmethod
    async def _list_models(self, client: C, mapper: ErrorMapper) -> tuple[ModelCard, ...]:
        """Ask for the models."""

    @abstractmethod
    def _create_client(self, key: str) -> C: ...

    @abstractmethod
    def _build_request(self, request: ModelRequest, card: ModelCard) -> WireRequest:
        """Return the fields of a request."""

    @abstractmethod
    def _parser(self, mapper: ErrorMapper) -> EventParser:
        """Return what makes events of one reply."""

    @abstractmethod
    def _open_stream(
        self, client: C, reader: EventParser, body: Body
    ) -> AbstractAsyncContextManager[AsyncIterator[Event]]:
        """Send the fields; inside the context the events can be read, at its end the connection is closed."""

    def _takes_pdfs(self, card: ModelCard) -> bool:
        return True

    async def _ready(self) -> C:
        if self._client is None:
            await asyncio.to_thread(self.preload)
        assert self._client is not None
        return self._client

    def _mapper(self, ref: ModelRef | None = None) -> ErrorMapper:
        return ErrorMapper(self._service, ref, self._key)

    async def aclose(self) -> None:
        """Forget the client; the connections are closed by who made them."""
        self._client = None
