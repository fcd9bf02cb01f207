"""Branches of a chat: edit, fork, walk between answers, undo, redo and delete. Nothing is ever destroyed."""

from mixchat.chat.chat import Chat
from mixchat.domain.errors import StorageError
from mixchat.domain.turn import Turn
from mixchat.tui.actions.dispatch import handles
from mixchat.tui.chat.context import ChatContext
from mixchat.tui.composer.message import EditedTurn
from mixchat.tui.handlers.comparison import ShownComparison
from mixchat.tui.handlers.conversation import ConversationHandler
from mixchat.tui.handlers.handler import NO_TURN, ChatHandler
from mixchat.tui.handlers.navigate import NavigationHandler
from mixchat.tui.handlers.pick import PickHandler


class BranchHandler(ChatHandler):
    """Moves the chat on the screen between its branches."""

    def __init__(
        self,
        context: ChatContext,
        conversation: ConversationHandler,
        shown: ShownComparison,
        picks: PickHandler,
        navigation: NavigationHandler,
    ) -> None:
        super().__init__(context)
        self._conversation = conversation
        self._shown_comparison = shown
        self._picks = picks
        self._navigation = navigation
        self._deleted: dict[str, list[tuple[str, str | None]]] = {}
        """By chat: the turns that were deleted, each with the last turn that was left on the screen."""

    @handles("previous-turn")
    def previous_turn(self) -> None:
        """Mean the turn above."""
        self.context.selection.move(-1)

    @handles("next-turn")
    def next_turn(self) -> None:
        """Mean the turn below."""
        self.context.selection.move(1)

    @handles("previous-code")
    def previous_code(self) -> None:
        """Mark the code block above."""
        self._move_code(-1)

    @handles("next-code")
    def next_code(self) -> None:
        """Mark the code block below."""
        self._move_code(1)

    def _move_code(self, by: int) -> None:
        if not self.context.widgets.transcript.move_code(by):
            self.context.notify("There is no other code block that way.")

    @handles("edit")
    def edit(self, number: str) -> None:
        """Put an earlier prompt into the composer: that of the turn that is meant, or of the one with this number."""
        turns = self.context.chat.turns
        if number and not (number.isdigit() and 0 < int(number) <= len(turns)):
            self.context.notify(
                f"There is no turn {number}; the turns are 1 to {len(turns)}." if turns else NO_TURN
            )
            return
        turn = turns[int(number) - 1] if number else self.context.selection.turn()
        if turn is None:
            self.context.notify(NO_TURN)
            return
        self.context.composer.edit(
            EditedTurn(turn.id, self.context.selection.number(turn.id)), self.written(turn)
        )

    @handles("fork")
    def fork(self) -> None:
        """Go on in a new chat that begins like this one up to the turn that is meant."""
        from mixchat.chat.operations import fork

        turn = self.context.selection.turn()
        if turn is None:
            self.context.notify(NO_TURN)
            return
        number = self.context.selection.number(turn.id)
        try:
            forked = fork(self.context.chat, turn.id, self.context.runtime.chat_services)
        except StorageError as error:
            self.context.notify(str(error))
            return
        self._conversation.switch_to(forked)
        turns = "its first turn" if number == 1 else f"its first {number} turns"
        self.context.notify(f"This is a new chat with {turns}; the old one is as it was.")

    @handles("previous-answer")
    def previous_answer(self) -> None:
        """Open the answer before: in the comparison that is shown, else to the prompt of the turn that is meant."""
        self._step(-1)

    @handles("next-answer")
    def next_answer(self) -> None:
        """Open the answer after."""
        self._step(1)

    def _step(self, by: int) -> None:
        if not self._shown_comparison.step(by):
            self._show_sibling(by)

    def _show_sibling(self, by: int) -> None:
        turn, path = self.context.selection.turn(), self.context.chat.path
        siblings = path.beside(turn.id) if turn is not None else []
        if turn is None or len(siblings) < 2:
            again, other = self.context.key("retry"), self.context.key("retry-with")
            one = f"There is one answer only; {again} asks again, {other} asks another model."
            self.context.notify(one if turn else NO_TURN)
        elif self.context.queue.busy:
            self.say_busy()
        else:
            shown = siblings[(siblings.index(turn.id) + by) % len(siblings)]
            path.show(shown)
            follows = len(path) - self.context.selection.number(shown)
            self.context.view.load(shown if follows else "")
            if path.turn(shown).set_aside:
                self.context.notify(
                    "This turn had been taken back; what was said in its place is still there."
                )

    @property
    def can_undo(self) -> bool:
        """Whether there is something to take back or to bring back."""
        chat = self.context.chat
        return bool(chat.turns or self._deleted.get(chat.id)) or self._navigation.has_deleted

    @handles("undo")
    def undo(self) -> None:
        """Bring back the turn that was deleted last; take a pick back; else take the last turn back."""
        path = self.context.chat.path
        deleted = self._deleted.get(self.context.chat.id, [])
        if self.context.queue.busy:
            self.say_busy()
        elif deleted and deleted[-1][1] == path.leaf:
            turn_id, _leaf = deleted.pop()
            path.restore(turn_id)
            self.context.view.load("" if turn_id == path.leaf else turn_id)
            self.context.notify("The deleted turn is back.")
        elif self._picks.take_pick_back():
            self.context.notify("The pick is taken back; every answer is still there.")
        elif (turn := path.undo()) is not None:
            self.context.view.load()
            self.context.composer.put_back(self.written(turn), of=turn.id)
            self.context.notify(f"The last turn is taken back; {self.context.key('redo')} brings it back.")
        elif not self._navigation.bring_back():
            self.context.notify("There is nothing to undo.")

    @handles("redo")
    def redo(self) -> None:
        """Bring back the turn that was taken back last."""
        if self.context.queue.busy:
            self.say_busy()
            return
        turn = self.context.chat.path.redo()
        if turn is None:
            self.context.notify("There is nothing to bring back.")
            return
        if self.context.composer.typed == self.written(turn):
            self.context.composer.clear()
        self.context.view.load()

    @handles("delete")
    def delete(self) -> None:
        """Hide the turn that is meant, with what followed it."""
        turn, chat = self.context.selection.turn(), self.context.chat
        if turn is None:
            self.context.notify(NO_TURN)
        elif self.context.queue.busy:
            self.say_busy()
        else:
            self._delete(chat, turn)

    def _delete(self, chat: Chat, turn: Turn) -> None:
        after = len(chat.turns) - self.context.selection.number(turn.id)
        try:
            chat.path.delete(turn.id, self.context.runtime.storage.clock.now())
        except StorageError as error:
            self.context.notify(str(error))
            return
        self._deleted.setdefault(chat.id, []).append((turn.id, chat.path.leaf))
        self.context.view.load()
        more = f" and the {after} after it are" if after > 0 else " is"
        self.context.notify(f"The turn{more} deleted; {self.context.key('undo')} brings it back.")
