"""The app itself: what it says to the terminal and hears from it, and the first screen. It ends in `app_exit`."""

import asyncio
import os
from collections.abc import Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING, ClassVar, cast

from textual import constants, events
from textual.app import App
from textual.binding import BindingType
from textual.driver import Driver
from textual.filter import LineFilter
from textual.screen import Screen
from textual.signal import Signal

from mixchat.runtime.stop_signals import stop_signals
from mixchat.tui import themes
from mixchat.tui.actions.keys import Keymap, bindings, read_keys
from mixchat.tui.app_exit import AppExit
from mixchat.tui.chat_screen import ChatScreen
from mixchat.tui.launch_options import LaunchOptions
from mixchat.tui.terminal.background import QUESTION, BackgroundTold
from mixchat.tui.terminal.control_sequence import ControlSequence, copying, tmux_wrapped
from mixchat.tui.terminal.input_order import LEFT, InputOrder
from mixchat.tui.terminal.kitty_pictures import TerminalNamed
from mixchat.tui.terminal.line_filter import PlainLines
from mixchat.tui.terminal.pacing import Paced
from mixchat.tui.terminal.painting import Painting
from mixchat.tui.terminal.shutdown import NonBlockingExecutor, exit_now
from mixchat.tui.terminal.survival import survive_handlers
from mixchat.tui.theme_choice import ThemeChoice
from mixchat.tui.widgets.pressable import pressed

if TYPE_CHECKING:
    from mixchat.runtime.runtime import Runtime

_PLAIN_LINES = PlainLines()


