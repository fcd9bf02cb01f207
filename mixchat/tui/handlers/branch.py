"""Branches of a chat: edit, fork, walk between answers, undo, redo and delete. Nothing is ever destroyed."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

from mixchat.chat.chat import Chat
from mixchat.domain.errors import StorageError
from mixchat.domain.turn import Turn
from mixchat.tui.actions import Handler
from mixchat.tui.chat.open_chats import OpenChats
from mixchat.tui.chat.turn_selection import TurnSelection
from mixchat.tui.composer.composer import Composer
from mixchat.tui.composer.message import EditedTurn

if TYPE_CHECKING:
    from mixchat.runtime.runtime import Runtime

_BUSY: Final = "A reply is still coming; Esc stops it."
_NONE: Final = "There is no turn yet."


class BranchHandlers:
    """Moves the chat on the screen between its branches.

    Args:
        runtime: keeps the chats.
        session: holds the chat.
        composer: where an earlier prompt is edited.
        pointing: knows which turn is meant.
        load: shows the chat's branch again, with its figures; a turn's id marks that turn.
        turn_to: puts another chat on the screen.
        say: shows a sentence.
    """

    def __init__(
        self,
        runtime: "Runtime",
        session: OpenChats,
        composer: Composer,
        pointing: TurnSelection,
        *,
        load: Callable[[str], None],
        turn_to: Callable[[Chat], None],
        say: Callable[[str], None],
    ) -> None:
        self._runtime = runtime
        self._session = session
        self._composer = composer
        self._pointing = pointing
        self._load = load
        self._turn_to = turn_to
        self._say = say
        self._deleted: dict[str, list[tuple[str, str | None]]] = {}
        """By chat: the turns that were deleted, each with the last turn that was left on the screen."""

    def handlers(self) -> Mapping[str, Handler]:
        """Return what can be done here, by act."""
        return {
            "edit": self.edit,
            "fork": self.fork,
            "undo": self.undo,
            "redo": self.redo,
            "delete": self.delete,
            "previous-turn": lambda _: self._pointing.move(-1),
            "next-turn": lambda _: self._pointing.move(1),
        }

    def edit(self, number: str) -> None:
        """Put an earlier prompt into the composer: that of the turn that is meant, or of the one with this number."""
        turns = self._session.chat.turns
        if number and not (number.isdigit() and 0 < int(number) <= len(turns)):
            self._say(f"There is no turn {number}; the turns are 1 to {len(turns)}." if turns else _NONE)
            return
        turn = turns[int(number) - 1] if number else self._pointing.turn()
        if turn is None:
            self._say(_NONE)
            return
        said = self._session.chat.original_prompt(turn)
        written = f"@{turn.pin} {said}" if turn.pin else said
        self._composer.edit(EditedTurn(turn.id, self._pointing.number(turn.id)), written)

    def fork(self, _: str) -> None:
        """Go on in a new chat that begins like this one up to the turn that is meant."""
        from mixchat.chat.operations import fork

        turn = self._pointing.turn()
        if turn is None:
            self._say(_NONE)
            return
        number = self._pointing.number(turn.id)
        try:
            forked = fork(self._session.chat, turn.id, self._runtime.chat_services)
        except StorageError as error:
            self._say(str(error))
            return
        self._turn_to(forked)
        turns = "its first turn" if number == 1 else f"its first {number} turns"
        self._say(f"This is a new chat with {turns}; the old one is as it was.")

    def step(self, by: int) -> None:
        """Show the next (1) or the previous (-1) answer to the prompt of the turn that is meant."""
        turn, path = self._pointing.turn(), self._session.chat.path
        siblings = path.siblings(turn.id) if turn is not None else []
        if turn is None or len(siblings) < 2:
            self._say("There is one answer only; f5 asks again, f8 asks another model." if turn else _NONE)
        elif self._session.queue.busy:
            self._say(_BUSY)
        else:
            shown = siblings[(siblings.index(turn.id) + by) % len(siblings)]
            path.show(shown)
            follows = len(path) - self._pointing.number(shown)
            self._load(shown if follows else "")

    def undo(self, _: str) -> None:
        """Bring back the turn that was deleted last; if something came after that, take the last turn back."""
        path = self._session.chat.path
        deleted = self._deleted.get(self._session.chat.id, [])
        if self._session.queue.busy:
            self._say(_BUSY)
        elif deleted and deleted[-1][1] == path.leaf:
            turn_id, _leaf = deleted.pop()
            path.restore(turn_id)
            self._load("" if turn_id == path.leaf else turn_id)
            self._say("The deleted turn is back.")
        elif (turn := path.undo()) is not None:
            self._load("")
            self._composer.put_back(self._session.chat.original_prompt(turn))
            self._say("The last turn is taken back; alt+y brings it back.")
        else:
            self._say("There is nothing to undo.")

    def redo(self, _: str) -> None:
        """Bring back the turn that was taken back last."""
        if self._session.queue.busy:
            self._say(_BUSY)
            return
        turn = self._session.chat.path.redo()
        if turn is None:
            self._say("There is nothing to bring back.")
            return
        if self._composer.typed == self._session.chat.original_prompt(turn):
            self._composer.clear()
        self._load("")

    def delete(self, _: str) -> None:
        """Hide the turn that is meant, with what followed it."""
        turn, chat = self._pointing.turn(), self._session.chat
        if turn is None:
            self._say(_NONE)
        elif self._session.queue.busy:
            self._say(_BUSY)
        else:
            self._delete(chat, turn)

    def _delete(self, chat: Chat, turn: Turn) -> None:
        after = len(chat.turns) - self._pointing.number(turn.id)
        try:
            chat.path.delete(turn.id, self._runtime.storage.clock.now())
        except StorageError as error:
            self._say(str(error))
            return
        self._deleted.setdefault(chat.id, []).append((turn.id, chat.path.leaf))
        self._load("")
        more = f" and the {after} after it are" if after > 0 else " is"
        self._say(f"The turn{more} deleted; alt+z brings it back.")
