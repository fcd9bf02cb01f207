"""Telling a person who looks elsewhere that a long reply is there."""

from collections.abc import Callable
from typing import Final, Protocol, runtime_checkable

from mixchat.domain.events import ChatEvent
from mixchat.domain.turn import Outcome, Turn
from mixchat.tui import formatting
from mixchat.tui.terminal.clipboard import tmux_wrapped

LONG: Final = 10.0
"""Seconds from which a reply is worth calling somebody back."""


@runtime_checkable
class TerminalNotifier(Protocol):
    """An app that can speak to its terminal."""

    def tell_terminal(self, sequence: str) -> None:
        """Write a control sequence."""
        ...


class ReplyNotifier:
    """Watches turns. When a long one ends out of focus, the terminal is told by OSC 9, and rings.

    Args:
        looked_at: whether the terminal has the focus, as far as it says so.
        tell_terminal: writes a control sequence to the terminal.
        ring: rings the terminal's bell.
    """

    def __init__(
        self, looked_at: Callable[[], bool], tell_terminal: Callable[[str], None], ring: Callable[[], None]
    ) -> None:
        self._looked_at = looked_at
        self._tell_terminal = tell_terminal
        self._ring = ring

    def begin(self, turn: Turn) -> None:
        """Nobody has to be called at the beginning."""

    def show(self, event: ChatEvent) -> None:
        """Nor in the middle."""

    def settle(self, turn: Turn) -> None:
        """Call, if it took long and nobody is looking."""
        if turn.seconds < LONG or turn.outcome is Outcome.STOPPED or self._looked_at():
            return
        how = "failed" if turn.outcome is Outcome.FAILED else "is there"
        who = turn.ref.model if turn.ref else "mixchat"
        words = f"The reply of {who} {how} after {formatting.seconds(turn.seconds)}."
        shown = "".join(letter for letter in words if letter.isprintable())
        self._tell_terminal(tmux_wrapped(f"\x1b]9;{shown}\x07"))
        self._ring()
