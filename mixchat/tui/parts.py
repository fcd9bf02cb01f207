"""The widgets of the chat screen, as values to hand to those who work with several of them."""

from mixchat.tui.compare.compare_view import CompareView
from mixchat.tui.front import Front
from mixchat.tui.side.turn_panel import TurnPanel
from mixchat.tui.start.first_run import FirstRun
from mixchat.tui.transcript import Transcript


class Parts(Front, frozen=True, kw_only=True):
    """All of the chat screen: what is painted first, and what comes right after."""

    transcript: Transcript
    first_run: FirstRun
    turns: TurnPanel
    compared: CompareView
