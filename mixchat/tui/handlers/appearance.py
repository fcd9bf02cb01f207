"""Arranging the screen and what it works with: panel, theme, stack."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

from msgspec import structs
from textual.app import App

from mixchat.domain.errors import ConfigError
from mixchat.tui import themes
from mixchat.tui.actions import Handler
from mixchat.tui.panel.side_panel import SidePanel
from mixchat.tui.picker import Picker, PickerEntry

if TYPE_CHECKING:
    from mixchat.runtime.runtime import Runtime

_NO_ROOM: Final = "The side panel needs 100 columns; the last line has its figures until then."


class AppearanceHandlers:
    """Changes how things look and which stack answers, and keeps the choice in the config."""

    def __init__(
        self,
        app: App[int],
        runtime: "Runtime",
        panel: SidePanel,
        refreshed: Callable[[], None],
        say: Callable[[str], None],
    ) -> None:
        self._app = app
        self._runtime = runtime
        self._panel = panel
        self._refreshed = refreshed
        self._say = say

    def handlers(self) -> Mapping[str, Handler]:
        """Return what can be done here, by act."""
        return {
            "panel": self.panel,
            "wider": lambda _: self._panel.widen(1),
            "narrower": lambda _: self._panel.widen(-1),
            "theme": self.theme,
            "use-stack": self.use_stack,
        }

    def panel(self, _: str) -> None:
        """Show the side panel, or hide it."""
        if self._panel.screen.has_class("-narrow"):
            self._say(_NO_ROOM)
        else:
            self._panel.toggle()

    def theme(self, name: str) -> None:
        """Change the colours: at once by name, or from a list that shows each theme as it is lit."""
        found, problems = themes.read_all(self._runtime.settings.paths.themes)
        for theme in found:
            self._app.register_theme(theme)
        for problem in problems:
            self._say(problem)
        names = [theme.name for theme in found]
        if name and name not in names:
            self._say(f"There is no theme {name}; there are {', '.join(names)}.")
        elif name:
            self._wear(name, keep=True)
        else:
            self._pick_theme(names)

    def _pick_theme(self, names: list[str]) -> None:
        before = self._app.theme

        def taken(name: str | None) -> None:
            self._wear(name or before, keep=name is not None)

        entries = [PickerEntry(name, name) for name in names]
        picker = Picker("Theme", entries, lit=before, preview=lambda name: self._wear(name, keep=False))
        self._app.push_screen(picker, taken)

    def _wear(self, name: str, *, keep: bool) -> None:
        self._app.theme = name
        if keep:
            self._keep("theme", name)

    def use_stack(self, name: str) -> None:
        """Put another stack to use."""
        try:
            stack = self._runtime.routing.use_stack(name)
        except ConfigError as error:
            self._say(str(error))
            return
        self._refreshed()
        self._say(f"The stack {stack.name} is in use.")
        self._keep("stack", name)

    def _keep(self, key: str, value: str) -> None:
        from mixchat.config.edit import set_value

        self._runtime.settings.config = structs.replace(self._runtime.settings.config, **{key: value})
        try:
            set_value(self._runtime.settings.paths.config_file, key, value)
        except (ConfigError, OSError) as error:
            self._say(f"It holds until mixchat is closed; the config cannot be written: {error}")
