"""The widgets that are painted first; nothing of theirs takes long to load."""

from msgspec import Struct
from textual.widgets import ContentSwitcher

from mixchat.tui.chat.status_line import StatusLine
from mixchat.tui.chat.top_line import TopLine
from mixchat.tui.composer.composer import Composer
from mixchat.tui.onboarding.welcome import Welcome
from mixchat.tui.panel.side_panel import SidePanel
from mixchat.tui.widgets.choice_bar import ChoiceBar


class FirstWidgets(Struct, frozen=True, kw_only=True):
    """What the first picture is made of."""

    switcher: ContentSwitcher
    """Has the place of the conversation; its first content is the welcome."""
    welcome: Welcome
    choices: ChoiceBar
    composer: Composer
    panel: SidePanel
    top: TopLine
    """Stands in for the panel where that is not shown."""
    status: StatusLine
