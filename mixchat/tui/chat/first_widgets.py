"""The widgets that are painted first; nothing of theirs takes long to load."""

from typing import TYPE_CHECKING, Final

from msgspec import Struct
from textual.geometry import Size, Spacing
from textual.widgets import ContentSwitcher

from mixchat.tui.chat.completion_sources import CompletionSources
from mixchat.tui.chat.status_line import StatusLine
from mixchat.tui.chat.top_line import TopLine
from mixchat.tui.composer.composer import Composer
from mixchat.tui.onboarding.welcome import Welcome
from mixchat.tui.panel.side_panel import SidePanel
from mixchat.tui.widgets.choice_bar import ChoiceBar

if TYPE_CHECKING:
    from mixchat.runtime.runtime import Runtime

_TOAST: Final = 30
"""Cells that a sentence needs."""


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

    def toast_place(self, screen: Size) -> tuple[Spacing, int]:
        """Return the margin and the width of the column of sentences that are shown for a while.

        What one writes stays free, and so do the panel's figures. A docked widget's margin at the right would take
        nothing from its width.
        """
        lowest = self.choices if self.choices.is_open else self.composer
        width = self.panel.region.x if self.panel.region.width else screen.width
        margin = Spacing(bottom=max(screen.height - lowest.region.y, 0))
        return margin, width if width >= _TOAST else screen.width


def first_widgets(runtime: "Runtime") -> FirstWidgets:
    """Make what the first picture is made of."""
    welcome = Welcome(id="welcome")
    return FirstWidgets(
        switcher=ContentSwitcher(welcome, initial="welcome", id="chat-body"),
        welcome=welcome,
        choices=ChoiceBar(),
        composer=Composer(CompletionSources(runtime)),
        panel=SidePanel(runtime.settings),
        top=TopLine(),
        status=StatusLine(),
    )
