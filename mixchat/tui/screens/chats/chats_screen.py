"""Every chat, found by its title and by what was said in it."""

import time
from typing import ClassVar, Final

from msgspec import Struct
from textual.binding import Binding, BindingType
from textual.widgets import Input

from mixchat.storage.chats import ChatRecord
from mixchat.tui.actions.keys import own_key
from mixchat.tui.screens.chats.chat_list import ChatList
from mixchat.tui.screens.chats.rows import chat_and_turn, chat_rows, hit_rows
from mixchat.tui.screens.list_screen import FilterListScreen
from mixchat.tui.screens.value_prompt import ValuePrompt
from mixchat.tui.widgets.debounce import Debounce

_REST: Final = 0.03
"""Seconds without a key before texts are searched where that takes its time."""
_QUICK: Final = 0.02
"""Seconds within which a search has to be done so that the next one need not wait for a rest."""


class ChatFound(Struct, frozen=True):
    """The chat that was selected, and the turn to show in it."""

    chat: str
    turn: str = ""


class ChatsScreen(FilterListScreen[ChatFound | None]):
    """Lists the chats by day; typing searches titles, tags and every word that was said."""

    HEADING = "Chats"
    PLACEHOLDER = "Search titles and everything that was said; #tag"
    EMPTY = "No chat holds these words."
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "open", "open", priority=True, id="chats.open"),
        Binding("ctrl+r", "rename", "rename", priority=True, id="chats.rename"),
        Binding("ctrl+t", "tag", "tag", priority=True, id="chats.tag"),
        Binding(
            "ctrl+f", "pin", "star", priority=True, tooltip="star, to keep it at the top", id="chats.pin"
        ),
        Binding("ctrl+d", "delete", "delete", priority=True, id="chats.delete"),
        Binding(
            "ctrl+e", "export", "export", priority=True, tooltip="write the chat to a file", id="chats.export"
        ),
        Binding("ctrl+z", "undo", "undo", priority=True, id="chats.undo"),
    ]

    def __init__(self, chats: ChatList, words: str = "") -> None:
        """Take the chats, and the words to search for at once."""
        super().__init__()
        self._first = words
        self._chats = chats
        self._search_soon = Debounce(self, self._search, after=_REST)
        self._sought = ""
        self._took = 0.0
        """Seconds that the last search took."""

    def on_mount(self) -> None:
        """Show the list first; what each chat cost comes right after."""
        self._chats.read()
        self.query_one("#page-filter", Input).value = self._first
        self.call_after_refresh(self._count)

    def _count(self) -> None:
        self._chats.count_costs()
        self.rows.refresh()

    def fill(self, words: str) -> None:
        """Show all chats, or those that hold the words: at once, or soon where searching takes its time."""
        self._search_soon.cancel()
        if words.strip() and self._took <= _QUICK:
            self._search()
        elif words.strip():
            self._search_soon.request()
        else:
            self._list(list(self._chats.records.values()))

    def _list(self, records: list[ChatRecord]) -> None:
        empty = "No chat yet; the first message begins one."
        self.rows.update_rows(chat_rows(records, self._chats), self.rows.highlighted, empty=empty)
        self._update_count(len(records))

    def _search(self) -> None:
        words = [word for word in self.words.split() if word != "#"]
        tags = [word[1:].casefold() for word in words if word.startswith("#")]
        text = " ".join(word for word in words if not word.startswith("#"))
        if not text:
            self._list([record for record in self._chats.records.values() if _has(record, tags)])
            return
        known = self._chats.records
        began = time.perf_counter()
        found = self._chats.find(text)
        self._took = time.perf_counter() - began
        hits = [hit for hit in found if hit.chat in known and _has(known[hit.chat], tags)]
        highlighted = self.rows.highlighted if self.words == self._sought else ""
        self._sought = self.words
        self.rows.update_rows(hit_rows(hits, self._chats), highlighted, empty=self.EMPTY)
        self._update_count(len({hit.chat for hit in hits}))

    def _update_count(self, number: int) -> None:
        self.update_aside(f"{number:,} chat{'' if number == 1 else 's'}")

    def row_selected(self, value: str) -> None:
        """Open the chat, at the place that was found."""
        self.dismiss(ChatFound(*chat_and_turn(value)))

    def action_open(self) -> None:
        """Open the highlighted chat."""
        self.rows.action_select()

    def action_rename(self) -> None:
        """Write another title."""
        record = self._highlighted_record()
        if record is None:
            return

        def named(title: str | None) -> None:
            if title:
                self.attempt(lambda: self._chats.rename(record.id, title))

        self.above.push_screen(ValuePrompt("Title", record.title), named)

    def action_tag(self) -> None:
        """Write the chat's tags."""
        record = self._highlighted_record()
        if record is None:
            return

        def tagged(text: str | None) -> None:
            if text is not None:
                tags = [word.strip("#,") for word in text.split() if word.strip("#,")]
                self.attempt(lambda: self._chats.tag(record.id, tags))

        help_ = "Words with spaces between them; none takes all tags away."
        self.above.push_screen(ValuePrompt("Tags", " ".join(record.tags), help=help_), tagged)

    def action_pin(self) -> None:
        """Pin the chat to the top, or unpin it."""
        record = self._highlighted_record()
        if record is not None:
            self.attempt(lambda: self._chats.pin(record.id))

    def action_delete(self) -> None:
        """Take the chat away; one key brings it back."""
        record = self._highlighted_record()
        if record is not None:
            self.rows.action_move(1)
            self.attempt(lambda: self._chats.delete(record.id))
            self.show_sentence(f"Deleted “{record.title}”. {own_key(self, 'chats.undo')} brings it back.")

    def action_export(self) -> None:
        """Ask for a file and write the chat to it."""
        record = self._highlighted_record()
        if record is None:
            return

        def named(name: str | None) -> None:
            if name:
                self.show_sentence(self._chats.export(record.id, name))

        help_ = "A name that ends in .md, .json or .html says which format."
        self.above.push_screen(ValuePrompt("Export to", f"{record.id}.md", help=help_), named)

    def action_undo(self) -> None:
        """Take the last change back."""
        self.attempt(lambda: self.show_sentence(self._chats.undo() or "There is nothing to take back."))

    def _highlighted_record(self) -> ChatRecord | None:
        return self._chats.records.get(chat_and_turn(self.rows.highlighted)[0])


def _has(record: ChatRecord, tags: list[str]) -> bool:
    own = [tag.casefold() for tag in record.tags]
    return all(any(mine.startswith(tag) for mine in own) for tag in tags)
