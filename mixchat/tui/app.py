"""The app itself: themes, keys, the first screen, and leaving well."""

import asyncio
import base64
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
from textual.worker import WorkerFailed

from mixchat.domain.errors import ConfigError, StorageError
from mixchat.runtime.stop_signals import stop_signals
from mixchat.tui import themes
from mixchat.tui.actions.keys import Keymap, bindings, read_keys
from mixchat.tui.chat_screen import ChatScreen
from mixchat.tui.launch_options import LaunchOptions
from mixchat.tui.terminal.background import QUESTION, BackgroundTold, light_by_variable
from mixchat.tui.terminal.clipboard import tmux_wrapped
from mixchat.tui.terminal.input_order import LEFT, InputOrder
from mixchat.tui.terminal.kitty_pictures import TerminalNamed
from mixchat.tui.terminal.line_filter import PlainLines
from mixchat.tui.terminal.pacing import Paced
from mixchat.tui.terminal.painting import Painting
from mixchat.tui.terminal.shutdown import NonBlockingExecutor, exit_now
from mixchat.tui.terminal.survival import Failures, survive_handlers
from mixchat.tui.widgets.pressable import pressed

if TYPE_CHECKING:
    from mixchat.runtime.runtime import Runtime

_PLAIN_LINES = PlainLines()
_FAILED = "Something in mixchat itself failed; it goes on, and the log says where. Please report it."
_SLOW = "The disk is slow."
_LEAVE_TIMEOUT = 2.0
"""Seconds that leaving waits for replies to be settled and connections to be closed."""


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
        self._problems: list[str] = []
        self._leaving = False
        self._signals = ExitStack()
        self._input = InputOrder(self, super().on_event, self._handle_exception)
        self.fault: Exception | None = None
        """Why the app has left: what a person has to correct, or a failure of its own."""
        self._survives = False
        """Whether the app goes on after a failure of its own; tests want to see it."""
        self._failures = Failures()
        self._warned = False
        self._chat_screen = ChatScreen(runtime, options)
        self.animation_level = themes.animation_level(runtime.settings.config)
        self.light_background = light_by_variable(os.environ)
        """Whether the terminal's background is light, as far as it is known."""
        wanted = options.theme or runtime.settings.config.theme
        self._by_background = wanted == themes.AUTO
        """Whether the terminal's background decides the theme."""
        self._apply_first_theme(themes.resolved(wanted, light=self.light_background))
        keymap = self.action_keys
        self._problems += keymap.problems
        self.set_keymap(keymap.for_textual())

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

    def _apply_first_theme(self, name: str) -> None:
        """Apply a theme before anything is parsed or painted with another."""
        try:
            self.register_theme(themes.find_theme(name, self._runtime.settings.paths.themes))
        except ConfigError as error:
            if name not in self.available_themes:  # one of Textual's own has not our roles, but can be worn
                self._problems.append(str(error))
                theme = themes.find_theme(themes.DEFAULT, self._runtime.settings.paths.themes)
                self.register_theme(theme)
                name = theme.name
        # Without its watcher, which would parse and paint a screen that is not there yet.
        self.set_reactive(MixApp.theme, name)
        self._refresh_truecolor_filter(self.ansi_theme)
        self.stylesheet.set_variables(self.get_css_variables())

    @property
    def theme_choice(self) -> str:
        """The theme as it was chosen: `auto`, or its name."""
        return themes.AUTO if self._by_background else self.theme

    def use_theme(self, name: str) -> None:
        """Show a theme; `auto` is the one that the terminal's background asks for."""
        self._by_background = name == themes.AUTO
        self.theme = themes.resolved(name, light=self.light_background)
        if self._by_background:
            self.write_to_terminal(QUESTION)

    def on_background_told(self, event: BackgroundTold) -> None:
        """Take the theme that fits the terminal's background, if that decides."""
        self.light_background = event.light
        name = themes.resolved(themes.AUTO, light=event.light)
        if self._by_background and name != self.theme:
            self.register_theme(themes.find_theme(name, self._runtime.settings.paths.themes))
            self.theme = name

    def on_load(self) -> None:
        """Let a task begin after who makes it went on, as it does everywhere else.

        Textual makes tasks eager where Python can (since 3.12): one that needs to wait for nothing would be over
        before it is known, and the order of what happens would be another than on Python 3.11.
        """
        asyncio.get_running_loop().set_task_factory(None)

    def on_mount(self) -> None:
        """Say what was wrong with theme and keys, and leave well when the terminal goes."""
        if self._by_background:
            self.write_to_terminal(QUESTION)
        for problem in self._problems:
            self.notify(problem, severity="warning", markup=False)
        # Textual takes the terminal back after a stop and leaves it empty.
        cast(Signal[MixApp], self.app_resume_signal).subscribe(self, lambda _: self.refresh(layout=True))
        loop = asyncio.get_running_loop()
        if not self.is_headless:
            loop.set_default_executor(NonBlockingExecutor())
        self._signals.enter_context(stop_signals(self._leave_on_signal, ctrl_c=False))

    def on_unmount(self) -> None:
        """Leave the signals to others again."""
        self._signals.close()

    def _leave_on_signal(self, _: int) -> None:
        self._warned = True  # nobody is there to answer
        self.run_worker(self.action_quit(), exit_on_error=False)

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Return what every painted line passes: Textual's own filters, and the one for foreign characters."""
        return [*super().get_line_filters(), _PLAIN_LINES]

    def _handle_exception(self, error: Exception) -> None:
        """Leave for what a person can correct, so that it is said in one sentence; go on after everything else."""
        import sqlite3

        from mixchat.storage.transaction import unreadable

        cause = error.error if isinstance(error, WorkerFailed) else error
        if self.fault is not None or (self._leaving and isinstance(cause, sqlite3.ProgrammingError)):
            return  # what fails while leaving, such as a look at a history that is closed, has nothing to add
        if isinstance(cause, sqlite3.Error):
            cause = unreadable(cause)
        if isinstance(cause, (ConfigError, StorageError)):
            self.fault = cause
            self.exit(2)
        elif not self._survives:
            super()._handle_exception(error)
        elif isinstance(cause, Exception):
            self._go_on_after(cause)

    def survive(self) -> None:
        """Go on after a failure of its own from now on: a widget's handler, a worker, a timer."""
        self._survives = True
        survive_handlers(self._handle_exception)

    def _go_on_after(self, error: Exception) -> None:
        """Note what failed, and say so; leave only when it does not stop failing, or nothing is on the screen."""
        if self._leaving:
            return  # what is half mounted when one leaves at once may well miss its other half
        from mixchat.config.crash_report import log_failure

        log_failure(error)
        if self.is_running and self._failures.can_go_on():
            self.notify(_FAILED, severity="error", markup=False)
            return
        self.fault = error
        asyncio.get_running_loop().create_task(self._leave_after_crash())

    async def _leave_after_crash(self) -> None:
        """Save what there is to save, and leave; `run_app` hands the error on to whoever reports it."""
        try:
            async with asyncio.timeout(_LEAVE_TIMEOUT):
                await self._chat_screen.wiring.conversation.close()
        finally:
            self.exit(70)

    def copy_to_clipboard(self, text: str) -> None:
        """Copy by OSC 52; inside tmux, through it to the terminal around it as well."""
        super().copy_to_clipboard(text)
        if "TMUX" in os.environ:
            encoded = base64.b64encode(text.encode()).decode()
            self.write_to_terminal(tmux_wrapped(f"\x1b]52;c;{encoded}\a"))

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

    def write_to_terminal(self, sequence: str) -> None:
        """Write a control sequence to the terminal, in its turn with everything that is painted."""
        if self._driver is not None:
            self._driver.write(sequence)

    def action_run(self, action_id: str) -> None:
        """Do something from the table of actions, asked for on another screen than the chat's."""
        self._chat_screen.action_run(action_id)

    async def _has_unwritten(self) -> bool:
        """Whether something waits to be written that leaving would lose; asked again, the person means it."""
        database = self._runtime.storage.database
        if not database.unwritten or self._warned:
            return False
        if await asyncio.to_thread(database.settle, 0.5):
            return False
        self._warned = True
        self.notify(
            f"{database.trouble or _SLOW} Something is not saved yet; quit once more to leave without it.",
            severity="error",
            markup=False,
        )
        return True

    async def action_quit(self) -> None:
        """Settle what is under way, close every connection, and leave; what is not on disk then is asked about."""
        if self._leaving or await self._has_unwritten():
            return
        self._leaving = True
        self._chat_screen.stop_settling()
        conversation = self._chat_screen.wiring.conversation
        try:
            async with asyncio.timeout(_LEAVE_TIMEOUT):
                await conversation.close()
            if await self._has_unwritten():
                self._leaving = False
                conversation.stay()
                return
            async with asyncio.timeout(_LEAVE_TIMEOUT):
                await self._runtime.aclose()
        except TimeoutError:
            pass
        except Exception as error:  # noqa: BLE001 - leaving goes on whatever cannot be closed
            self.fault = error
            self.exit(70)
            return
        self.exit(0)


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
    runtime.storage.background = True
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
        runtime.storage.close()
    if app.fault is not None:
        raise app.fault
    exit_now(result or 0)
    return result or 0
