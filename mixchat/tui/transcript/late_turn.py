"""Turns that are read when they are looked at: of a chat of thousands most never are."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final, Protocol, runtime_checkable

from msgspec import Struct

from mixchat.domain.turn import Turn

_NEVER: Final = datetime.fromtimestamp(0, UTC)


class TurnStub(Protocol):
    """What is known of a turn without reading it."""

    @property
    def id(self) -> str:
        """Its id."""
        ...

    @property
    def prompt_length(self) -> int:
        """Characters of its prompt."""
        ...

    @property
    def reply_length(self) -> int:
        """Characters of its reply."""
        ...


@runtime_checkable
class TurnReader(Protocol):
    """Saved turns in their order."""

    @property
    def stubs(self) -> Sequence[TurnStub]:
        """What is known of each without reading it."""
        ...

    def several(self, ids: Sequence[str]) -> list[Turn]:
        """Read turns at once.

        Raises:
            KeyError: one of them is not there any more.
        """
        ...


class LateTurn(Struct, frozen=True):
    """A turn that was not read yet."""

    id: str
    length: int
    """Characters of prompt and reply."""
    reader: TurnReader

    def read(self) -> Turn:
        """Return the turn; one that another window has deleted for good meanwhile is empty."""
        try:
            (turn,) = self.reader.several([self.id])
        except KeyError:
            return Turn(id=self.id, chat="", created=_NEVER, prompt="")
        return turn


def late_turns(turns: Sequence[Turn]) -> Sequence[Turn | LateTurn]:
    """Return turns as they are to be shown: unread where they can be read later."""
    if not isinstance(turns, TurnReader):
        return turns
    return [LateTurn(stub.id, stub.prompt_length + stub.reply_length, turns) for stub in turns.stubs]
