"""What every adapter of a remote provider has in common."""

import asyncio
import contextlib
import importlib
import threading
from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, aclosing
from time import monotonic
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from mixchat.config.provider_specs import ProviderSpec
from mixchat.domain.errors import BadRequest, ProviderError
from mixchat.domain.events import Notice, ProviderEvent
from mixchat.domain.model import ModelCard, ModelRef
from mixchat.domain.provider import Liveness
from mixchat.domain.request import ModelRequest
from mixchat.providers.connections import Connections
from mixchat.providers.errors import ErrorMapper
from mixchat.providers.event_stream import WireEvent, wire_events
from mixchat.providers.sdk_import import sdk_import
from mixchat.providers.stream_state import EventParser
from mixchat.providers.transport import told_of_bytes
from mixchat.providers.wire_request import (
    SYSTEM,
    Body,
    WireRequest,
    check,
    hint_of_a_cut_prompt,
    with_system_in_words,
)

if TYPE_CHECKING:
    import httpx
    import httpx2

    Response = httpx.Response | httpx2.Response

MOST_REPAIRS: Final = 4
"""Fields that are left out of one call, one after the other, before a refusal is believed."""
_LONGEST_STEP: Final = 0.003
"""Seconds of events that are in the buffer already before the loop gets its turn."""
_TURNS: Final = 6
"""Turns that it gets in a flood: a key goes through as many on its way from the terminal to its line."""
_FLOOD: Final = 4
"""Events of one step from which on it is one."""

Cards = Callable[[ModelRef], ModelCard]
"""What is known about a model; for an unknown one a card that says nothing."""

C = TypeVar("C")


class Endpoint:
    """A provider with its key, the cards of its models and the connections to reach it."""

    def __init__(
        self, service: ProviderSpec, key: Callable[[], str], cards: Cards, connections: Connections
    ) -> None:
        self.service = service
        self.key = key
        """Finds the key; may block, and raises `NeedsKey`."""
        self.cards = cards
        self.connections = connections


