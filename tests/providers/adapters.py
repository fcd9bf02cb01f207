"""The adapters under contract, each connected to the wire."""

from collections.abc import Callable
from contextlib import aclosing

from msgspec import Struct, structs

from mixchat.config.provider_specs import ProviderSpec, built_in
from mixchat.domain.errors import ProviderError
from mixchat.domain.events import Notice, ProviderEvent, StreamEnd, TextDelta, ThinkingDelta, UsageUpdate
from mixchat.domain.model import ModelCard, ModelRef
from mixchat.domain.provider import Provider
from mixchat.domain.request import Message, ModelRequest
from mixchat.domain.turn import Citation
from mixchat.providers.adapter import Endpoint
from mixchat.providers.anthropic import AnthropicProvider
from mixchat.providers.connections import Connections
from mixchat.providers.google import GoogleProvider
from mixchat.providers.ollama import OllamaProvider
from mixchat.providers.openai_chat import ChatProvider
from mixchat.providers.openai_responses import ResponsesProvider

Subject = AnthropicProvider | ResponsesProvider | ChatProvider | GoogleProvider | OllamaProvider
KEY = "wire-key-0123456789"
SERVICES = built_in()


class Kind(Struct, frozen=True):
    """One adapter, and how it is connected."""

    make: Callable[[Endpoint], Subject]
    service: str
    path: str = ""


KINDS = {
    "anthropic": Kind(AnthropicProvider, "anthropic"),
    "responses": Kind(ResponsesProvider, "openai", "/v1"),
    "chat": Kind(ChatProvider, "openrouter", "/v1"),
    "google": Kind(GoogleProvider, "google"),
    "ollama": Kind(OllamaProvider, "ollama"),
}


class Desk:
    """Asks one adapter and keeps what it said."""

    def __init__(self, kind: str, url: str) -> None:
        self.kind = kind
        self.service: ProviderSpec = structs.replace(
            SERVICES[KINDS[kind].service], base_url=url + KINDS[kind].path
        )
        self.connections = Connections()
        self.facts: dict[str, object] = {}
        """What the card says about every model."""
        self.provider: Provider = KINDS[kind].make(
            Endpoint(self.service, lambda: KEY, self._card, self.connections)
        )

    def _card(self, ref: ModelRef) -> ModelCard:
        return ModelCard(ref=ref, **self.facts)  # pyright: ignore[reportArgumentType]

    def request(self, model: str = "m", **settings: object) -> ModelRequest:
        ref = ModelRef(self.service.name, model)
        given = {"messages": (Message("user", "Hello?"),), **settings}
        return ModelRequest(ref=ref, **given)  # pyright: ignore[reportArgumentType]

    async def ask(self, model: str = "m", **settings: object) -> "Heard":
        """Return all that the adapter yields, and the error that ended it."""
        heard = Heard([])
        try:
            async with aclosing(self.provider.stream(self.request(model, **settings))) as events:
                async for event in events:
                    heard.events.append(event)
        except ProviderError as error:
            heard.error = error
        return heard

    async def aclose(self) -> None:
        await self.provider.aclose()
        await self.connections.aclose()


class Heard(Struct):
    """What an adapter yielded, by kind."""

    events: list[ProviderEvent]
    error: ProviderError | None = None

    @property
    def text(self) -> str:
        return "".join(event.text for event in self.events if isinstance(event, TextDelta))

    @property
    def thinking(self) -> str:
        return "".join(event.text for event in self.events if isinstance(event, ThinkingDelta))

    @property
    def citations(self) -> list[Citation]:
        return [event for event in self.events if isinstance(event, Citation)]

    @property
    def notices(self) -> list[Notice]:
        return [event for event in self.events if isinstance(event, Notice)]

    @property
    def usages(self) -> list[UsageUpdate]:
        return [event for event in self.events if isinstance(event, UsageUpdate)]

    @property
    def ended(self) -> StreamEnd:
        assert self.error is None, self.error
        last = self.events[-1]
        assert isinstance(last, StreamEnd)
        assert sum(isinstance(event, StreamEnd) for event in self.events) == 1
        return last