class MixApp(App[int], inherit_bindings=False):
    """Assembles; it has no opinion about chatting."""

    CSS_PATH = "mixchat.tcss"
    TITLE = "mixchat"
    ENABLE_COMMAND_PALETTE = False
    ALLOW_SELECT = False
    """The conversation selects its text itself; nothing else on the screen is text to copy."""
    BINDINGS: ClassVar[list[BindingType]] = bindings(of_the_app=True)

    def __init__(self, runtime: "Runtime", options: LaunchOptions) -> None:
        super().__init__()
        self._painting = Painting(self)
        self._runtime = runtime
        self._signals = ExitStack()
        self._input = InputOrder(self, super().on_event, self._handle_exception)
        self._chat_screen = ChatScreen(runtime, options)
        self.app_exit = AppExit(self, runtime, self._chat_screen)
        self.animation_level = themes.animation_level(runtime.settings.config)
        self.theme_choice = ThemeChoice(
            self, runtime.settings.paths.themes, options.theme or runtime.settings.config.theme
        )
        self._apply_first_theme()
        self.set_keymap(self.action_keys.for_textual())

    @property
    def action_keys(self) -> Keymap:
        """The keys of all actions as the person has set them."""
        return read_keys(self._runtime.settings.config.keys)

    async def on_event(self, event: events.Event) -> None:
        """Let keys and clicks have their effect one after another; everything else goes its way.

        The middle and the right button do nothing: terminals paste and open menus with them.
        """
        if isinstance(event, events.MouseDown | events.MouseUp) and event.button not in (0, LEFT):
            return
        if isinstance(event, events.InputEvent | events.Paste) and not event.is_forwarded:
            if self.return_code is None:  # what comes after it was left has no screen to go to
                if isinstance(event, events.Key | events.Paste):
                    self._painting.hurry()
                await self._input.take(event)
        else:
            await super().on_event(event)

    def on_click(self, event: events.Click) -> None:
        """Press the key that was clicked."""
        key = pressed(event.style.meta)
        if key is not None:
            self.post_message(key)

    def get_driver_class(self) -> type[Driver]:
        """Return who speaks with the terminal: one that no byte can stop, unless Textual was told another."""
        if os.name != "posix" or constants.DRIVER:
            return super().get_driver_class()
        from mixchat.tui.terminal.driver import TerminalDriver

        return TerminalDriver

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Return a colour for each role, for themes that know nothing of roles."""
        return themes.role_defaults(dark=self.current_theme.dark)

    def get_css_variables(self) -> dict[str, str]:
        """Return the theme's variables, with the muted tones as colours that text inside a line can have, too."""
        variables = super().get_css_variables()
        tones = themes.muted_tones(variables)
        self.theme_variables.update(tones)
        return {**variables, **tones}

    def get_default_screen(self) -> Screen[None]:
        """Return the chat screen, so that there is never another one before it."""
        self._painting.attach(self._chat_screen)
        return self._chat_screen

    def _apply_first_theme(self) -> None:
        """Apply a theme before anything is parsed or painted with another."""
        # Without its watcher, which would parse and paint a screen that is not there yet.
        self.set_reactive(MixApp.theme, self.theme_choice.register_first())
        self._refresh_truecolor_filter(self.ansi_theme)
        self.stylesheet.set_variables(self.get_css_variables())

    def use_theme(self, name: str) -> None:
        """Show a theme; `auto` is the one that the terminal's background asks for."""
        self.theme_choice.chosen = name
        self.theme = self.theme_choice.name
        self._ask_background()

    def _ask_background(self) -> None:
        """Ask the terminal for its background's colour, if that decides the theme."""
        if self.theme_choice.follows_background:
            self.write_to_terminal(QUESTION)

    def on_background_told(self, event: BackgroundTold) -> None:
        """Show the theme that fits the terminal's background, if that decides."""
        self.theme_choice.set_background(light=event.light)

    def on_load(self) -> None:
        """Let a task begin after who makes it went on, as it does everywhere else.

        Textual makes tasks eager where Python can (since 3.12): one that needs to wait for nothing would be over
        before it is known, and the order of what happens would be another than on Python 3.11.
        """
        asyncio.get_running_loop().set_task_factory(None)

    def on_mount(self) -> None:
        """Say what was wrong with theme and keys, and leave well when the terminal goes."""
        self._ask_background()
        keys = [problem.sentence for problem in self.action_keys.problems]
        for problem in (*self.theme_choice.problems, *keys):
            self.notify(problem, severity="warning", markup=False)
        # Textual takes the terminal back after a stop and leaves it empty.
        cast(Signal[MixApp], self.app_resume_signal).subscribe(self, lambda _: self.refresh(layout=True))
        loop = asyncio.get_running_loop()
        if not self.is_headless:
            loop.set_default_executor(NonBlockingExecutor())
        self._signals.enter_context(stop_signals(self.app_exit.on_signal, ctrl_c=False))

    def on_unmount(self) -> None:
        """Leave the signals to others again."""
        self._signals.close()

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Return what every painted line passes: Textual's own filters, and the one for foreign characters."""
        return [*super().get_line_filters(), _PLAIN_LINES]

    def _handle_exception(self, error: Exception) -> None:
        """Let a failure be survived, or be what the app ends with; else show it as Textual does."""
        if not self.app_exit.take_failure(error):
            super()._handle_exception(error)

    def survive(self) -> None:
        """Go on after a failure of its own from now on: a widget's handler, a worker, a timer."""
        self.app_exit.survives = True
        survive_handlers(self._handle_exception)

    def copy_to_clipboard(self, text: str) -> None:
        """Copy by OSC 52; inside tmux, through it to the terminal around it as well."""
        super().copy_to_clipboard(text)
        if "TMUX" in os.environ:
            self.write_to_terminal(tmux_wrapped(copying(text)))

    @property
    def is_behind(self) -> bool:
        """Whether the terminal still has a frame to show, as far as it tells."""
        return isinstance(self._driver, Paced) and self._driver.is_behind

    @property
    def may_show_pictures(self) -> bool:
        """Whether the app is in a terminal of its own, and what a cell's colour says arrives there as it is."""
        plain = self.console.color_system != "truecolor" or "NO_COLOR" in os.environ
        return isinstance(self._driver, Paced) and not plain

    def on_terminal_named(self, event: TerminalNamed) -> None:
        """Show pictures if the terminal can; it was asked when the first was to be shown."""
        self._chat_screen.terminal_named(event.name)

    def write_to_terminal(self, sequence: ControlSequence) -> None:
        """Write a control sequence to the terminal, in its turn with everything that is painted."""
        if self._driver is not None:
            self._driver.write(sequence)

    def action_run(self, action_id: str) -> None:
        """Do something from the table of actions, asked for on another screen than the chat's."""
        self._chat_screen.action_run(action_id)

    async def action_quit(self) -> None:
        """Leave with everything settled; what is not on disk is asked about."""
        await self.app_exit.quit()


def run_app(
    runtime: "Runtime",
    *,
    resume: str | None = None,
    cont: bool = False,
    theme: str | None = None,
    plain: bool = False,
) -> int:
    """Run the app in this terminal and return the exit code.

    Args:
        runtime: everything that a chat needs.
        resume: the id of the chat to open, or its beginning.
        cont: open the chat that was used last.
        theme: a theme instead of the config's.
        plain: append-only text instead of a screen.

    Raises:
        ConfigError: the stack, the theme or the history cannot be used.
        StorageError: the history cannot be written.
    """
    options = LaunchOptions(resume=resume, last=cont, theme=theme)
    runtime.storage.go_on_unpriced = "go on in this chat"
    runtime.write_in_background()
    if plain or runtime.settings.config.ui.plain:
        from mixchat.tui.plain.plain_app import run_plain

        runtime.start_log()
        return run_plain(runtime, options)
    for size in (
        "COLUMNS",
        "LINES",
    ):  # exported by a shell, they go before the terminal's own size and never change
        os.environ.pop(size, None)
    app = MixApp(runtime, options)
    app.survive()
    try:
        result = app.run(mouse=runtime.settings.config.ui.mouse)
    finally:
        runtime.close_files()
    if app.app_exit.fault is not None:
        raise app.app_exit.fault
    exit_now(result or 0)
    return result or 0
