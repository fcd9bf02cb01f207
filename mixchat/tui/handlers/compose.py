"""Ways to write besides typing: an editor, an earlier prompt, a message that waits."""

import os

from textual.app import SuspendNotSupported

from mixchat.tui.actions.dispatch import handles
from mixchat.tui.handlers.handler import ChatHandler
from mixchat.tui.terminal.editor import EditorError, edit_text
from mixchat.tui.widgets.picker import Picker, PickerEntry


class ComposeHandler(ChatHandler):
    """Fills the composer from elsewhere."""

    @handles("editor")
    def edit(self) -> None:
        """Write the prompt in the editor of `VISUAL` or `EDITOR`, with every folded paste in full."""
        try:
            written = edit_text(self.context.composer.unfolded, os.environ, self.context.app.suspend)
        except SuspendNotSupported:
            self.context.notify("This terminal cannot make room for an editor.")
        except EditorError as error:
            self.context.notify(str(error))
        else:
            self.context.composer.write(written.rstrip("\n"))

    @handles("recall")
    def recall(self) -> None:
        """Search the prompts that were sent before."""
        prompts = list(dict.fromkeys(reversed(self.context.runtime.storage.drafts.prompts())))
        entries = [PickerEntry(prompt, " ".join(prompt.split())[:300]) for prompt in prompts]
        if entries:
            self.context.push_screen(Picker("Earlier prompts", entries), self._picked)
        else:
            self.context.notify("No prompt was sent before.")

    def _picked(self, prompt: str | None) -> None:
        if prompt is not None:
            self.context.composer.write(prompt)

    @handles("drop-queued")
    def drop(self) -> None:
        """Remove the last waiting message; its text goes to an empty composer."""
        message = self.context.queue.pop_last()
        if message is None:
            self.context.notify("No message is waiting.")
        else:
            self.context.composer.put_back(message.typed)
