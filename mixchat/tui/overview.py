"""Finding one's way: the palette of everything that can be done, and the help."""

from collections.abc import Callable, Mapping

from textual.app import App
from textual.screen import Screen

from mixchat.tui.acts import ACTS
from mixchat.tui.deeds import Deed


class Overview:
    """Shows the acts, with the keys as they are set."""

    def __init__(self, app: App[int], screen: Screen[None], keys: Callable[[], Mapping[str, str]]) -> None:
        """Take what returns the keys that the user gave to acts, by the act's id."""
        self._app = app
        self._screen = screen
        self._keys = keys

    def deeds(self) -> Mapping[str, Deed]:
        """Return what can be done here, by act."""
        return {"palette": self.palette, "help": self.help}

    def palette(self, _: str) -> None:
        """List everything; what is picked is done."""
        from mixchat.tui.picker import Entry, Picker

        entries = [
            Entry(act.id, act.title, act.help, self.key_of(act.id, act.key))
            for act in ACTS
            if act.id != "palette"
        ]

        async def picked(act: str | None) -> None:
            if act == "quit":
                await self._app.run_action("quit")
            elif act is not None:
                await self._screen.run_action(f"act('{act}')")

        self._app.push_screen(Picker("What shall be done?", entries), picked)

    def help(self, _: str) -> None:
        """Show what the focused widget can do, then keys and commands, on one page."""
        from mixchat.tui.help_screen import HelpScreen

        focused = self._screen.focused
        active = self._screen.active_bindings.values()
        own = [each for each in active if each.node not in (self._screen, self._app)]
        self._app.push_screen(HelpScreen(self.key_of, type(focused).__name__, own))

    def key_of(self, act: str, usual: str) -> str:
        """Return the key of an act as it is set now."""
        return self._keys().get(act, usual)
