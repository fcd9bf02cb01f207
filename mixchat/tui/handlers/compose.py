"""Ways to write besides typing: an editor, an earlier prompt, a message that waits."""

import os
import shlex
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from textual.app import App, SuspendNotSupported

from mixchat.tui.actions import Handler
from mixchat.tui.chat.open_chats import OpenChats
from mixchat.tui.composer.composer import Composer

if TYPE_CHECKING:
    from mixchat.runtime.runtime import Runtime


class ComposeHandlers:
    """Fills the composer from elsewhere."""

    def __init__(
        self,
        app: App[int],
        runtime: "Runtime",
        session: OpenChats,
        composer: Composer,
        say: Callable[[str], None],
    ) -> None:
        self._app = app
        self._runtime = runtime
        self._session = session
        self._composer = composer
        self._say = say

    def handlers(self) -> Mapping[str, Handler]:
        """Return what can be done here, by act."""
        return {"editor": self.edit, "recall": self.recall, "drop-queued": self.drop}

    def edit(self, _: str) -> None:
        """Write the prompt in the editor of `VISUAL` or `EDITOR`, with every folded paste in full."""
        command = os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi"
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "prompt.md"
            path.write_text(self._composer.unfolded, "utf-8")
            try:
                with self._app.suspend():
                    ended = subprocess.run([*shlex.split(command), str(path)], check=False)
                text = path.read_text("utf-8")
            except SuspendNotSupported:
                self._say("This terminal cannot make room for an editor.")
            except (OSError, ValueError) as error:
                self._say(f"The editor {command!r} cannot be started: {error}; set VISUAL or EDITOR.")
            else:
                self._take(text, ended.returncode)

    def _take(self, text: str, code: int) -> None:
        if code:
            self._say(f"The editor ended with {code}; the prompt stays as it was.")
        else:
            self._composer.write(text.rstrip("\n"))

    def recall(self, _: str) -> None:
        """Search the prompts that were sent before."""
        from mixchat.tui.picker import Picker, PickerEntry

        prompts = list(dict.fromkeys(reversed(self._runtime.storage.drafts.prompts())))
        entries = [PickerEntry(prompt, " ".join(prompt.split())[:300]) for prompt in prompts]

        def taken(prompt: str | None) -> None:
            if prompt is not None:
                self._composer.write(prompt)

        if entries:
            self._app.push_screen(Picker("Earlier prompts", entries), taken)
        else:
            self._say("No prompt was sent before.")

    def drop(self, _: str) -> None:
        """Remove the last waiting message; its text goes to an empty composer."""
        outgoing = self._session.queue.pop_last()
        if outgoing is None:
            self._say("No message is waiting.")
        else:
            self._composer.put_back(outgoing.typed)
