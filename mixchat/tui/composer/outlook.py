"""What would happen if the prompt were sent now."""

from msgspec import Struct

from mixchat.words.decision import Decision
from mixchat.words.question import Pin
from mixchat.words.usage import Cost


class Chip(Struct, frozen=True):
    """A file that goes along."""

    name: str
    size: int
    """Bytes."""
    image: bool = False
    seen: bool | None = None
    """Whether the model can take it; `None`: nobody said."""


class Outlook(Struct, frozen=True, kw_only=True):
    """Who would answer, why, and about what it would cost."""

    decision: Decision | None = None
    cost: Cost | None = None
    context: float | None = None
    """The share of the model's window that the message and the chat would fill."""
    pin: Pin | None = None
    """What this message alone is pinned to, else what the chat is."""
    chat_pinned: bool = False
    files: tuple[Chip, ...] = ()
    problem: str | None = None
    """Why it cannot be sent as it stands, in one sentence."""

    @property
    def role(self) -> str | None:
        """The role that would answer."""
        return self.decision.role if self.decision else None
