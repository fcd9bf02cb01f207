"""What every handler of actions has."""

from typing import Final

from mixchat.tui.chat.context import ChatContext

BUSY: Final = "A reply is still coming; Esc stops it."
NO_TURN: Final = "There is no turn yet."


class ChatHandler:
    """Does some of the actions, each in a method marked with `@handles`."""

    def __init__(self, context: ChatContext) -> None:
        self.context = context
