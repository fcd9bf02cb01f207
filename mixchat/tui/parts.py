"""The widgets of the chat screen, as one value to hand to those who work with several of them."""

from msgspec import Struct

from mixchat.tui.choice_bar import ChoiceBar
from mixchat.tui.composer.composer import Composer
from mixchat.tui.side.side_panel import SidePanel
from mixchat.tui.start.first_run import FirstRun
from mixchat.tui.status_line import StatusLine
from mixchat.tui.transcript import Transcript
from mixchat.tui.welcome import Welcome


class Parts(Struct, frozen=True, kw_only=True):
    """What the chat screen is made of."""

    welcome: Welcome
    first_run: FirstRun
    transcript: Transcript
    choices: ChoiceBar
    composer: Composer
    panel: SidePanel
    status: StatusLine
