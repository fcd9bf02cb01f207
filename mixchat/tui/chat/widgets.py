"""The widgets of the chat screen, as values to hand to those who work with several of them."""

from mixchat.tui.chat.compare_view import CompareView
from mixchat.tui.chat.find_bar import FindBar
from mixchat.tui.chat.first_widgets import FirstWidgets
from mixchat.tui.onboarding.first_run import FirstRun
from mixchat.tui.panel.turn_panel import TurnPanel
from mixchat.tui.transcript import Transcript


class ChatWidgets(FirstWidgets, frozen=True, kw_only=True):
    """All of the chat screen: what is painted first, and what comes right after."""

    transcript: Transcript
    first_run: FirstRun
    compared: CompareView
    turns: TurnPanel
    find_bar: FindBar
