"""The keys at hand: where each came from, never what it is."""

from collections.abc import Iterator

from mixchat.cli.checks.check import Check
from mixchat.installation import Installation
from mixchat.papers.services import Service
from mixchat.words.error import NeedsKey

_AREA = "keys"


def check_keys(here: Installation) -> Iterator[Check]:
    """Yield every key that is at hand with its source, and one line about the rest."""
    missing: list[str] = []
    for name, service in here.services.items():
        if here.credentials.has(name):
            yield _found(here, name)
        elif name in here.config.providers and service.needs_key:
            yield Check(_AREA, name, "trouble", "no key", _advice(here, service))
        elif service.needs_key:
            missing.append(name)
    if missing:
        advice = "Keep one with `mixchat keys set PROVIDER`, or set its environment variable."
        yield Check(_AREA, "others", "note", f"no key of {', '.join(missing)}", advice)


def _found(here: Installation, name: str) -> Check:
    source = here.credentials.source(name) or ""
    try:
        found = here.credentials.find(name)
    except NeedsKey as error:
        return Check(_AREA, name, "trouble", error.message, _advice(here, here.services[name]))
    if found is None:
        advice = f"Keep it again with `mixchat keys set {name}`."
        return Check(_AREA, name, "trouble", f"the {source} has no key", advice)
    return Check(_AREA, name, "works", f"from the {found.source}")


def _advice(here: Installation, service: Service) -> str:
    names = " or ".join(here.credentials.variables(service.name)) or "key_env in the config"
    page = f"; keys are made at {service.keys_page}" if service.keys_page else ""
    return f"Set {names}, or run `mixchat keys set {service.name}`{page}."
