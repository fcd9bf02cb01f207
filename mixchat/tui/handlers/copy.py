"""Copying and saving what a reply holds."""

from pathlib import Path

from mixchat.domain.turn import Turn
from mixchat.tui.actions.dispatch import handles
from mixchat.tui.handlers.handler import ChatHandler
from mixchat.tui.save_file import export_chat, save_new
from mixchat.tui.widgets.picker import Picker, PickerEntry


class CopyHandler(ChatHandler):
    """Copies the reply that is meant, its code, its links or the whole turn, and saves them to files.

    What is a code block or a link is what the transcript paints as one: its Markdown is the only parser.
    """

    @handles("copy-reply")
    def copy_reply(self) -> None:
        """Copy the reply as Markdown."""
        turn = self.context.selection.turn()
        self._copy(self._current(turn).reply if turn else "", "the reply")

    @handles("copy-turn")
    def copy_turn(self) -> None:
        """Copy prompt and reply as Markdown."""
        from mixchat.tui.transcript.turn_text import turn_markdown

        turn = self.context.selection.turn()
        self._copy(turn_markdown(self._current(turn)) if turn else "", "the turn")

    @handles("copy-code")
    def copy_code(self) -> None:
        """Copy the code block under the block cursor, else the last one of the reply."""
        self._copy(self._code(), "the code block")

    def copy_selection(self) -> None:
        """Copy what was dragged over; it stays selected."""
        selected = self.context.screen.get_selected_text()
        if selected:
            self._copy(selected, "the selection")

    def copy_link(self, url: str) -> None:
        """Copy an address and show it. None is opened unseen: the addresses come from a model."""
        self.context.copy(url, "the link", shown=url)

    @handles("links")
    def links(self) -> None:
        """List the turn's links; the one that is picked is copied."""
        from mixchat.tui.transcript.turn_text import links_of

        turn = self.context.selection.turn()
        links = links_of(turn) if turn is not None else []
        if not links:
            self.context.notify("There is no link in this reply.")
            return
        entries = [
            PickerEntry(link.url, link.label or link.url, link.url if link.label else "") for link in links
        ]
        self.context.push_screen(Picker("Copy which link?", entries), self._link_picked)

    def _link_picked(self, url: str | None) -> None:
        if url is not None:
            self.copy_link(url)

    @handles("save-code")
    def save_code(self, name: str) -> None:
        """Write the code block that `copy_code` copies to a new file."""
        code = self._code()
        if not code:
            self.context.notify("There is no code block to save; /save-reply FILE saves the reply.")
        elif not name:
            self.context.notify("Say where: /save FILE")
        else:
            self._save(name, code, "the code block")

    @handles("save-reply")
    def save_reply(self, name: str) -> None:
        """Write the reply that `copy_reply` copies to a new file, as Markdown."""
        turn = self.context.selection.turn()
        reply = self._current(turn).reply if turn else ""
        if not reply:
            self.context.notify("There is no reply to save yet.")
        elif not name:
            self.context.notify("Say where: /save-reply FILE")
        else:
            self._save(name, reply if reply.endswith("\n") else f"{reply}\n", "the reply")

    @handles("export")
    def export(self, name: str) -> None:
        """Write the chat to a new file: as JSON or a page if its name ends so, else as Markdown."""
        if not self.context.chat.turns:
            self.context.notify("There is nothing to export yet.")
        elif not name:
            self.context.notify("Say where: /export FILE")
        else:
            self.context.notify(export_chat(self.context.runtime, self.context.chat.record, name))

    def _copy(self, text: str, what: str) -> None:
        if text:
            self.context.copy(text, what)
        else:
            self.context.notify(f"There is no {what.removeprefix('the ')} to copy yet.")

    def _current(self, turn: Turn) -> Turn:
        """Return the turn with what has come of its reply so far, if it is still coming."""
        return self.context.widgets.transcript.current(turn)

    def _code(self) -> str:
        from mixchat.tui.transcript.turn_text import code_blocks

        turn = self.context.selection.turn()
        if turn is None:
            return ""
        marked = self.context.widgets.transcript.cursor.marked_code(turn.id)
        blocks = code_blocks(self._current(turn).reply)
        return marked or (blocks[-1] if blocks else "")

    def _save(self, name: str, text: str, what: str) -> None:
        self.context.notify(save_new(Path(name), [text.encode(errors="replace")], what))
