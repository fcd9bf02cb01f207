"""What is kept of an unsent prompt between two runs."""

import msgspec
from msgspec import Struct


class Draft(Struct, frozen=True):
    """The typed text, and the texts behind its folded pastes."""

    typed: str = ""
    pastes: dict[int, str] = {}

    def encode(self) -> str:
        """Return it as text to store; an empty draft is empty text."""
        return msgspec.json.encode(self).decode() if self.typed else ""


def read_draft(stored: str) -> Draft:
    """Return the draft that `encode` wrote; anything else is taken as the typed text."""
    try:
        return msgspec.json.decode(stored, type=Draft)
    except msgspec.DecodeError:
        return Draft(stored)
