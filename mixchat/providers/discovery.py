"""Finding the models of servers that need no key and run on this machine, Ollama above all."""

import asyncio
from collections.abc import Iterable
from urllib.parse import urlsplit

from mixchat.config.catalog import Catalog
from mixchat.config.provider_specs import ProviderSpec
from mixchat.providers.registry import Registry

_PATIENCE = 0.5
"""Seconds that a server on this machine has to accept a connection."""


async def discover(provider_specs: Iterable[ProviderSpec], catalog: Catalog, providers: Registry) -> bool:
    """Ask the servers that accept a connection for their models, if their listing is older than a day.

    Returns whether a listing is new. One that does not answer keeps its old listing; so does cancelling.
    """
    here = [service for service in provider_specs if _may_be_here(service) and catalog.stale(service.name)]
    answers = await asyncio.gather(*(_accepts(service.base_url) for service in here))
    found = [service.name for service, accepted in zip(here, answers, strict=True) if accepted]
    if not found:
        return False
    failed = await catalog.refresh(providers.get(name) for name in found)
    return len(failed) < len(found)


def _may_be_here(service: ProviderSpec) -> bool:
    known = service.name == "ollama" or service.placed
    return known and not service.needs_key and service.loopback and service.api != "local"


async def _accepts(url: str) -> bool:
    address = urlsplit(url)
    try:
        async with asyncio.timeout(_PATIENCE):
            _, writer = await asyncio.open_connection(address.hostname, address.port or 80)
    except (OSError, ValueError):
        return False
    writer.close()
    return True
