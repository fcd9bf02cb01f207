"""What every handler of actions has."""

from typing import Final

from mixchat.domain.turn import Turn
from mixchat.tui.chat.context import ChatContext

NO_TURN: Final = "There is no turn yet."


class ChatHandler:
    """Does some of the actions, each in a method marked with `@handles`."""

    def __init__(self, context: ChatContext) -> None:
        self.context = context

    def written(self, turn: Turn) -> str:
        """Return a turn's prompt as it was written, with its pin."""
        prompt = self.context.chat.original_prompt(turn)
        return f"@{turn.pin} {prompt}" if turn.pin else prompt

    def say_busy(self) -> None:
        """Say that this has to wait for the reply, and how that is stopped."""
        self.context.notify(f"A reply is still coming; {self.context.key('stop')} stops it.")
