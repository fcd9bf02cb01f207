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
    """How varied its replies are, 0 to 2."""
    max_tokens: int | None = None
    """How long a reply may be, in tokens."""


class RoleTable(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One role as a stack file writes it."""

    description: str | None = None
    """What the role is for."""
    models: tuple[str | SlotEntry, ...] = ()
    """The models, in the order they are asked."""
    plan: str | SlotEntry | None = None
    """The model that plans, in a two-step role."""
    execute: str | SlotEntry | None = None
    """The model that carries the plan out, in a two-step role."""
    keywords: tuple[str, ...] = ()
    """Words that make a prompt this role's."""
    regex: tuple[str, ...] = ()
    """Regular expressions that make a prompt this role's."""
    file_types: tuple[str, ...] = ()
    """Attached files that make a prompt this role's, such as .py."""
    min_length: int | None = None
    """The fewest characters a prompt may have."""
    max_length: int | None = None
    """The most characters a prompt may have."""
    has_image: bool | None = None
    """Only with an image attached (on), or only without (off)."""
    languages: tuple[str, ...] = ()
    """Languages that make a prompt this role's, such as de."""
    examples: tuple[str, ...] = ()
    """Example prompts; prompts like them go to this role."""
    private: bool | None = None
    """Only models on this machine may answer."""
    system: str | None = None
    """The system prompt in this role."""
    persona: str | None = None
    """A persona of your library, instead of a system prompt."""
    search: bool | None = None
    """Replies use a web search."""
    effort: Effort | None = None
    """How hard the models think."""
    temperature: float | None = None
    """How varied the replies are, 0 to 2."""
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
