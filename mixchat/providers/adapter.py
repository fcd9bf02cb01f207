"""What every adapter of a remote service has in common."""

import asyncio
import contextlib
import importlib
import threading
from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, aclosing
from functools import partial
from typing import Generic, TypeVar

from mixchat.papers.services import Service
from mixchat.providers.asked import Asked, Body
from mixchat.providers.border import Border
from mixchat.providers.connections import Connections
from mixchat.providers.exchange import exchange
from mixchat.providers.inputs import check
from mixchat.providers.reading import Event, Reader
from mixchat.words.event import ProviderEvent
from mixchat.words.model import ModelCard, ModelRef
from mixchat.words.request import Request

Cards = Callable[[ModelRef], ModelCard]
"""What is known about a model; for an unknown one a card that says nothing."""

C = TypeVar("C")


class Endpoint:
    """A service with its key, the cards of its models and the connections to reach it."""

    def __init__(
        self, service: Service, key: Callable[[], str], cards: Cards, connections: Connections
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
    def patience(self) -> float:
        """Seconds to wait for the first sign of life."""
        return self._service.patience

    @property
    def ready(self) -> bool:
        """Whether the client is made."""
        return self._client is not None

    def warm(self) -> None:
        """Import the library and make the client. Blocks for up to seconds; called in a thread.

        Raises:
            ProviderError: there is no usable key, or a proxy or certificate setting is broken.
        """
        with self._lock:
            if self._client is None:
                self._key = self._endpoint.key()
                with contextlib.suppress(ImportError):  # loaded with the first socket otherwise, on the loop
                    importlib.import_module("anyio._backends._asyncio")
                with Border(self._service)(ValueError):
                    self._client = self._made(self._key)

    async def stream(self, request: Request) -> AsyncGenerator[ProviderEvent]:
        """Yield the reply. Cancelling it, or closing it, closes the connection at once.

        Raises:
            ProviderError: the child that says what a person can do.
        """
        card = self._endpoint.cards(request.ref)
        check(request, card, pdf=self._takes_pdfs(card))
        client = await self._ready()
        reader = self._reader(self._border(request.ref))
        opener = partial(self._opened, client, reader)
        async with aclosing(exchange(opener, self._asked(request, card), reader)) as events:
            async for event in events:
                yield event

    async def models(self) -> tuple[ModelCard, ...]:
        """Return the models that the key may use, or that the server has.

        Raises:
            ProviderError: when the provider cannot be asked.
        """
        client = await self._ready()
        border = self._border()
        with border(), border.sense():
            return await self._listed(client, border)

    @abstractmethod
    async def _listed(self, client: C, border: Border) -> tuple[ModelCard, ...]:
        """Ask for the models."""

    @abstractmethod
    def _made(self, key: str) -> C: ...

    @abstractmethod
    def _asked(self, request: Request, card: ModelCard) -> Asked:
        """Return the fields of a request."""

    @abstractmethod
    def _reader(self, border: Border) -> Reader:
        """Return what makes events of one reply."""

    @abstractmethod
    def _opened(
        self, client: C, reader: Reader, body: Body
    ) -> AbstractAsyncContextManager[AsyncIterator[Event]]:
        """Send the fields; inside the context the events can be read, at its end the connection is closed."""

    def _takes_pdfs(self, card: ModelCard) -> bool:
        return True

    async def _ready(self) -> C:
        if self._client is None:
            await asyncio.to_thread(self.warm)
        assert self._client is not None
        return self._client

    def _border(self, ref: ModelRef | None = None) -> Border:
        return Border(self._service, ref, self._key)

    async def aclose(self) -> None:
        """Forget the client; the connections are closed by who made them."""
        self._client = None
