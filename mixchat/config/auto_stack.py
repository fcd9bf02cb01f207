"""The stack that is made from what this machine can reach."""

import re
from collections.abc import Callable, Iterable, Sequence
from math import log2
from typing import Final

import msgspec

from mixchat.config.stack_file import RoleTable, SlotEntry, StackFile
from mixchat.domain.role import CODING, DAILY_DRIVER, EXTRACTION, QUICK, SUMMARIZATION

ANY: Final = "*"
"""In place of a model: whichever the server has that suits the role."""
LOCAL: Final = "local"
"""The built-in provider, which needs neither a key nor an address."""
OWN_NAMES: Final = frozenset({"anthropic", "openai", "google", LOCAL})
"""Providers whose lists do not name every model by the name that it can be asked by."""

Found = Callable[[str], bool]
Listed = Callable[[str], tuple[str, ...]]
"""The models that a server had when it was last asked; nothing is asked now."""
Current = Callable[[str], str | None]
"""Returns what to ask in place of a model: itself, its successor once it has retired, or nothing."""

_UNASKED: Final = "ollama"
"""The server that is looked for without being told of."""
_NO_CHAT: Final = re.compile(
    r"embed|rerank|whisper|tts|transcri|speech|voice|audio|realtime|live|guard|moderation|ocr|image|diffusion|dall|sora|veo"
    r"|bge-|minilm|clip|babbage|davinci|instruct-0914",
    re.IGNORECASE,
)
_SIZE: Final = re.compile(r"(?<![\d.])(\d+(?:\.\d+)?)[bB](?![a-z])")
_WORDS: Final = {
    "astra": 90, "opus": 88, "fable": 88, "ultra": 84, "argon": 78, "max": 78, "pro": 74, "sonnet": 70, "sol": 70, "large": 68,
    "medium": 54, "terra": 52, "flash": 46, "haiku": 32, "luna": 32, "instant": 28, "small": 28, "mini": 26, "lite": 22,
    "nano": 16, "tiny": 12, "smollm2": 5,
}  # fmt: skip
"""What a model's name says of its strength."""
_UNKNOWN: Final = 40.0
_SMALLEST: Final = 20.0
"""Strength below which a model is too weak even for easy questions, where there is another."""
_SMALL_ROLES: Final = frozenset({QUICK, SUMMARIZATION, EXTRACTION})


def _itself(ref: str) -> str | None:
    return ref


def reachable_stack(
    template: StackFile, found: Found, listed: Listed, own: Iterable[str], current: Current = _itself
) -> StackFile:
    """Return the template with the slots that are within reach; local ones without weights only if nobody else is.

    Args:
        template: every provider's slots in order of preference.
        found: whether a provider has a key or an address; for `local`, whether its model is on the disk.
        listed: a provider's known models.
        own: the providers that the person added; they sit behind the built-in ones.
        current: what to ask in place of a model that may have retired.
    """

    def role_table(name: str, table: RoleTable) -> RoleTable:
        models = [slot for entry in table.models for slot in _expand(entry, name, found, listed, current)]
        if name == DAILY_DRIVER:
            place = _behind_cloud(models)
            models[place:place] = (
                slot for provider in own for slot in _any_of(provider, name, listed, current)
            )
        return msgspec.structs.replace(table, models=tuple(models))

    roles = {name: role_table(name, table) for name, table in template.roles.items()}
    if not found(LOCAL) and any(_cloud_or_server(table) for table in roles.values()):
        roles = {
            name: msgspec.structs.replace(table, models=_without_local(table))
            for name, table in roles.items()
        }
    return msgspec.structs.replace(template, roles=roles)


def _cloud_or_server(table: RoleTable) -> bool:
    return bool(_without_local(table))


def _without_local(table: RoleTable) -> tuple[str | SlotEntry, ...]:
    return tuple(entry for entry in table.models if not _name(entry).startswith(f"{LOCAL}/"))


def _behind_cloud(models: list[str | SlotEntry]) -> int:
    """Return the place behind the last slot that is in the cloud."""
    return next(
        (place for place, entry in enumerate(models) if _name(entry).startswith(("ollama/", "local/"))),
        len(models),
    )


def _name(entry: str | SlotEntry) -> str:
    return entry if isinstance(entry, str) else entry.model


def _expand(
    entry: str | SlotEntry, role: str, found: Found, listed: Listed, current: Current
) -> tuple[str | SlotEntry, ...]:
    provider, _, model = _name(entry).partition("/")
    if model == ANY:
        return _any_of(provider, role, listed, current) if provider == _UNASKED or found(provider) else ()
    if provider != LOCAL and not found(provider):
        return ()
    names = () if provider in OWN_NAMES else listed(provider)
    if names and model not in names:
        return _any_of(provider, role, listed, current)
    ref = current(_name(entry))
    if ref is None:
        return _any_of(provider, role, listed, current)
    return (ref if isinstance(entry, str) else msgspec.structs.replace(entry, model=ref),)


def _any_of(provider: str, role: str, listed: Listed, current: Current) -> tuple[str, ...]:
    """Return the one model of `provider` that suits `role` best by its name."""
    names = [
        name
        for name in listed(provider)
        if not _NO_CHAT.search(name) and current(f"{provider}/{name}") == f"{provider}/{name}"
    ]
    if not names:
        return ()
    coders = [name for name in names if "cod" in name.lower()]
    talkers = [name for name in names if name not in coders]
    chosen = _suited(
        (coders or talkers) if role == CODING else (talkers or coders), small=role in _SMALL_ROLES
    )
    return (f"{provider}/{chosen}",)


def _suited(names: Sequence[str], *, small: bool) -> str:
    """Return the strongest by its name, or of those that are not too weak the weakest; the first of equals."""
    if not small:
        return max(names, key=_strength)
    able = [name for name in names if _strength(name) >= _SMALLEST]
    return min(able or names, key=_strength)


def _strength(name: str) -> float:
    """Return what a name says of a model's strength: how many billion weights it has, or a word such as `mini`."""
    sizes = [float(size) for size in _SIZE.findall(name)]
    if sizes:
        return 10 * log2(max(sizes) + 1)
    words = [_WORDS[word] for word in re.split(r"[^a-z0-9]+", name.lower()) if word in _WORDS]
    return min(words) if words else _UNKNOWN
