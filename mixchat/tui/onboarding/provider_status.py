"""Which keys and servers are there: asked of the environment, the key ring's list, the disk and loopback."""

import asyncio
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from msgspec import Struct

from mixchat.config.provider_specs import ProviderSpec
from mixchat.domain.model import ModelRef
from mixchat.domain.stack import Stack
from mixchat.providers.discovery import accepts, is_server_here

if TYPE_CHECKING:
    from mixchat.runtime.runtime import Runtime

_ASKED: Final = ("anthropic", "openai", "google", "openrouter", "ollama", "local")
"""The services that are named whether or not they are there."""


class ProviderFinding(Struct, frozen=True):
    """One service, and whether it can be asked."""

    service: str
    label: str
    ready: bool
    words: str


class ProviderStatus:
    """Looks around without any network but this machine's own."""

    def __init__(self, runtime: "Runtime") -> None:
        self._runtime = runtime
        self._listening: dict[str, bool] = {}

    async def probe(self) -> None:
        """Find out which servers of this machine accept a connection."""
        known = self._runtime.settings.provider_specs
        names = [name for name, service in known.items() if is_server_here(service)]
        answers = await asyncio.gather(*(accepts(known[name].base_url) for name in names))
        self._listening = dict(zip(names, answers, strict=True))

    def _is_server(self, name: str) -> bool:
        service = self._runtime.settings.provider_specs.get(name)
        return service is not None and is_server_here(service)

    def provider_specs(self) -> list[ProviderFinding]:
        """Return what was found of the usual services, and of others that have a key or run here."""
        known = self._runtime.settings.provider_specs
        others = [name for name in known if name not in _ASKED and self._is_worth_naming(known[name])]
        return [self._finding(known[name]) for name in (*_ASKED, *others) if name in known]

    def _is_worth_naming(self, service: ProviderSpec) -> bool:
        """Whether somebody set it up, or its models were found; what merely listens may be anything."""
        if self._runtime.settings.credentials.has(service.name):
            return True
        if not is_server_here(service):
            return False
        listens = self._listening.get(service.name, False)
        return service.placed or (listens and bool(self._runtime.settings.catalog.listed(service.name)))

    def _finding(self, service: ProviderSpec) -> ProviderFinding:
        ready = self.ready(service.name)
        source = self._runtime.settings.credentials.source(service.name)
        if service.api == "local":
            models = self._local_models()
            words = ", ".join(models) if models else "not downloaded"
        elif is_server_here(service):
            words = f"running at {_place(service)}" if ready else "not running"
            if ready and self._has_no_model(service.name):
                ready = False
                how = ": ollama pull llama3.2" if service.api == "ollama" else ""
                words = f"running, without a model{how}"
        elif service.api == "embed":
            words = f"key from {source}; it embeds, and answers no prompts" if source else "no key"
        elif ready:
            words = f"key from {source or 'the config'}"
        else:
            words = service.problem or "no key"
        return ProviderFinding(service.name, service.label or service.name, ready, words)

    def _has_no_model(self, server: str) -> bool:
        """Whether the server was asked, and has none."""
        catalog = self._runtime.settings.catalog
        return not catalog.stale(server) and not catalog.listed(server)

    def ready(self, provider: str) -> bool:
        """Whether the provider can be asked, as far as can be told from here."""
        if provider == "local":
            return bool(self._local_models())
        if self._is_server(provider):
            return self._listening.get(provider, False)
        return self._runtime.settings.providers.reachable(provider)

    def reaches(self, ref: ModelRef) -> bool:
        """Whether this very model can be asked, as far as can be told from here."""
        return ref.model in self._local_models() if ref.provider == "local" else self.ready(ref.provider)

    def answering(self, stack: Stack, *, here: bool = False) -> dict[str, str]:
        """Return the first model that can be asked, by role; `here`: of those on this machine."""
        found: dict[str, str] = {}
        is_local = self._runtime.settings.providers.is_local
        for role in stack.roles:
            order = [slot.ref for slot in stack.fallback_order(role) if self.reaches(slot.ref)]
            first = next((ref for ref in order if not here or is_local(ref.provider)), None)
            if first is not None:
                found[role] = first.model
        return found

    def _local_models(self) -> tuple[str, ...]:
        from mixchat.providers.local.model_store import ModelStore

        return ModelStore.of(self._runtime.settings.paths, self._runtime.settings.config).names()


def _place(service: ProviderSpec) -> str:
    return urlsplit(service.base_url).netloc
