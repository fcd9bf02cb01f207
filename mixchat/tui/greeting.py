"""Looks at what is set up, and says so on the welcome."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from mixchat.tui.welcome import Welcome
from mixchat.words.error import ConfigError
from mixchat.words.stack import Stack

if TYPE_CHECKING:
    from mixchat.house import House


class Greeting:
    """Tells the welcome who answers. Touches no network."""

    def __init__(self, house: "House", welcome: Welcome, say: Callable[[str], None]) -> None:
        self._house = house
        self._welcome = welcome
        self._say = say

    def greet(self) -> None:
        """Read the stack and which of its models can be asked."""
        try:
            stack = self._house.stack
        except ConfigError as error:
            self._say(str(error))
            return
        self._welcome.tell(stack, self._reached(stack))

    def _reached(self, stack: Stack) -> dict[str, str]:
        """Return the first model that can be asked, by role."""
        found: dict[str, str] = {}
        for role in stack.posts:
            reached = (
                seat.ref for seat in stack.lineup(role) if self._house.providers.reachable(seat.ref.provider)
            )
            if (first := next(reached, None)) is not None:
                found[role] = first.model
        return found
