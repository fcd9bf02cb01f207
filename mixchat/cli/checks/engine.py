"""The local model and what runs it."""

from collections.abc import Iterator
from importlib.util import find_spec

from mixchat.cli.checks.check import Check
from mixchat.house import House

_AREA = "local model"


def check_engine(house: House) -> Iterator[Check]:
    """Yield whether llama.cpp is installed and which models are on this machine."""
    from mixchat.providers.local.shelf import STARTER, Shelf

    if find_spec("xllamacpp") is None:
        advice = "Use Ollama instead, or Python on a platform that has a wheel of xllamacpp."
        yield Check(_AREA, "engine", "trouble", "xllamacpp is not installed", advice)
    else:
        yield Check(_AREA, "engine", "works", "llama.cpp")
    entries = Shelf.of(house.paths, house.config).entries()
    for entry in entries:
        yield Check(_AREA, entry.name, "works", f"{entry.path} ({entry.size / 1e6:,.0f} MB)")
    if not entries:
        advice = f"Fetch one with `mixchat local pull {STARTER}`; it needs no key."
        yield Check(_AREA, "models", "note", "none is here yet", advice)
