"""The stack in use: who can answer, what retires, what has no price."""

import asyncio
import re
from collections.abc import Container, Iterator, Sequence
from datetime import UTC, datetime

from msgspec import Struct

from mixchat.cli.doctor_checks import Check
from mixchat.config.auto_stack import LOCAL
from mixchat.config.catalog import all_slots, retiring
from mixchat.config.provider_specs import ProviderSpec
from mixchat.config.stack_parse import unknown_model
from mixchat.config.stacks import AUTO
from mixchat.domain.errors import ConfigError, NeedsKey, ProviderError
from mixchat.domain.model import ModelRef
from mixchat.domain.stack import Stack
from mixchat.providers.local.model_store import DEFAULT_MODEL, ModelStore
from mixchat.runtime.runtime import Runtime

_AREA_ENDPOINTS = "endpoints"
_PATIENCE = 5.0
"""Seconds until a server counts as silent; loading its library is not counted."""


class EndpointCheck(Struct, frozen=True):
    """What was found of a provider's server."""

    check: Check
    models: frozenset[str] = frozenset()
    """The models that it lists; none where it was not asked for them."""


async def check_endpoints(runtime: Runtime) -> list[EndpointCheck]:
    """Return whether each provider with a key or an address answers, and to the key at hand."""
    provider_specs = [
        service for service in runtime.settings.provider_specs.values() if _asked(runtime, service)
    ]
    return list(await asyncio.gather(*(_check(runtime, service) for service in provider_specs)))


def _asked(runtime: Runtime, service: ProviderSpec) -> bool:
    return (
        runtime.settings.credentials.has(service.name)
        or service.placed
        or service.api == "ollama"
        or service.name in runtime.settings.config.providers
    )


async def _check(runtime: Runtime, service: ProviderSpec) -> EndpointCheck:
    where = service.base_url or service.label
    if service.problem:
        advice = "Correct it, or unset it."
        return EndpointCheck(Check(_AREA_ENDPOINTS, service.name, "trouble", service.problem, advice))
    if service.api == "embed":
        return EndpointCheck(await _knock(service))
    try:
        provider = runtime.settings.providers.get(service.name)
        await asyncio.to_thread(provider.preload)
        async with asyncio.timeout(_PATIENCE):
            models = await provider.models()
    except TimeoutError:
        silent, advice = f"{where} is silent", "Check the network or the address."
        return EndpointCheck(Check(_AREA_ENDPOINTS, service.name, "trouble", silent, advice))
    except ProviderError as error:
        return EndpointCheck(_failed(runtime, service, error))
    check = Check(_AREA_ENDPOINTS, service.name, "works", f"{where} has {_counted(models)}")
    return EndpointCheck(check, frozenset(card.ref.model for card in models))


def _counted(models: Sequence[object]) -> str:
    return f"{len(models)} model{'' if len(models) == 1 else 's'}"


def _failed(runtime: Runtime, service: ProviderSpec, error: ProviderError) -> Check:
    if service.on_machine and not service.placed and not runtime.settings.credentials.has(service.name):
        found = f"no server at {service.base_url}"
        return Check(
            _AREA_ENDPOINTS, service.name, "note", found, f"Start {service.label} if you want to use it."
        )
    if isinstance(error, NeedsKey):
        source = runtime.settings.credentials.source(service.name)
        advice = f"Correct the key from the {source}." if source else "Set the key."
        return Check(_AREA_ENDPOINTS, service.name, "trouble", error.message, advice)
    return Check(_AREA_ENDPOINTS, service.name, "trouble", error.message)


async def _knock(service: ProviderSpec) -> Check:
    """Return whether anybody answers at the address; the key is not sent."""
    import httpx

    try:
        async with httpx.AsyncClient(timeout=_PATIENCE, trust_env=not service.loopback) as client:
            answer = await client.get(service.base_url)
    except httpx.HTTPError as error:
        reason = f"{service.base_url} cannot be reached ({type(error).__name__})"
        return Check(_AREA_ENDPOINTS, service.name, "trouble", reason, "Check the network or the address.")
    return Check(_AREA_ENDPOINTS, service.name, "works", f"{service.base_url} answers ({answer.status_code})")


_AREA_STACK = "stack"


def check_stack(runtime: Runtime, endpoints: Sequence[EndpointCheck]) -> Iterator[Check]:
    """Yield who answers for each role, as far as the servers that were asked know their models."""
    try:
        stack = runtime.routing.stack
    except ConfigError as error:
        yield Check(_AREA_STACK, "stack", "trouble", str(error), "Choose one with `mixchat stack use NAME`.")
        return
    yield Check(_AREA_STACK, "in use", "works", stack.name)
    unlisted = _unlisted(stack, endpoints)
    yield from _roles(runtime, stack, unlisted)
    for provider in dict.fromkeys(ref.provider for ref in unlisted):
        names = ", ".join(ref.model for ref in unlisted if ref.provider == provider)
        advice = f"See what it has with `mixchat models --refresh`, and change the stack {stack.name}."
        yield Check(_AREA_STACK, provider, "note", f"its own list of models does not name {names}", advice)
    yield from _helpers(runtime)
    today = datetime.fromtimestamp(runtime.storage.clock.now(), UTC).date()
    for sentence in retiring(stack, runtime.settings.catalog.card, today):
        yield Check(_AREA_STACK, "retiring", "note", sentence, f"Change it in the stack {stack.name}.")


