"""What the settings are called on the screen, in which units they are, and what holds while nothing is set."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Final, cast

from mixchat.config.schema import Setting
from mixchat.domain.plain_text import one_line
from mixchat.ledger import money
from mixchat.tui.screens.settings.setting_value import HIDDEN, looks_like_secret

_TITLES: Final[Mapping[str, str]] = {
    "titles": "Chat titles",
    "private": "Private chats",
    "roles.private": "Private",
    "budget.message": "Per message",
    "budget.chat": "Per chat",
    "budget.day": "Per day",
    "budget.month": "Per month",
    "router.learn": "Learn from you",
    "router.embeddings": "Embedding model",
    "router.secrets": "Hold back keys",
    "router.silence": "Give up after",
    "first_token": "First token",
    "ui.notify": "Notifications",
    "ui.vim": "Vim keys",
    "ui.plain": "Plain text",
    "local": "Model files",
    "engine.idle": "Unload after",
    "system": "System prompt",
    "base_url": "Address",
    "key_env": "Key variable",
    "key_command": "Key command",
    "api": "Protocol",
    "providers.local": "On this machine",
    "prices.input": "Input",
    "prices.output": "Output",
    "cache_read": "Cache read",
    "cache_write": "Cache write",
    "search": "Web search",
    "effort": "Reasoning effort",
    "max_tokens": "Max output tokens",
    "has_image": "With an image",
    "min_length": "Shortest prompt",
    "max_length": "Longest prompt",
    "regex": "Patterns",
}
"""By key or by its last part, where that is not the key in a capital letter."""
_GROUPS: Final[Mapping[str, str]] = {
    "budget": "Budget",
    "router": "Routing",
    "ui": "Screen",
    "engine": "Built-in model",
    "aliases": "Models and servers",
    "providers": "Models and servers",
    "prices": "Models and servers",
    "local": "Models and servers",
    "roles": "Roles and keys",
    "keys": "Roles and keys",
}
_UNITS: Final[Mapping[str, str]] = {
    "router.first_token": "s",
    "router.silence": "s",
    "providers.first_token": "s",
    "engine.idle": "s",
    "engine.context": "tokens",
    "engine.memory": "GB",
    "roles.max_tokens": "tokens",
    "roles.min_length": "characters",
    "roles.max_length": "characters",
}
_UNSET: Final[Mapping[str, str]] = {
    "budget": "no limit",
    "router.judge": "nobody is asked",
    "router.embeddings": "built-in features",
    "router.first_token": "10 s or longer",
    "engine.memory": "what is free",
    "engine.threads": "all cores but one",
    "system": "none",
    "roles.has_image": "either",
    "roles.private": "off",
    "roles.system": "none",
}
"""What holds while nothing is set, by key or its first part."""


UNKNOWN: Final = "—"
"""Stands where nothing is set, and nothing can be said about what holds then."""


def short_key(setting: Setting) -> str:
    """Return the key without the name of the thing that it is about: `providers.base_url`."""
    first = setting.path[0]
    return first if setting.key == first else f"{first}.{setting.path[-1]}"


def title(setting: Setting) -> str:
    """Return what a setting is called."""
    last = setting.path[-1]
    known = _TITLES.get(short_key(setting)) or _TITLES.get(last)
    return known or last.replace("_", " ").capitalize()


def group(setting: Setting) -> str:
    """Return the heading that a setting stands under; keys of one named thing need none."""
    first, *below = setting.path
    return _GROUPS.get(first, "General") if len(below) < 2 else ""


def unit(setting: Setting) -> str:
    """Return the unit that a number is in, or nothing."""
    return _UNITS.get(short_key(setting), "")


def shown(value: object) -> str:
    """Return a value as the screen writes it."""
    match value:
        case None:
            return UNKNOWN
        case bool():
            return "on" if value else "off"
        case Decimal():
            return money.dollars(value)
        case float():
            return f"{value:g}"
        case dict() | tuple():
            return one_line(", ".join(map(str, cast("Iterable[object]", value)))) or "none"
        case _:
            text = str(value)
            return HIDDEN if looks_like_secret(text) else one_line(text)


def shown_for(setting: Setting, value: object) -> str:
    """Return what a setting is now, with its unit; where nothing is set, what holds then."""
    if value is None:
        return _UNSET.get(short_key(setting)) or _UNSET.get(setting.path[0], UNKNOWN)
    said = shown(value)
    if unit(setting) and isinstance(value, int | float):
        said = f"{value:,}" if isinstance(value, int) else said
        return f"{said} {unit(setting)}"
    return said


ONE_BY_ONE: Final = frozenset({"examples", "regex"})
"""Lists whose entries may hold a comma: they are written one by one, on a screen of their own."""
_MAY_BE: Final[Mapping[str, str]] = {
    "switch": "On or off",
    "dollars": "Dollars",
    "list": "Several, with commas between them",
    "table": "Each with a name of its own",
}


def may_be(setting: Setting) -> str:
    """Return what can be set, in words; empty where anything can."""
    if setting.choices:
        *most, last = setting.choices
        return f"{', '.join(most)} or {last}"
    if setting.kind == "number":
        counted = unit(setting)
        return f"A number of {'seconds' if counted == 's' else counted}" if counted else "A number"
    if setting.kind == "list" and setting.path[-1] in ONE_BY_ONE:
        return "Several, each in its own row"
    return _MAY_BE.get(setting.kind, "")


def source_words(source: str, file: str) -> str:
    """Return in a sentence where a value comes from; empty where nobody set it, or it was set here."""
    return "" if source in {"default", file} else f"Set by {source}, which goes before what is set here."
