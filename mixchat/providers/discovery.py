"""Finding the models of servers that need no key and run on this machine, Ollama above all."""

import asyncio
import contextlib
import socket
from collections.abc import Iterable, Sequence
from urllib.parse import urlsplit

from mixchat.config.catalog import Catalog
from mixchat.config.provider_specs import ProviderSpec
from mixchat.domain.errors import ProviderError
from mixchat.providers.registry import Registry

_PATIENCE = 0.5
"""Seconds that a server on this machine has to accept a connection."""
_PATIENCE_WITH_STRANGERS = 3.0
"""Seconds that whatever listens at a usual address, which nobody named, has to say what it is."""


async def discover(
    provider_specs: Iterable[ProviderSpec], catalog: Catalog, providers: Registry, *, unnamed: bool = False
) -> bool:
    """Ask the servers that accept a connection for their models, if their listing is older than a day.

    Returns whether a listing is new. One that does not answer keeps its old listing; so does cancelling.

    Args:
        provider_specs: the services that are known.
        catalog: keeps the listings.
        providers: who asks.
        unnamed: whether to look at the usual addresses of servers that nobody named, too, even if they were asked
            today: they may run now.
    """
    servers = [service for service in provider_specs if is_server_here(service)]
    named = [service for service in servers if _is_named(service) or catalog.listed(service.name)]
    here = [service for service in named if catalog.stale(service.name) or not catalog.listed(service.name)]
    strangers = [service for service in servers if service not in named] if unnamed else []
    found, others = await asyncio.gather(_listening(here), _listening(strangers))
    before = {name: catalog.listed(name) for name in (*found, *others)}
    await asyncio.gather(
        catalog.refresh(providers.get(name) for name in found), _introduced(catalog, providers, others)
    )
    return any(catalog.listed(name) != was for name, was in before.items())


def is_server_here(service: ProviderSpec) -> bool:
    """Whether it is a server that needs no key, at an address of this machine."""
    return not service.needs_key and service.loopback and service.api != "local"


def _is_named(service: ProviderSpec) -> bool:
    return service.name == "ollama" or service.placed


async def _listening(services: Sequence[ProviderSpec]) -> list[str]:
    answers = await asyncio.gather(*(accepts(service.base_url) for service in services))
    return [service.name for service, accepted in zip(services, answers, strict=True) if accepted]


async def _introduced(catalog: Catalog, providers: Registry, names: Sequence[str]) -> None:
    """Ask what may be no model server at all; it is given little time, in which nothing has to be loaded first."""
    strangers = [providers.get(name) for name in names]
    for stranger in strangers:
        with contextlib.suppress(ProviderError):
            await asyncio.to_thread(stranger.preload)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_PATIENCE_WITH_STRANGERS):
            await catalog.refresh(strangers)


async def accepts(url: str) -> bool:
    """Return whether a server on this machine accepts a connection.

    A thread asks: on a loop that is busy, as it is at the start, the time would be up before the answer is heard.
    """
    address = urlsplit(url)
    try:
        return await asyncio.to_thread(_connects, address.hostname or "", address.port or 80)
    except ValueError:
        return False


def _connects(host: str, port: int) -> bool:
    try:
        with socket.create_connection((host, port), _PATIENCE):
            return True
    except OSError:
        return False
