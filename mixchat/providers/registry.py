"""The providers that the config and the keys at hand allow, each made when it is first asked for."""

import importlib
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Final

from mixchat.config.config import Config
from mixchat.config.credentials import Credentials
from mixchat.config.paths import Paths
from mixchat.config.provider_specs import Api, ProviderSpec, provider_specs
from mixchat.domain.errors import NeedsKey, UnknownModel, Unreachable
from mixchat.domain.model import ModelCard, ModelRef
from mixchat.domain.provider import Provider

if TYPE_CHECKING:
    from mixchat.providers.connections import Connections

_ADAPTERS: Final[Mapping[Api, tuple[str, str]]] = {
    "anthropic": ("mixchat.providers.anthropic", "AnthropicProvider"),
    "responses": ("mixchat.providers.openai_responses", "ResponsesProvider"),
    "chat": ("mixchat.providers.openai_chat", "ChatProvider"),
    "google": ("mixchat.providers.google", "GoogleProvider"),
    "ollama": ("mixchat.providers.ollama", "OllamaProvider"),
}


class Registry:
    """Knows every service; holds the adapters that were asked for and closes them."""

    def __init__(
        self,
        known: Mapping[str, ProviderSpec],
        credentials: Credentials,
        cards: Callable[[ModelRef], ModelCard],
        local: Callable[[], Provider],
        extra: Mapping[str, Provider] | None = None,
    ) -> None:
        self._known = known
        self._credentials = credentials
        self._cards = cards
        self._local = local
        self._extra = dict(extra or {})
        self._made: dict[str, Provider] = {}

    @cached_property
    def _connections(self) -> "Connections":
        from mixchat.providers.connections import Connections

        return Connections()

    def names(self) -> tuple[str, ...]:
        """Return the providers that can be chatted with, whether or not they can be reached."""
        return (*(name for name, service in self._known.items() if service.api != "embed"), *self._extra)

    def service(self, provider: str) -> ProviderSpec | None:
        """Return what is known about a provider."""
        return self._known.get(provider)

    def reachable(self, provider: str) -> bool:
        """Whether a key or an address for `provider` is at hand. Touches no network."""
        if provider in self._extra:
            return True
        service = self._known.get(provider)
        if service is None or service.api == "embed" or not (service.base_url or service.api == "local"):
            return False
        return not service.needs_key or self._credentials.has(provider)

    def is_local(self, provider: str) -> bool:
        """Whether what is sent to `provider` stays on this machine. Touches no network."""
        if provider in self._extra:
            return self._extra[provider].local
        service = self._known.get(provider)
        return service is not None and service.local

    def needs_network(self, provider: str) -> bool:
        """Whether the network has to be there to reach `provider`. Touches no network."""
        service = self._known.get(provider)
        return service.needs_network if service is not None else not self.is_local(provider)

    def get(self, provider: str) -> Provider:
        """Return the adapter, made on first use. No SDK is imported and no key command run before `warm`.

        Raises:
            NeedsKey: no key is at hand.
            UnknownModel: no provider of that name is known.
        """
        if provider in self._extra:
            return self._extra[provider]
        if provider not in self._made:
            self._made[provider] = self._make(provider)
        return self._made[provider]

    def forget(self, provider: str) -> None:
        """Make the adapter anew the next time: its key was changed."""
        self._credentials.forget(provider)
        self._made.pop(provider, None)

    async def aclose(self) -> None:
        """Close every adapter and every connection."""
        made, self._made = self._made, {}
        try:
            for provider in (*made.values(), *self._extra.values()):
                await provider.aclose()
        finally:
            if "_connections" in self.__dict__:
                await self._connections.aclose()

    def _make(self, provider: str) -> Provider:
        service = self._known.get(provider)
        if service is None or service.api == "embed":
            words = f"There is no provider {provider}; add it to the config file as [providers.{provider}]."
            raise UnknownModel(words)
        if service.api == "local":
            return self._local()
        if not self.reachable(provider):
            raise self._needs(service)
        from mixchat.providers.adapter import Endpoint  # who is within reach is asked without an event loop

        module, name = _ADAPTERS[service.api]
        adapter = getattr(importlib.import_module(module), name)
        return adapter(Endpoint(service, lambda: self._key(service), self._cards, self._connections))

    def _key(self, service: ProviderSpec) -> str:
        found = self._credentials.find(service.name)
        if found is None and service.needs_key:
            raise self._needs(service)
        return found.value if found is not None else ""

    def _needs(self, service: ProviderSpec) -> NeedsKey | UnknownModel | Unreachable:
        if service.problem:
            return Unreachable(service.problem, reached=False)
        if not service.base_url:
            words = f"[providers.{service.name}] in the config file has no base_url; say where the server is."
            return UnknownModel(words)
        variable = next(iter(self._credentials.variables(service.name)), "")
        how = f"set {variable} or run" if variable else "run"
        return NeedsKey(f"{service.label} needs a key; {how} `mixchat keys set {service.name}`.")


def build_providers(
    config: Config,
    environ: Mapping[str, str],
    credentials: Credentials,
    cards: Callable[[ModelRef], ModelCard],
    paths: Paths,
    *,
    extra: Mapping[str, Provider] | None = None,
) -> Registry:
    """Return the registry; `extra` are providers of a test's or a program's own, which go first."""

    def local() -> Provider:
        from mixchat.providers.local.provider import LocalProvider

        return LocalProvider(paths, config)

    return Registry(provider_specs(config, environ), credentials, cards, local, extra)
