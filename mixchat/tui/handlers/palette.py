"""The list of everything that can be done, and the page of keys."""

from mixchat.tui.actions.dispatch import handles
from mixchat.tui.actions.table import ACTIONS
from mixchat.tui.handlers.handler import ChatHandler
from mixchat.tui.picker import Picker, PickerEntry


class PaletteHandler(ChatHandler):
    """Shows the actions, with the keys as they are set."""

    @handles("palette")
    def palette(self) -> None:
        """List everything; what is picked is done."""
        keymap = self.context.keymap
        entries = [
            PickerEntry(action.id, action.title, action.help, keymap.key(action.id, action.key))
            for action in ACTIONS
            if action.id != "palette"
        ]
        self.context.push_screen(Picker("Commands", entries), self._picked)

    def _picked(self, action_id: str | None) -> None:
        if action_id is not None:
            self.context.run_action(action_id)

    @handles("help")
    def help(self) -> None:
        """Show what the focused widget can do, then keys and commands, on one page."""
        from mixchat.tui.screens.help import HelpScreen

        screen, app = self.context.screen, self.context.app
        active = screen.active_bindings.values()
        own = [each for each in active if each.node not in (screen, app)]
        self.context.push_screen(HelpScreen(self.context.keymap, type(screen.focused).__name__, own))
