"""The text that is being written."""

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final, Protocol

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message

from mixchat.chat.mentions import dropped_file
from mixchat.tui.composer.completion import CompletionChoice, Sources, complete
from mixchat.tui.composer.completion_list import CompletionList
from mixchat.tui.composer.editing_area import EditingArea
from mixchat.tui.composer.pastes import Pastes
from mixchat.tui.onboarding.key_store import provider_of
from mixchat.tui.terminal.ordered_keys import run_binding_now

if TYPE_CHECKING:
    from mixchat.tui.composer.vim import Vim

_NEW_LINE: Final = "ctrl+j,shift+enter,alt+enter,ctrl+enter,ctrl+shift+enter,alt+shift+enter,alt+ctrl+enter,alt+ctrl+shift+enter"
_TRANSCRIPT_KEYS: Final = frozenset({"home", "end", "pageup", "pagedown"})
"""Keys that have nothing to do in an empty prompt."""


class PromptOwner(Protocol):
    """What the prompt belongs to. Called at once rather than by a message, for the next key may come with this one."""

    def send(self) -> None:
        """Take what is written."""
        ...

    def walk(self, *, older: bool) -> None:
        """Go to an earlier prompt, or to a later one."""
        ...

    def undo_other(self, *, before_text: bool) -> bool:
        """Take back what was done last besides writing, or only if nothing was written since; return whether it was."""
        ...


