"""Ways to write besides typing: an editor, an earlier prompt, a message that waits."""

import os
import shlex
import subprocess
import tempfile
from pathlib import Path

from textual.app import SuspendNotSupported

from mixchat.tui.actions.dispatch import handles
from mixchat.tui.handlers.handler import ChatHandler
from mixchat.tui.picker import Picker, PickerEntry


class ComposeHandler(ChatHandler):
    """Fills the composer from elsewhere."""

    @handles("editor")
    def edit(self) -> None:
        """Write the prompt in the editor of `VISUAL` or `EDITOR`, with every folded paste in full."""
        command = os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi"
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "prompt.md"
            path.write_text(self.context.composer.unfolded, "utf-8")
            try:
                with self.context.app.suspend():
                    ended = subprocess.run([*shlex.split(command), str(path)], check=False)
                text = path.read_text("utf-8")
            except SuspendNotSupported:
                self.context.notify("This terminal cannot make room for an editor.")
            except (OSError, ValueError) as error:
                self.context.notify(
                    f"The editor {command!r} cannot be started: {error}; set VISUAL or EDITOR."
                )
            else:
                self._write(text, ended.returncode)

    def _write(self, text: str, code: int) -> None:
        if code:
            self.context.notify(f"The editor ended with {code}; the prompt stays as it was.")
        else:
            self.context.composer.write(text.rstrip("\n"))

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
