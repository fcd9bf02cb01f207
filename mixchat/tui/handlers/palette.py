"""The list of everything that can be done, and the page of keys."""

from collections.abc import Iterator
from typing import Final

from mixchat.config.ui_state import read_ui_state, save_ui_state
from mixchat.tui.actions.action import Action
from mixchat.tui.actions.dispatch import handles
from mixchat.tui.actions.table import BY_ID, GROUPS
from mixchat.tui.chat.context import ChatContext
from mixchat.tui.handlers.handler import ChatHandler
from mixchat.tui.handlers.possible import PossibleActions
from mixchat.tui.widgets.picker import Picker, PickerEntry

_RECENT: Final = 3
"""How many of the actions that were used last stand first."""
_NOT_LISTED: Final = frozenset({"palette", "copy-or-stop", "pick"})
"""What nobody looks for in a list: it is there, needs a selection, or is listed by its numbers."""

_FILE: Final = "FILE"
"""What an action takes that cannot do without the name of a file: its command is written, the name is left to the person."""


class PaletteHandler(ChatHandler):
    """Shows the actions, with the keys as they are set."""

    def __init__(self, context: ChatContext, possible: PossibleActions) -> None:
        super().__init__(context)
        self._possible = possible

    @handles("palette")
    def palette(self) -> None:
        """List what can be done now, what was used last first; what is picked is done."""
        self.context.push_screen(Picker("Commands", list(self._entries())), self._picked)

    def _entries(self) -> Iterator[PickerEntry]:
        recent = [id_ for id_ in self._recent() if id_ in BY_ID]
        left_out = _NOT_LISTED | self._possible.left_out()
        first = [BY_ID[id_] for id_ in recent if id_ not in left_out][:_RECENT]
        yield from (self._entry(action, "Recent") for action in first)
        for group, ids in GROUPS.items():
            for action in map(BY_ID.__getitem__, ids):
                if action not in first and action.id not in left_out:
                    yield self._entry(action, group)

    def _entry(self, action: Action, group: str) -> PickerEntry:
        key = self.context.keymap.key(action.id, action.key)
        return PickerEntry(action.id, action.title, action.help, key, group=group)

    def _picked(self, action_id: str | None) -> None:
        if action_id is not None:
            self._remember(action_id)
            action = BY_ID[action_id]
            if action.argument == _FILE and self.context.composer.is_empty:
                self.context.composer.write(f"/{action.command} ")
            else:
                self.context.run_action(action_id)

    def _remember(self, action_id: str) -> None:
        settings = self.context.runtime.settings
        recent = dict.fromkeys((action_id, *self._recent()))
        save_ui_state(settings.paths.layout_file, settings.files, recent=tuple(recent)[:_RECENT])

    def _recent(self) -> tuple[str, ...]:
        settings = self.context.runtime.settings
        return read_ui_state(settings.paths.layout_file, settings.files).recent

    @handles("help")
    def help(self) -> None:
        """Show what the focused widget can do, then keys and commands, on one page."""
        from mixchat.tui.screens.help import HelpScreen

        screen, app = self.context.screen, self.context.app
        active = screen.active_bindings.values()
        own = [each for each in active if each.node not in (screen, app)]
        self.context.push_screen(HelpScreen(self.context.keymap, type(screen.focused).__name__, own))
