"""The widgets that are painted first; nothing of theirs takes long to load."""

from msgspec import Struct

from mixchat.tui.choice_bar import ChoiceBar
from mixchat.tui.composer.composer import Composer
from mixchat.tui.side.side_panel import SidePanel
from mixchat.tui.status_line import StatusLine
from mixchat.tui.welcome import Welcome


class Front(Struct, frozen=True, kw_only=True):
    """What the first picture is made of."""

    welcome: Welcome
    choices: ChoiceBar
    composer: Composer
    panel: SidePanel
    status: StatusLine
