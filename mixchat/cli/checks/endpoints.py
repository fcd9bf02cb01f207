"""The providers, asked for their models: all at once, each for a few seconds."""

import asyncio
from collections.abc import Sequence

from mixchat.cli.checks.check import Check
from mixchat.house import House
from mixchat.papers.services import Service
from mixchat.words.error import NeedsKey, ProviderError

_AREA = "endpoints"
_PATIENCE = 5.0
"""Seconds until a server counts as silent; loading its library is not counted."""


async def check_endpoints(house: House) -> list[Check]:
    """Return whether each provider with a key or an address answers, and to the key at hand."""
    services = [service for service in house.services.values() if _asked(house, service)]
    return list(await asyncio.gather(*(_check(house, service) for service in services)))


def _asked(house: House, service: Service) -> bool:
    return (
        house.credentials.has(service.name)
        or service.placed
        or service.api == "ollama"
        or service.name in house.config.providers
    )


async def _check(house: House, service: Service) -> Check:
    where = service.base_url or service.label
    if service.api == "embed":
        return await _knock(service)
    try:
        provider = house.providers.get(service.name)
        await asyncio.to_thread(provider.warm)
        async with asyncio.timeout(_PATIENCE):
            models = await provider.models()
    except TimeoutError:
        return Check(
            _AREA, service.name, "trouble", f"{where} is silent", "Check the network or the address."
        )
    except ProviderError as error:
        return _failed(house, service, error)
    return Check(_AREA, service.name, "works", f"{where} has {_counted(models)}")


def _counted(models: Sequence[object]) -> str:
    return f"{len(models)} model{'' if len(models) == 1 else 's'}"


def _failed(house: House, service: Service, error: ProviderError) -> Check:
    if service.on_machine and not service.placed and not house.credentials.has(service.name):
        found = f"no server at {service.base_url}"
        return Check(_AREA, service.name, "note", found, f"Start {service.label} if you want to use it.")
    if isinstance(error, NeedsKey):
        source = house.credentials.source(service.name)
        advice = f"Correct the key from the {source}." if source else "Set the key."
        return Check(_AREA, service.name, "trouble", error.message, advice)
    return Check(_AREA, service.name, "trouble", error.message)


async def _knock(service: Service) -> Check:
    """Return whether anybody answers at the address; the key is not sent."""
    import httpx

    try:
        async with httpx.AsyncClient(timeout=_PATIENCE, trust_env=not service.loopback) as client:
            answer = await client.get(service.base_url)
    except httpx.HTTPError as error:
        reason = f"{service.base_url} cannot be reached ({type(error).__name__})"
        return Check(_AREA, service.name, "trouble", reason, "Check the network or the address.")
    return Check(_AREA, service.name, "works", f"{service.base_url} answers ({answer.status_code})")