def _roles(runtime: Runtime, stack: Stack, unlisted: Sequence[ModelRef]) -> Iterator[Check]:
    """Yield for each role who answers; what is wrong with all of them is one thing, and is said once."""
    here = {entry.name for entry in ModelStore.of(runtime.settings.paths, runtime.settings.config).entries()}
    silent: list[str] = []
    for role in stack.roles:
        fallback_order = [slot.ref for slot in stack.fallback_order(role)]
        there = [ref for ref in fallback_order if _is_there(runtime, here, ref)]
        if there:
            listed = [ref for ref in there if ref not in unlisted]
            yield _answered(runtime, role, there, listed, away=len(fallback_order) - len(there))
        else:
            silent.append(role)
    advice = f"Add a key with `mixchat keys set`, start Ollama, or run `mixchat local pull {DEFAULT_MODEL}`."
    if stack.name != AUTO and (others := _others(runtime)):
        used = ", ".join(others)
        advice = f"Use {used} with `mixchat stack use {AUTO}`, or add a key with `mixchat keys set`."
    nobody = "no model can be asked: none is reachable or on this machine"
    for role in ("every role",) if len(silent) == len(stack.roles) else silent:
        yield Check(_AREA_STACK, role, "trouble", nobody, advice)


def _answered(
    runtime: Runtime, role: str, there: Sequence[ModelRef], listed: Sequence[ModelRef], away: int
) -> Check:
    """Return who answers for a role.

    Args:
        runtime: knows who else could.
        role: the role.
        there: its models that have a key or are on this machine.
        listed: those of them that their servers do not deny.
        away: how many have no key.
    """
    if not listed:
        unnamed = f"{there[0]} is not in its provider's own list of models"
        return Check(_AREA_STACK, role, "trouble", unnamed, "Name a model in the stack that is.")
    if all(ref.provider == LOCAL for ref in listed) and (others := _others(runtime)):
        small = f"only the small local model answers, though {', '.join(others)} can be reached"
        advice = "Run `mixchat models --refresh`, or name a model of it in the stack."
        return Check(_AREA_STACK, role, "trouble", small, advice)
    behind = f", {len(listed) - 1} more behind it" if len(listed) > 1 else ""
    without = f" ({away} without a key)" if away else ""
    return Check(_AREA_STACK, role, "works", f"{listed[0]}{behind}{without}")


def _unlisted(stack: Stack, endpoints: Sequence[EndpointCheck]) -> list[ModelRef]:
    """Return the models of the stack that their own server does not name; what it names may end in a date or a tag."""
    listed = {endpoint.check.name: endpoint.models for endpoint in endpoints if endpoint.models}
    refs = dict.fromkeys(slot.ref for role in stack.roles.values() for slot in all_slots(role))
    return [
        ref
        for ref in refs
        if ref.provider in listed
        and not any(re.fullmatch(f"{re.escape(ref.model)}([-:@].*)?", name) for name in listed[ref.provider])
    ]


def _is_there(runtime: Runtime, here: Container[str], ref: ModelRef) -> bool:
    return ref.model in here if ref.provider == LOCAL else runtime.settings.providers.reachable(ref.provider)


def _others(runtime: Runtime) -> list[str]:
    """Return the providers that chat, and have a key or were given an address."""
    return [
        spec.name
        for spec in runtime.settings.provider_specs.values()
        if spec.api not in {LOCAL, "embed"}
        and (runtime.settings.credentials.has(spec.name) or spec.placed or _lists(runtime, spec))
    ]


def _lists(runtime: Runtime, spec: ProviderSpec) -> bool:
    """Whether a server that needs no key named models when it was last asked."""
    return not spec.needs_key and bool(runtime.settings.catalog.listed(spec.name))


def check_prices(runtime: Runtime) -> Iterator[Check]:
    """Yield the models of the stack that have no price; reads the price list."""
    try:
        role_configs = runtime.routing.stack.roles.values()
    except ConfigError:
        return
    refs = dict.fromkeys(slot.ref for role_config in role_configs for slot in all_slots(role_config))
    unknown = [ref for ref in refs if runtime.storage.prices.rates(ref) is None]
    known = len(refs) - len(unknown)
    yield Check("prices", "known", "works", f"{known} of {len(refs)} models of the stack have a price")
    for ref in unknown:
        advice = f'Put it under [prices."{ref}"] in {runtime.settings.paths.config_file}.'
        yield Check("prices", str(ref), "note", "no known price; its cost is shown as ?", advice)


def _helpers(runtime: Runtime) -> Iterator[Check]:
    """Yield the models that the config names for other work than answering."""
    config = runtime.settings.config
    titles = config.titles if isinstance(config.titles, str) else None
    named = {"router.judge": config.router.judge, "router.embeddings": config.router.embeddings}
    for key, name in {**named, "titles": titles}.items():
        ref = runtime.settings.stacks.aliases.resolve(name) if name else None
        if name and ref is None:
            advice = "Write provider/model or an alias."
            yield Check(
                _AREA_STACK, key, "trouble", unknown_model(name, runtime.settings.stacks.aliases), advice
            )
        elif ref is not None and not _keyed(runtime, ref.provider):
            yield Check(
                _AREA_STACK, key, "trouble", f"no key for {ref}", "Add a key, or leave the setting out."
            )
        elif ref is not None:
            yield Check(_AREA_STACK, key, "works", str(ref))


def _keyed(runtime: Runtime, provider: str) -> bool:
    service = runtime.settings.provider_specs.get(provider)
    return service is not None and (not service.needs_key or runtime.settings.credentials.has(provider))
