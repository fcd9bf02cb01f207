"""What an import took, and what it did not."""

from collections import Counter

from msgspec import Struct, field

from mixchat.transfer.document import ChatDocument


class Taken(Struct, frozen=True):
    """One chat as another program's export tells it, and what of it could not be taken."""

    document: ChatDocument
    left: Counter[str] = field(default_factory=Counter[str])
    """How often each kind of thing was left out, by its name in the plural."""
