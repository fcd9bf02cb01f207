"""Arranging the screen and what it works with: panel, theme, stack."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from msgspec import structs

from mixchat.domain.errors import ConfigError
from mixchat.tui import themes
from mixchat.tui.actions.dispatch import handles
from mixchat.tui.chat.context import ChatContext
from mixchat.tui.handlers.handler import ChatHandler
from mixchat.tui.handlers.onboarding import OnboardingHandler
from mixchat.tui.widgets.picker import Picker, PickerEntry

if TYPE_CHECKING:
    from mixchat.tui.app import MixApp


class ThemePicker(Picker):
    """Shows each theme as its row is highlighted; left with Esc, it puts the old one back."""

    def __init__(self, names: Sequence[str], before: str) -> None:
        super().__init__("Theme", [_entry(name) for name in names], highlighted=before)

    def row_highlighted(self, value: str) -> None:
        """Apply the theme for now."""
        cast("MixApp", self.app).use_theme(value)


def _entry(name: str) -> PickerEntry:
    return PickerEntry(name, name, "dark or light, as the terminal is" if name == themes.AUTO else "")


class AppearanceHandler(ChatHandler):
    """Changes how things look and which stack answers, and writes the choice to the config."""

    def __init__(self, context: ChatContext, onboarding: OnboardingHandler) -> None:
        super().__init__(context)
        self._onboarding = onboarding

    @handles("panel")
    def panel(self) -> None:
        """Show the side panel, or hide it."""
        self.context.widgets.panel.toggle()

    @handles("wider")
    def wider(self) -> None:
        """Give the side panel more room."""
        self.context.widgets.panel.widen(1)

    @handles("narrower")
    def narrower(self) -> None:
        """Give the side panel less room."""
        self.context.widgets.panel.widen(-1)

    @handles("theme")
    def theme(self, name: str) -> None:
        """Change the colours: at once by name, or from a list that shows each theme as it is highlighted."""
        app = self.context.app
        found, problems = themes.read_all(self.context.runtime.settings.paths.themes)
        for theme in found:
            app.register_theme(theme)
        for problem in problems:
            self.context.notify(problem)
        names = [themes.AUTO, *(theme.name for theme in found)]
        if not name:
            self._pick_theme(names)
        elif name in names:
            self._apply_theme(name)
        else:
            self.context.notify(f"There is no theme {name}; there are {', '.join(names)}.")

    def _pick_theme(self, names: Sequence[str]) -> None:
        before = cast("MixApp", self.context.app).theme_choice.chosen

        def picked(name: str | None) -> None:
            if name is None:
                cast("MixApp", self.context.app).use_theme(before)
            else:
                self._apply_theme(name)

        self.context.push_screen(ThemePicker(names, before), picked)

    def _apply_theme(self, name: str) -> None:
        cast("MixApp", self.context.app).use_theme(name)
        self._save("theme", name)

    @handles("stack")
    def stack(self, name: str) -> None:
        """Show the roles with their models; or put the stack of that name to use."""
        if name:
            self._use_stack(name)
            return
        from mixchat.tui.screens.models.model_list import ModelList
        from mixchat.tui.screens.stack.stack_editor import StackEditor
        from mixchat.tui.screens.stack.stack_screen import StackScreen

        runtime = self.context.runtime
        editor = StackEditor(runtime, changed=self._stack_changed)
        self.context.push_screen(StackScreen(editor, ModelList(runtime)))

    def _use_stack(self, name: str) -> None:
        try:
            stack = self.context.runtime.routing.use_stack(name)
        except ConfigError as error:
            self.context.notify(str(error))
            return
        self._stack_changed()
        self.context.notify(f"The stack {stack.name} is in use.")
        self._save("stack", name)

    def _stack_changed(self) -> None:
        """Show who would answer now; an empty chat lists everybody, or says that nobody can."""
        self.context.view.refresh()
        self.context.run_worker(self._onboarding.look())

    def _save(self, key: str, value: str) -> None:
        from mixchat.config.edit import set_value

        runtime = self.context.runtime
        runtime.settings.config = structs.replace(runtime.settings.config, **{key: value})
        try:
            set_value(runtime.settings.paths.config_file, key, value, runtime.settings.files)
        except (ConfigError, OSError) as error:
            self.context.notify(f"It holds until mixchat is closed; the config cannot be written: {error}")
