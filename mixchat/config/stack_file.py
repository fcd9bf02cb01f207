"""The shape of a stack file, and of the role tables in it."""

from msgspec import Struct

from mixchat.domain.model import Effort


class SlotEntry(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A model in a fallback order, with settings of its own."""

    model: str
    """A model reference or an alias."""
    search: bool | None = None
    """Whether its replies are grounded in a web search."""
    effort: Effort | None = None
    """How hard it thinks."""
    temperature: float | None = None
    """How freely it picks its words."""
    max_tokens: int | None = None
    """How long a reply may be, in tokens."""


class RoleTable(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One role as a stack file writes it."""

    description: str | None = None
    """What the role is for."""
    models: tuple[str | SlotEntry, ...] = ()
    """The fallback order, in order of preference."""
    plan: str | SlotEntry | None = None
    """The model that plans, in a two-step role."""
    execute: str | SlotEntry | None = None
    """The model that carries the plan out, in a two-step role."""
    keywords: tuple[str, ...] = ()
    """Words that make a prompt this role's."""
    regex: tuple[str, ...] = ()
    """Regular expressions that make a prompt this role's."""
    file_types: tuple[str, ...] = ()
    """Suffixes of attached files that make a prompt this role's."""
    min_length: int | None = None
    """Characters that a prompt must have at least."""
    max_length: int | None = None
    """Characters that a prompt may have at most."""
    has_image: bool | None = None
    """Whether an image must be attached, or must not."""
    languages: tuple[str, ...] = ()
    """Languages that make a prompt this role's, as ISO 639-1 codes."""
    examples: tuple[str, ...] = ()
    """Prompts of this kind."""
    private: bool | None = None
    """Whether only models on this machine may answer."""
    system: str | None = None
    """The role's system prompt."""
    persona: str | None = None
    """The persona of the prompt library whose system prompt is the role's, in the place of `system`."""
    search: bool | None = None
    """Whether replies are grounded in a web search."""
    effort: Effort | None = None
    """How hard the models think."""
    temperature: float | None = None
    """How freely the models pick their words."""
    max_tokens: int | None = None
    """How long a reply may be, in tokens."""

    def __post_init__(self) -> None:
        if (self.plan is None) != (self.execute is None):
            lone, other = ("plan", "execute") if self.execute is None else ("execute", "plan")
            raise ValueError(f'{lone} needs "{other}" beside it: a two-step role has both.')
        if self.persona is not None and self.system is not None:
            raise ValueError("persona cannot stand beside system: keep one of them.")


class StackFile(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A whole stack file."""

    name: str | None = None
    """The stack's name; left out: the file's."""
    description: str = ""
    """What the stack is for."""
    embeddings: str | None = None
    """The embedding model that compares prompts with a role's examples."""
    roles: dict[str, RoleTable] = {}
    """The roles by name."""
