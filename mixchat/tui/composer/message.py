"""A message on its way out of the composer."""

from pathlib import Path

import msgspec
from msgspec import Struct

from mixchat.domain.chat_request import GenerationSettings, Pin


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


class EditedTurn(Struct, frozen=True):
    """A turn whose prompt is being edited."""

    turn: str
    """Its id."""
    number: int
    """Its place in the chat, counted from 1."""


class ComposedMessage(Struct, frozen=True, kw_only=True):
    """What is to be sent, and the words that were typed for it."""

    typed: str
    """As it stood in the composer, folded pastes and all: what goes back when sending fails."""
    prompt: str
    """What the model is asked."""
    pin: Pin | None = None
    """Who answers this message alone."""
    files: tuple[Path, ...] = ()
    addresses: tuple[str, ...] = ()
    """Web pages that go with it; they are fetched when it is sent."""
    own_network: bool = False
    """Whether they may be of this machine and its network: the person was asked."""
    settings: GenerationSettings = GenerationSettings()
    """What is set for this message alone."""
    pastes: dict[int, str] = {}
    """The texts behind the folded pastes in `typed`."""
    edits: EditedTurn | None = None
    """The turn whose prompt was edited; the message branches off there."""
    rewrites: str | None = None
    """The turn that was taken back and whose prompt this was."""
