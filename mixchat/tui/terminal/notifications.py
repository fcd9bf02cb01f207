"""Telling a person who looks elsewhere that a long reply is there."""

from typing import Final, Protocol, runtime_checkable

from mixchat.domain.events import ChatEvent
from mixchat.domain.live_turn import LiveTurn
from mixchat.domain.plain_text import one_line
from mixchat.domain.turn import Outcome, Turn
from mixchat.tui import formatting
from mixchat.tui.terminal.control_sequence import ControlSequence, osc, tmux_wrapped

LONG: Final = 10.0
"""Seconds from which a reply is worth calling somebody back."""


@runtime_checkable
class TerminalNotifier(Protocol):
    """An app that can speak to its terminal."""

    app_focus: bool
    """Whether the terminal has the focus, as far as it says so."""

    def write_to_terminal(self, sequence: ControlSequence) -> None:
        """Write a control sequence."""
        ...

    def bell(self) -> None:
        """Ring."""
        ...


class ReplyNotifier:
    """Watches turns. When a long one ends out of focus, the terminal is told by OSC 9, and rings."""

    def __init__(self, app: TerminalNotifier) -> None:
        self._app = app

    def begin(self, turn: Turn, live: LiveTurn) -> None:
        """Nobody has to be called at the beginning."""

    def show(self, event: ChatEvent) -> None:
        """Nor in the middle."""

    def settle(self, turn: Turn) -> None:
        """Call, if it took long and nobody is looking."""
        if turn.seconds < LONG or turn.outcome is Outcome.STOPPED or self._app.app_focus:
            return
        how = "failed" if turn.outcome is Outcome.FAILED else "is there"
        who = turn.named_ref.model if turn.named_ref else "mixchat"
        words = f"The reply of {who} {how} after {formatting.seconds(turn.seconds)}."
        self._app.write_to_terminal(tmux_wrapped(osc(9, one_line(words))))
        self._app.bell()
