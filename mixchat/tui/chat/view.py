"""What the screen shows of a chat: its branch, its figures, and who would answer next."""

from mixchat.domain.turn import Turn
from mixchat.tui.chat.body import ChatBody
from mixchat.tui.chat.live_totals import LiveTotals
from mixchat.tui.chat.route_preview import RoutePreviewer
from mixchat.tui.chat.turn_selection import TurnSelection
from mixchat.tui.chat.widgets import ChatWidgets


class ChatView:
    """Shows the chat as it is; handlers that changed something of it ask for this."""

    def __init__(
        self,
        widgets: ChatWidgets,
        body: ChatBody,
        totals: LiveTotals,
        previewer: RoutePreviewer,
        selection: TurnSelection,
    ) -> None:
        self.body = body
        self.totals = totals
        self.previewer = previewer
        self._widgets = widgets
        self._selection = selection

    def load(self, turn_id: str = "") -> None:
        """Show the chat's branch anew, with its figures; with a turn's id, mark that turn."""
        self.body.load()
        self.totals.refresh()
        if turn_id:
            self._selection.point(turn_id)

    def refresh(self) -> None:
        """Show figures and preview anew; the turns are the same."""
        self.body.refresh()
        self.totals.refresh()
        self.previewer.refresh()

    def replace(self, turn: Turn) -> None:
        """Show a turn as it is now."""
        self._widgets.transcript.replace(turn)
        self.refresh()
