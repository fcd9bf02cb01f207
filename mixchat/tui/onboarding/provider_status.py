"""Which keys and servers are there: asked of the environment, the key ring's list, the disk and loopback."""

import asyncio
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from msgspec import Struct

from mixchat.config.provider_specs import ProviderSpec
from mixchat.domain.model import ModelRef
from mixchat.domain.stack import Stack

if TYPE_CHECKING:
    from mixchat.runtime.runtime import Runtime

_ASKED: Final = ("anthropic", "openai", "google", "openrouter", "ollama", "local")
"""The services that are named whether or not they are there."""
_PATIENCE: Final = 0.6
"""Seconds that a server on this machine has to accept a connection."""


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
        stacked = {
            seat.ref.provider for post in self._runtime.routing.stack.roles.values() for seat in post.seats
        }
        names = [name for name in {*stacked, "ollama"} if self._is_server(name)]
        answers = await asyncio.gather(
            *(_accepts(self._runtime.settings.provider_specs[name].base_url) for name in names)
        )
        self._listening = dict(zip(names, answers, strict=True))

    def _is_server(self, name: str) -> bool:
        service = self._runtime.settings.provider_specs.get(name)
        return service is not None and not service.needs_key and service.loopback and service.api != "local"

    def provider_specs(self) -> list[ProviderFinding]:
        """Return what was found of the usual services, and of others that have a key."""
        known = self._runtime.settings.provider_specs
        others = [
            name for name in known if name not in _ASKED and self._runtime.settings.credentials.has(name)
        ]
        return [self._finding(known[name]) for name in (*_ASKED, *others) if name in known]

    def _finding(self, service: ProviderSpec) -> ProviderFinding:
        ready = self.ready(service.name)
        if service.api == "local":
            models = self._local_models()
            words = ", ".join(models) if models else "no model yet"
        elif not service.needs_key and service.loopback:
            words = f"running at {_place(service)}" if ready else f"not running at {_place(service)}"
        elif ready:
            words = f"key from {self._runtime.settings.credentials.source(service.name) or 'the config'}"
        else:
            words = "no key"
        return ProviderFinding(service.name, service.label or service.name, ready, words)

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

    def answering(self, stack: Stack) -> dict[str, str]:
        """Return the first model that can be asked, by role."""
        found: dict[str, str] = {}
        for role in stack.roles:
            first = next((seat.ref for seat in stack.lineup(role) if self.reaches(seat.ref)), None)
            if first is not None:
                found[role] = first.model
        return found

    def _local_models(self) -> tuple[str, ...]:
        from mixchat.providers.local.model_store import ModelStore

        return ModelStore.of(self._runtime.settings.paths, self._runtime.settings.config).names()


def _place(service: ProviderSpec) -> str:
    return urlsplit(service.base_url).netloc


async def _accepts(url: str) -> bool:
    parts = urlsplit(url)
    try:
        async with asyncio.timeout(_PATIENCE):
            _, writer = await asyncio.open_connection(parts.hostname, parts.port or 80)
    except (OSError, TimeoutError):
        return False
    writer.close()
    return True
