"""What follows when a turn did not simply end with a reply."""

from collections.abc import Callable
from typing import Final

from mixchat.chat.desk import Allow
from mixchat.tui.choice_bar import Option
from mixchat.tui.composer.outgoing import Outgoing
from mixchat.tui.forecast import Seats
from mixchat.tui.parts import Parts
from mixchat.tui.talk import Talk
from mixchat.words.error import Failure
from mixchat.words.question import Pin
from mixchat.words.turn import Turn

_RESUMABLE: Final = "cut off · f6 continues it · f5 asks again"
_AGAIN: Final = "no reply · f5 asks again · the prompt is back in the composer"
_GUARDS: Final = frozenset({"secret", "budget", "private"})
_SPANS: Final = ("message", "chat", "day", "month")


class Aftermath:
    """Gives prompts back, asks what to do about a guard, and says which key goes on.

    Args:
        talk: the talk with the chat on the screen.
        parts: what it shows things in.
        seats: who else could take a message that was stopped.
        say: shows a sentence.
    """

    def __init__(
        self, talk: Callable[[], Talk], parts: Parts, seats: Seats, say: Callable[[str], None]
    ) -> None:
        self._talk = talk
        self._parts = parts
        self._seats = seats
        self._say = say

    def withdrawn(self, turn: Turn, outgoing: Outgoing | None) -> None:
        """Take the turn away and put its prompt back."""
        self._parts.transcript.remove_turn(turn.id)
        self._give_back(turn, outgoing)

    def refused(self, sentence: str, outgoing: Outgoing | None) -> None:
        """Say why nothing was sent, and put the prompt back."""
        if outgoing is not None:
            self._parts.composer.put_back(outgoing.typed)
        if sentence:
            self._say(sentence)

    def failed(self, turn: Turn, failure: Failure, outgoing: Outgoing | None) -> None:
        """Ask about a guard; else give the prompt back, or say how to go on with what came."""
        if failure.code in _GUARDS:
            self._parts.choices.ask(failure.message, self._answers(turn, failure, outgoing))
        elif turn.reply:
            self._parts.status.tell_note(_RESUMABLE)
        else:
            self._give_back(turn, outgoing)
            self._parts.status.tell_note(_AGAIN)

    def waiting_changed(self) -> None:
        """Show what waits now."""
        talk = self._talk()
        self._parts.composer.tell_waiting(tuple(talk.waiting), paused=talk.paused)

    def _give_back(self, turn: Turn, outgoing: Outgoing | None) -> None:
        self._parts.composer.put_back(outgoing.typed if outgoing is not None else turn.prompt)

    def _answers(self, turn: Turn, failure: Failure, outgoing: Outgoing | None) -> list[Option]:
        answers: list[Option] = []
        if failure.code == "secret":
            answers.append(Option("a", "send anyway", lambda: self._again(turn, allow=Allow(secret=True))))
        if failure.code == "budget":
            answers.append(
                Option("o", "go on once", lambda: self._again(turn, allow=Allow(over_budget=True)))
            )
            answers.append(Option("r", "raise the budget", lambda: self._raise(failure)))
        local = self._seats.local() if failure.code != "private" else None
        if local is not None:
            answers.append(Option("l", f"send to {local.name}", lambda: self._again(turn, local)))
        return [*answers, Option("e", "edit", lambda: self._edit(turn, outgoing))]

    def _again(self, turn: Turn, pin: Pin | None = None, allow: Allow = Allow()) -> None:
        self._parts.composer.area.focus()
        self._talk().again(turn.id, pin, allow)

    def _edit(self, turn: Turn, outgoing: Outgoing | None) -> None:
        self._parts.composer.area.focus()
        self._give_back(turn, outgoing)

    def _raise(self, failure: Failure) -> None:
        """Write the command that raises the budget, so that its sum can be chosen."""
        self._parts.composer.area.focus()
        span = next((name for name in _SPANS if name in failure.message), "day")
        self._parts.composer.put_back(f"/budget {span} ")
