"""How the app ends: because the person or a signal says so, or by a failure that it cannot survive."""

import asyncio
from typing import TYPE_CHECKING, Final

from textual.app import App
from textual.worker import WorkerFailed

from mixchat.domain.errors import ConfigError, StorageError
from mixchat.tui.chat_screen import ChatScreen
from mixchat.tui.terminal.survival import Failures

if TYPE_CHECKING:
    from mixchat.runtime.runtime import Runtime

_FAILED: Final = "Something in mixchat itself failed; it goes on, and the log says where. Please report it."
_SLOW: Final = "The disk is slow."
_TIMEOUT: Final = 2.0
"""Seconds that leaving waits for replies to be settled and connections to be closed."""


class AppExit:
    """Leaves once, with everything settled and saved; what waits to be written is asked about first."""

    def __init__(self, app: App[int], runtime: "Runtime", chat_screen: ChatScreen) -> None:
        self._app = app
        self._runtime = runtime
        self._chat_screen = chat_screen
        self.fault: Exception | None = None
        """Why the app has left: what a person has to correct, or a failure of its own."""
        self.survives = False
        """Whether the app goes on after a failure of its own; tests want to see it."""
        self._failures = Failures()
        self._leaving = False
        self._warned = False
        """Whether it was said that something is not saved yet; asked again, the person means it."""

    def on_signal(self, _: int) -> None:
        """Leave without a question: nobody is there to answer."""
        self._warned = True
        self._app.run_worker(self.quit(), exit_on_error=False)

    async def quit(self) -> None:
        """Settle what is under way, close every connection, and leave; what is not on disk then is asked about."""
        if self._leaving or await self._has_unwritten():
            return
        self._leaving = True
        self._chat_screen.stop_settling()
        conversation = self._chat_screen.wiring.conversation
        try:
            async with asyncio.timeout(_TIMEOUT):
                await conversation.close()
            if await self._has_unwritten():
                self._leaving = False
                conversation.stay()
                return
            async with asyncio.timeout(_TIMEOUT):
                await self._runtime.aclose()
        except TimeoutError:
            pass
        except Exception as error:  # noqa: BLE001 - leaving goes on whatever cannot be closed
            self.fault = error
            self._app.exit(70)
            return
        self._app.exit(0)

    async def _has_unwritten(self) -> bool:
        """Return whether something waits to be written that leaving would lose, and say so once."""
        database, files = self._runtime.storage.database, self._runtime.settings.files
        if self._warned or not (database.unwritten or files.unwritten):
            return False
        if await asyncio.to_thread(lambda: database.settle(0.5) and files.settle(0.5)):
            return False
        self._warned = True
        self._app.notify(
            f"{database.trouble or files.trouble or _SLOW} Something is not saved yet; quit once more to leave without it.",
            severity="error",
            markup=False,
        )
        return True

    def take_failure(self, error: Exception) -> bool:
        """Leave for what a person can correct, so that it is said in one sentence; go on after everything else.

        Returns:
            Whether that was all: without `survives`, a failure of the app's own is Textual's to show.
        """
        import sqlite3

        from mixchat.storage.transaction import unreadable

        cause = error.error if isinstance(error, WorkerFailed) else error
        if self.fault is not None or (self._leaving and isinstance(cause, sqlite3.ProgrammingError)):
            return True  # what fails while leaving, such as a look at a history that is closed, has nothing to add
        if isinstance(cause, sqlite3.Error):
            cause = unreadable(cause)
        if isinstance(cause, (ConfigError, StorageError)):
            self.fault = cause
            self._app.exit(2)
            return True
        if self.survives and isinstance(cause, Exception):
            self._go_on_after(cause)
        return self.survives

    def _go_on_after(self, error: Exception) -> None:
        """Note what failed, and say so; leave only when it does not stop failing, or nothing is on the screen."""
        if self._leaving:
            return  # what is half mounted when one leaves at once may well miss its other half
        from mixchat.config.crash_report import log_failure

        log_failure(error)
        if self._app.is_running and self._failures.can_go_on():
            self._app.notify(_FAILED, severity="error", markup=False)
            return
        self.fault = error
        asyncio.get_running_loop().create_task(self._leave_after_crash())

    async def _leave_after_crash(self) -> None:
        """Save what there is to save, and leave; `run_app` hands the error on to whoever reports it."""
        try:
            async with asyncio.timeout(_TIMEOUT):
                await self._chat_screen.wiring.conversation.close()
        finally:
            self._app.exit(70)
