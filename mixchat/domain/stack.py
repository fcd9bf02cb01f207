"""Stacks: which models each role has, in order of preference."""

from collections.abc import Mapping

from msgspec import Struct

from mixchat.domain.model import Effort, ModelRef
from mixchat.domain.role import DAILY_DRIVER, FALLBACK


class Slot(Struct, frozen=True):
    """A model in a fallback order, with the settings it is called with there."""

    ref: ModelRef
    search: bool = False
    effort: Effort | None = None
    temperature: float | None = None
    max_tokens: int | None = None


class Rules(Struct, frozen=True):
    """What in a prompt makes it this role's, said by the user. Empty: no rule."""

    keywords: tuple[str, ...] = ()
    regex: tuple[str, ...] = ()
    file_types: tuple[str, ...] = ()
    """Suffixes of attached files, such as `.py`."""
    min_length: int | None = None
    """Characters of the prompt."""
    max_length: int | None = None
    has_image: bool | None = None
    languages: tuple[str, ...] = ()
    """ISO 639-1 codes of the prompt's language."""


class RoleConfig(Struct, frozen=True):
    """One role of a stack: who does it and what belongs to it."""

    role: str
    description: str = ""
    slots: tuple[Slot, ...] = ()
    rules: Rules = Rules()
    examples: tuple[str, ...] = ()
    private: bool = False
    system: str | None = None
    persona: str | None = None
    """The name of a persona, whose system prompt is the role's."""
    plan: Slot | None = None
    """With `execute`: a two-step role, one model plans and the other carries it out."""
    execute: Slot | None = None


class Stack(Struct, frozen=True):
    """A named mapping from roles to fallback orders."""

    name: str
    description: str
    roles: Mapping[str, RoleConfig]
    embeddings: ModelRef | None = None
    """The embedding model that compares prompts with examples, where the config names none."""

    def models(self) -> tuple[ModelRef, ...]:
        """Return every model of the stack once, in the order of its roles."""
        slots = (
            slot
            for role_config in self.roles.values()
            for slot in (*role_config.slots, role_config.plan, role_config.execute)
            if slot is not None
        )
        return tuple(dict.fromkeys(slot.ref for slot in slots))

    def fallback_order(self, role: str) -> tuple[Slot, ...]:
        """Return the role's slots, then daily-driver's, then fallback's, without repeats.

        A private role ends with its own slots; whether they are local is the router's to check.
        """
        own = self.roles.get(role)
        names = (role,) if own is not None and own.private else (role, DAILY_DRIVER, FALLBACK)
        slots: dict[ModelRef, Slot] = {}
        for role_config in (self.roles[name] for name in names if name in self.roles):
            for slot in (*((role_config.execute,) if role_config.execute else ()), *role_config.slots):
                slots.setdefault(slot.ref, slot)
        return tuple(slots.values())
