"""A message on its way out of the composer."""

from pathlib import Path

from msgspec import Struct

from mixchat.words.question import Pin, Settings


class EditedTurn(Struct, frozen=True):
    """A turn whose prompt is being edited."""

    turn: str
    """Its id."""
    number: int
    """Its place in the chat, counted from 1."""


class Outgoing(Struct, frozen=True, kw_only=True):
    """What is to be sent, and the words that were typed for it."""

    typed: str
    """As it stood in the composer, folded pastes and all: what goes back when sending fails."""
    prompt: str
    """What the model is asked."""
    pin: Pin | None = None
    """Who answers this message alone."""
    files: tuple[Path, ...] = ()
    settings: Settings = Settings()
    """What is set for this message alone."""
    edits: EditedTurn | None = None
    """The turn whose prompt was edited; the message branches off there."""
