"""Esc and Ctrl+C: what each does depends on what is innermost."""

import os

from mixchat.tui.actions.dispatch import handles
from mixchat.tui.chat.context import ChatContext
from mixchat.tui.handlers.handler import ChatHandler
from mixchat.tui.handlers.model_download import ModelDownloadHandler


class InterruptHandler(ChatHandler):
    """Acts on the innermost thing, once."""

    def __init__(self, context: ChatContext, download: ModelDownloadHandler) -> None:
        super().__init__(context)
        self._download = download

    @handles("stop")
    def stop(self) -> None:
        """Close what is open, else stop the reply, else pause the queue, else go back to the prompt."""
        screen = self.context.screen
        if screen.selections:
            screen.clear_selection()
        elif not (self._closed_something() or self._stopped_something()):
            self.context.selection.clear()
            self.context.composer.area.focus()

    def _closed_something(self) -> bool:
        composer = self.context.composer
        return (
            composer.close_completions()
            or self.context.widgets.panel.leave()
            or self.context.widgets.choices.cancel()
            or composer.area.leave_insert()
            or composer.leave_edit()
        )

    def _stopped_something(self) -> bool:
        queue = self.context.queue
        return queue.stop() or queue.pause() or self._download.stop()

    @handles("next-model")
    def next_model(self) -> None:
        """Leave the model that lets itself be waited for, and ask the next one."""
        if not self.context.chat.try_next():
            self.context.notify("Nobody is waited for who could be left for another model.")

    @handles("copy-or-stop")
    def copy_or_stop(self) -> None:
        """Copy what is selected, else stop the reply, else say how to quit."""
        screen = self.context.screen
        selected = self.context.composer.area.selected_text or screen.get_selected_text()
        if selected:
            self.context.copy(selected, "the selection")
            screen.clear_selection()
        elif not self.context.queue.stop():
            self.context.notify(f"{self.context.key('quit')} quits; what is written is kept.")

    @handles("suspend")
    def suspend(self) -> None:
        """Stop the process, as a key does in other programs; the shell's `fg` goes on with it."""
        if has_job_control() and not self.context.app.is_web:
            self.context.app.action_suspend_process()
        else:
            self.context.notify("No shell that could go on with mixchat waits here; it was not suspended.")

    @handles("quit")
    def quit(self) -> None:
        """Save everything and leave."""
        self.context.quit()


def has_job_control() -> bool:
    """Return whether a shell started this process as a job of its own: nobody else would ever go on with it."""
    if os.name != "posix":
        return False
    parent = os.getppid()
    try:
        return os.getsid(parent) == os.getsid(0) and os.getpgid(parent) != os.getpgid(0)
    except OSError:
        return False
