"""The saved chats as the chats screen works with them: found, renamed, pinned, tagged, deleted and brought back."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from msgspec import Struct, structs

from mixchat.domain.usage import CostSum
from mixchat.storage.chats import ChatRecord
from mixchat.storage.deletion import UNDO_TIME
from mixchat.storage.search import Hit
from mixchat.tui.widgets.choice_bar import Act

if TYPE_CHECKING:
    from mixchat.runtime.runtime import Runtime
    from mixchat.tui.chat.open_chats import OpenChats

_HITS: Final = 200


class _Change(Struct, frozen=True):
    """One change, and how to take it back."""

    sentence: str
    """What is said once it is taken back."""
    act: Act
    deleted: str = ""
    """The chat that it took away."""


class ChatList:
    """Changes chats and remembers how to take each change back, however often the list is left and opened again.

    Args:
        runtime: holds the history and the ledger.
        open_chats: has the chat on the screen, whose record is in memory, too.
    """

    def __init__(self, runtime: "Runtime", open_chats: "OpenChats") -> None:
        self._runtime = runtime
        self._open_chats = open_chats
        self._undo: list[_Change] = []
        self._costs: dict[str, CostSum] | None = None
        self.records: dict[str, ChatRecord] = {}
        """Every chat, in the list's order."""

    def read(self) -> None:
        """Read the list of chats."""
        self.records = {record.id: record for record in self._runtime.storage.chats.list()}

    def export(self, chat: str, name: str) -> str:
        """Write a chat to a new file; return a sentence about it."""
        from mixchat.tui.save_file import export_chat

        return export_chat(self._runtime, self.records[chat], name)

    def find(self, words: str) -> Sequence[Hit]:
        """Return where `words` occur in titles and texts, titles first."""
        return self._runtime.storage.search.find(words, limit=_HITS)

    def now(self) -> float:
        """Return the time in seconds since the epoch."""
        return self._runtime.storage.clock.now()

    def count_costs(self) -> None:
        """Add up what each chat has cost."""
        lines = self._runtime.storage.ledger.reports.lines("chat")
        self._costs = {line.key: line.tally for line in lines}

    def cost(self, chat: str) -> CostSum | None:
        """Return what the chat has cost; `None` as long as nobody has counted."""
        return None if self._costs is None else self._costs.get(chat, CostSum())

    def rename(self, chat: str, title: str) -> None:
        """Give the chat another title."""
        record = self.records[chat]
        self._change(structs.replace(record, title=title), f"“{record.title}” has its title back.")

    def pin(self, chat: str) -> bool:
        """Pin the chat to the top of the list, or unpin it; return whether it is pinned now."""
        record = self.records[chat]
        self._change(structs.replace(record, pinned=not record.pinned), f"“{record.title}” is as it was.")
        return not record.pinned

    def tag(self, chat: str, tags: Sequence[str]) -> None:
        """Give the chat exactly these tags."""
        before = self.records[chat]
        self._runtime.storage.chats.tag(chat, *tags)
        self._take_over(structs.replace(before, tags=tuple(sorted(set(tags)))))
        self._undo.append(_Change(f"“{before.title}” has its tags back.", lambda: self._tag_back(before)))

    def delete(self, chat: str) -> None:
        """Take the chat away; what it cost stays counted."""
        record = self.records[chat]
        self._runtime.storage.chats.delete(chat)
        del self.records[chat]
        self._undo.append(self._restoring(record))

    def undo(self) -> str | None:
        """Take the last change back and say what is as it was; `None`: there is nothing to take back.

        After the changes of this window comes what was deleted last in any other, as long as it is on disk.
        """
        self._forget_what_is_gone()
        if self._undo:
            change = self._undo.pop()
        else:
            record = self._runtime.storage.chats.last_deleted(self.now() - UNDO_TIME)
            if record is None:
                return None
            change = self._restoring(record)
        change.act()
        self.read()
        return change.sentence

    @property
    def has_deleted(self) -> bool:
        """Whether a chat can be brought back that was deleted in this window."""
        self._forget_what_is_gone()
        return any(change.deleted for change in self._undo)

    def _forget_what_is_gone(self) -> None:
        known = self._runtime.storage.chats.get
        self._undo = [change for change in self._undo if not change.deleted or known(change.deleted)]

    def bring_back(self) -> tuple[str, str] | None:
        """Bring back the chat that was deleted last in this window; return its id and a sentence, `None`: there is none."""
        self._forget_what_is_gone()
        change = next((change for change in reversed(self._undo) if change.deleted), None)
        if change is None:
            return None
        self._undo.remove(change)
        change.act()
        return change.deleted, change.sentence

    def _restoring(self, record: ChatRecord) -> _Change:
        chats = self._runtime.storage.chats
        return _Change(f"“{record.title}” is back.", lambda: chats.restore(record.id), record.id)

    def _tag_back(self, before: ChatRecord) -> None:
        self._runtime.storage.chats.tag(before.id, *before.tags)
        self._take_over(before)

    def _change(self, record: ChatRecord, sentence: str) -> None:
        before = self.records[record.id]
        self._take_over(self._runtime.storage.chats.post(before, record))
        self.read()
        self._undo.append(_Change(sentence, lambda: self._put_back(before, record)))

    def _put_back(self, before: ChatRecord, after: ChatRecord) -> None:
        self._take_over(self._runtime.storage.chats.post(after, before))

    def _take_over(self, record: ChatRecord) -> None:
        self.records[record.id] = record
        mine = self._open_chats.chat
        if record.id == mine.id:
            changed = {name: getattr(record, name) for name in ("title", "pinned", "tags")}
            mine.record = structs.replace(mine.record, **changed)