class Adapter(ABC, Generic[C]):
    """Holds the client, which is made once, in a thread, when it is first needed, and streams through it.

    The SDKs send and sign; what comes back is read here, since a foreign server's JSON is anybody's guess.
    """

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._service = endpoint.service
        self._lock = threading.Lock()
        self._client: C | None = None
        self._key: str | None = None
        self._refused: dict[str, tuple[str, ...]] = {}
        """Fields that a model has refused in this session."""

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
                with sdk_import():
                    with contextlib.suppress(
                        ImportError
                    ):  # loaded with the first socket otherwise, on the loop
                        importlib.import_module("anyio._backends._asyncio")
                    with self._mapper()(ValueError):
                        self._client = self._create_client(self._key)

    async def stream(
        self, request: ModelRequest, liveness: Liveness | None = None
    ) -> AsyncGenerator[ProviderEvent]:
        """Yield the reply. Cancelling it, or closing it, closes the connection at once.

        `liveness` is told of every byte, also of those that make no event.

        Raises:
            ProviderError: the child that says what a person can do.
        """
        card = self._endpoint.cards(request.ref)
        check(request, card, pdf=self._takes_pdfs(card))
        client = await self._ready()
        parser = self._parser(self._mapper(request.ref), card)
        async with AsyncExitStack() as stack:
            response: Response | None = None
            while response is None:
                with told_of_bytes(liveness):
                    notices, response = await self._asked(stack, client, parser, request, card)
                for notice in notices:
                    yield notice
            async with aclosing(wire_events(response)) as events, aclosing(_parsed(events, parser)) as found:
                async for event in found:
                    yield event
        state = parser.state
        if state.said and (hint := hint_of_a_cut_prompt(request, state.usage.input)) is not None:
            yield hint
        yield state.end()

    async def models(self) -> tuple[ModelCard, ...]:
        """Return the models that the key may use, or that the server has. What makes no sense in the list is left out.

        Raises:
            ProviderError: when the provider cannot be asked.
        """
        client = await self._ready()
        mapper = self._mapper()
        with mapper(), mapper.parsing():
            found = await self._list_models(client, mapper)
        return tuple({card.ref: card for card in found if card.ref.model}.values())

    @abstractmethod
    async def _list_models(self, client: C, mapper: ErrorMapper) -> Sequence[ModelCard]:
        """Ask for the models."""

    @abstractmethod
    def _create_client(self, key: str) -> C: ...

    @abstractmethod
    def _build_request(self, request: ModelRequest, card: ModelCard) -> WireRequest:
        """Return the fields of a request."""

    @abstractmethod
    def _parser(self, mapper: ErrorMapper, card: ModelCard) -> EventParser:
        """Return what makes events of one reply."""

    @abstractmethod
    def _open_stream(
        self, client: C, mapper: ErrorMapper, body: Body
    ) -> "AbstractAsyncContextManager[Response]":
        """Send the fields; inside the context the body can be read, at its end the connection is closed.

        Raises:
            ProviderError: the provider answered with an error; an SDK's own exception will do.
        """

    def _takes_pdfs(self, card: ModelCard) -> bool:
        return True

    async def _asked(
        self, stack: AsyncExitStack, client: C, parser: EventParser, request: ModelRequest, card: ModelCard
    ) -> "tuple[Sequence[Notice], Response | None]":
        """Send the request, without what the model has refused before; `None`: it refused one more field."""
        mapper, model = parser.state.errors, request.ref.model
        refused = self._refused.get(model, ())
        wire = self._build_request(with_system_in_words(request) if SYSTEM in refused else request, card)
        sent = wire.without(refused)
        known = [notice for name in refused for notice in wire.said_without(name, request.ref)]
        try:
            with mapper(), mapper.parsing():
                response = await stack.enter_async_context(self._open_stream(client, mapper, sent.body))
        except BadRequest as refusal:
            name = sent.refused_field(refusal)
            if name is None or name in refused or len(refused) >= MOST_REPAIRS:
                raise
            self._refused[model] = (*refused, name)
            return (), None
        parser.state.limit = wire.limit
        parser.state.begin(response.headers)
        return (*wire.notices, *known), response

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


async def _parsed(events: AsyncGenerator[WireEvent], parser: EventParser) -> AsyncGenerator[ProviderEvent]:
    """Yield what the body says up to its end, or for as long as a server may keep a finished one open."""
    turn, read = monotonic() + _LONGEST_STEP, 0
    while (event := await _next(events, parser)) is not None:
        for said in _read(event, parser):
            yield said
        read += 1
        if monotonic() > turn:
            # Nothing that is in the buffer is waited for: a whole reply would be read, and painted, in one step.
            for _ in range(_TURNS if read > _FLOOD else 1):
                await asyncio.sleep(0)
            turn, read = monotonic() + _LONGEST_STEP, 0
    for said in parser.finish():
        yield said


async def _next(events: AsyncIterator[WireEvent], parser: EventParser) -> WireEvent | None:
    """Return the next event, or `None` at the end; once the reply is whole, whatever breaks is the end."""
    state = parser.state
    try:
        with state.errors(), state.errors.parsing():
            async with asyncio.timeout(state.grace):
                event = await anext(events, None)
    except (ProviderError, TimeoutError):
        if state.complete:
            return None
        raise
    state.errors.begun = True
    return event


def _read(event: WireEvent, parser: EventParser) -> Sequence[ProviderEvent]:
    """Return what one event says; an error after the whole reply says nothing any more."""
    state = parser.state
    if event.kind == "page":
        raise state.errors.not_a_reply()
    if event.kind == "done":
        state.ended = True
        return ()
    state.next_event()
    try:
        with state.errors.parsing():
            said = parser.parse(event)
    except ProviderError:
        if state.complete:
            return ()
        raise
    if event.kind == "whole" and not said and state.stop is None:
        raise state.errors.not_a_reply("application/json")
    return said