class PromptArea(EditingArea):
    """A text area whose Enter sends, whose arrows reach earlier prompts, and which folds long pastes.

    Args:
        pastes: folds what is long.
        completions: shows what a word could become.
        sources: knows what a word could become.
        owner: takes what is written, and walks through earlier prompts.
        placeholder: what stands there while nothing is written.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(_NEW_LINE, "newline", "New line", show=False, id="newline"),
        Binding("enter", "send", "Send", show=False, id="send"),
        Binding("up", "up", show=False, id="edit.up"),
        Binding("down", "down", show=False, id="edit.down"),
        Binding("tab", "complete", show=False, id="complete"),
    ]

    class Dropped(Message):
        """A file was dropped on the terminal."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class NothingCompleted(Message):
        """Tab was pressed and there is nothing to complete."""

    class KeyPasted(Message):
        """What was pasted into an empty prompt is a provider's key by its looks."""

        def __init__(self, key: str) -> None:
            super().__init__()
            self.key = key

    class TranscriptScrolled(Message):
        """A key that moves through a text was pressed in an empty prompt: it is meant for the conversation."""

        def __init__(self, key: str) -> None:
            super().__init__()
            self.key = key

    def __init__(
        self, pastes: Pastes, completions: CompletionList, sources: Sources, *,
        owner: PromptOwner, placeholder: Content,
    ) -> None:  # fmt: skip
        super().__init__(compact=True, highlight_cursor_line=False, placeholder=placeholder)
        # A blinking cursor is a timer that never rests.
        self.cursor_blink = False
        self._pastes = pastes
        self._completions = completions
        self._sources = sources
        self._owner = owner
        self._pictures: tempfile.TemporaryDirectory[str] | None = None
        """Where pictures are that were pasted from the clipboard."""
        self._unread = False
        """Whether something was typed for which nothing was offered yet."""
        self._vim: Vim | None = None

    async def _on_key(self, event: events.Key) -> None:
        if not self.text and event.key in _TRANSCRIPT_KEYS:
            event.stop()
            event.prevent_default()
            self.post_message(self.TranscriptScrolled(event.key))
            return
        vim = self._vim
        if vim is not None and not (vim.inserting and event.is_printable) and self._read_by_vim(vim, event):
            event.stop()
            event.prevent_default()
            self.set_class(not vim.inserting, "-normal")
            return
        if await run_binding_now(self, self._bindings, event):
            return
        # TextArea writes a line break for Enter and the letter for Alt with a letter; here both are bindings.
        self._unread = self._unread or event.is_printable
        if event.key.rpartition("+")[2] == "enter" or event.key.startswith("alt+"):
            event.prevent_default()

    def _read_by_vim(self, vim: "Vim", event: events.Key) -> bool:
        """Give a key to vim; return whether it was one of vim's. Alt with a letter is Esc and the letter."""
        character = event.character if event.is_printable else None
        if event.key.startswith("alt+"):
            letter = event.key.removeprefix("alt+")
            character = letter.removeprefix("shift+").upper() if letter.startswith("shift+") else letter
            if len(character) != 1:
                return False
            if self.text:
                vim.normal()
        elif vim.inserting:
            return False
        elif event.key == "backspace":
            character = "h"
        if character is None or len(character) != 1:
            return False
        vim.press(character)
        return True

    def use_vim(self) -> None:
        """Read keys as vim does, from now on."""
        from mixchat.tui.composer.vim import Vim

        self._vim = Vim(self)

    def leave_insert(self) -> bool:
        """Go to vim's normal mode; return whether that was anything new. An empty prompt stays as it is."""
        if self._vim is None or not self.text or not self._vim.normal():
            return False
        self.add_class("-normal")
        return True

    def walk_from_edge(self, *, older: bool) -> None:
        """Go to the prompt before or after the one that is shown."""
        self._owner.walk(older=older)

    async def _on_paste(self, event: events.Paste) -> None:
        event.stop()
        event.prevent_default()
        self.put(event.text)

    def put(self, pasted: str) -> None:
        """Insert what was pasted over the selection: a file's mention, a fold, or the text itself."""
        text = pasted.replace("\r\n", "\n").replace("\r", "\n")
        if dropped_file(text) is not None:
            self.post_message(self.Dropped(text))
            return
        if not self.text and provider_of(text) is not None:
            self.post_message(self.KeyPasted(text.strip()))
            return
        result = self._replace_via_keyboard(self._pastes.fold(text), *self.selection)
        if result is not None:
            self.move_cursor(result.end_location)

    def action_paste(self) -> None:
        """Paste what the system's clipboard has, text or a picture, or else what was copied in the app."""
        self.run_worker(self._paste_from_system())

    async def _paste_from_system(self) -> None:
        from mixchat.tui.terminal import system_clipboard

        text = await system_clipboard.read_text()
        picture = b"" if text else await system_clipboard.read_image()
        if picture:
            self.post_message(self.Dropped(str(self._kept(picture))))
        elif text or self.clipboard:
            self.put(text or self.clipboard)
        else:
            self.notify("The clipboard has nothing that can be pasted here.", markup=False)

    def _kept(self, picture: bytes) -> Path:
        """Put a picture into a file of its own and return where."""
        self._pictures = self._pictures or tempfile.TemporaryDirectory(prefix="mixchat-")
        folder = Path(self._pictures.name)
        path = folder / f"picture-{len(list(folder.iterdir())) + 1}.png"
        path.write_bytes(picture)
        return path

    def on_unmount(self) -> None:
        """Take the pictures away that were pasted; what was sent has copies of its own."""
        if self._pictures is not None:
            self._pictures.cleanup()

    def action_newline(self) -> None:
        """Begin a new line."""
        self._replace_via_keyboard("\n", *self.selection)

    def action_send(self) -> None:
        """Take the highlighted completion, or send."""
        self._catch_up()
        if self._completions.is_open:
            self.take(self._completions.choose())
        else:
            if self._vim is not None:
                self._vim.insert()
                self.remove_class("-normal")
            self._owner.send()

    def action_complete(self) -> None:
        """Take the highlighted completion, or say that there is none."""
        self._catch_up()
        if self._completions.is_open:
            self.take(self._completions.choose())
        else:
            self.post_message(self.NothingCompleted())

    def action_undo(self) -> None:
        """Take back what was done last, in the text or besides."""
        if self._owner.undo_other(before_text=True):
            return
        before = self.text
        super().action_undo()
        if self.text == before:
            self._owner.undo_other(before_text=False)

    def action_up(self) -> None:
        """Move up: in the completions, in the text, or past its top to the prompt before."""
        self._catch_up()
        if self._completions.is_open:
            self._completions.move(-1)
        elif (
            self.cursor_at_first_line
            and self.wrapped_document.location_to_offset(self.cursor_location).y == 0
        ):
            self._owner.walk(older=True)
        else:
            self.action_cursor_up()

    def action_down(self) -> None:
        """Move down: in the completions, in the text, or past its end to the prompt after."""
        self._catch_up()
        if self._completions.is_open:
            self._completions.move(1)
        elif self._on_last_row:
            self._owner.walk(older=False)
        else:
            self.action_cursor_down()

    @property
    def _on_last_row(self) -> bool:
        row = self.wrapped_document.location_to_offset(self.cursor_location).y
        return row >= self.wrapped_document.height - 1

    def action_delete_left(self) -> None:
        """Delete the selection, the folded paste, or the character before the cursor."""
        row, column = self.cursor_location
        start = self._pastes.mark_before(self.document.get_line(row), column)
        if start is not None and self.selection.is_empty:
            self._replace_via_keyboard("", (row, start), (row, column))
        else:
            super().action_delete_left()

    def _catch_up(self) -> None:
        """Offer what fits the text as it is now; keys that come together are quicker than the message of a change."""
        if self._unread:
            self.offer()

    def offer(self) -> None:
        """Offer what the word before the cursor could become."""
        self._unread = False
        row, column = self.cursor_location
        line = str(self.document.get_line(row))
        self._completions.offer(complete(self._sources, line, column, first=row == 0))

    def take(self, choice: CompletionChoice | None) -> None:
        """Replace the word before the cursor by the candidate that was chosen for it."""
        if choice is not None:
            row = self.cursor_location[0]
            self.replace(choice.candidate.insert, (row, choice.start), (row, choice.end))
            self.move_cursor((row, choice.start + len(choice.candidate.insert)))

    def write(self, text: str) -> None:
        """Replace everything by `text`, as one step that can be undone, and go to its end."""
        self.replace(text, self.document.start, self.document.end)
        self.move_cursor(self.document.end)
