"""What `@name` and `/pin name` mean."""

import difflib
from collections.abc import Callable, Iterable, Mapping

from mixchat.domain.chat_request import Pin
from mixchat.domain.model import ModelRef
from mixchat.domain.stack import Slot, Stack

Catalog = Callable[[str], Iterable[ModelRef]]
"""Gives the models that are known by a name without its provider."""

_OFFERED = 3
"""Names that are offered in place of one that is nothing."""


def resolve(
    name: str,
    stack: Stack,
    aliases: Mapping[str, ModelRef] | Mapping[str, str],
    known: Callable[[str], bool] | None = None,
    catalog: Catalog | None = None,
) -> Pin | None:
    """Return what `name` pins: a role of the stack, else an alias, else a model; `None`: nothing.

    A model may be written without its provider where only one is meant; the pin then has its full name.
    `known` says whether there is a provider of that name, so that `@docs/notes.md` is not taken for a model.
    """
    name = name.removeprefix("@")
    if name in stack.roles:
        return Pin(name, role=name)
    target = aliases.get(name)
    if target is not None:
        ref = ModelRef.parse(target) if isinstance(target, str) else target
        return Pin(name, slot=_slot(ref, stack))
    ref = _reference(name, known)
    if ref is not None:
        return Pin(str(ref), slot=_slot(ref, stack))
    meant = models_named(name, stack, catalog)
    return Pin(str(meant[0]), slot=_slot(meant[0], stack)) if len(meant) == 1 else None


def models_named(name: str, stack: Stack, catalog: Catalog | None = None) -> tuple[ModelRef, ...]:
    """Return the models whose name behind the provider is `name`: the stack's, or else the catalog's."""
    named = tuple(ref for ref in stack.models() if ref.model == name)
    return named or tuple(catalog(name) if catalog is not None and name else ())


def unresolved(
    name: str,
    stack: Stack,
    aliases: Iterable[str],
    catalog: Catalog | None = None,
    *,
    roles: bool = True,
) -> str:
    """Return the sentence about a name that `resolve` knows nothing for, with what may be written instead.

    Without `roles` it is about models alone.
    """
    name = name.removeprefix("@")
    several = models_named(name, stack, catalog)
    if len(several) > 1:
        return f"{name} may be {_either(map(str, several))}; write one of them."
    kinds = "a role, alias or model" if roles else "an alias or model"
    refs = stack.models()
    words = [*(stack.roles if roles else ()), *aliases, *(ref.model for ref in refs), *map(str, refs)]
    near = difflib.get_close_matches(name.lower(), list(dict.fromkeys(words)), n=_OFFERED)
    if near:
        return f"{name} is not {kinds}; did you mean {_either(near)}?"
    slots = f"; the stack {stack.name} has {', '.join(map(str, refs[:_OFFERED]))}" if refs else ""
    more = " and others" if len(refs) > _OFFERED else ""
    return f"{name} is not {kinds}{slots}{more}."


def _reference(name: str, known: Callable[[str], bool] | None) -> ModelRef | None:
    try:
        ref = ModelRef.parse(name)
    except ValueError:
        return None
    if known is None or known(ref.provider):
        return ref
    provider = ref.provider.lower()
    return ModelRef(provider, ref.model) if known(provider) else None


def _slot(ref: ModelRef, stack: Stack) -> Slot:
    """Return the slot as the stack has it, if all its slots of this model agree; else a plain one."""
    slots = {slot for role_config in stack.roles.values() for slot in role_config.slots if slot.ref == ref}
    return slots.pop() if len(slots) == 1 else Slot(ref)


def _either(names: Iterable[str]) -> str:
    *others, last = names
    return f"{', '.join(others)} or {last}" if others else last
