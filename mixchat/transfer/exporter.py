"""Chats out of the history, whole."""

import base64
from collections.abc import Iterator

from mixchat.storage.chats import ChatRecord, ChatStore
from mixchat.storage.turns import TurnStore
from mixchat.transfer.document import ChatDocument, FileContent, contents


class Exporter:
    """Reads chats as values that can leave this machine."""

    def __init__(self, chats: ChatStore, turns: TurnStore) -> None:
        self._chats = chats
        self._turns = turns

    def chat(self, record: ChatRecord) -> ChatDocument:
        """Return a chat with every turn that was not deleted and every file whose content was kept."""
        turns = tuple(self._turns.get(stub.id) for stub in self._turns.stubs(record.id))
        found = {digest: self._turns.file(digest) for digest in contents(turns)}
        return ChatDocument(
            id=record.id,
            title=record.title,
            created=record.created,
            updated=record.updated,
            pinned=record.pinned,
            private=record.private,
            leaf=record.leaf,
            state=record.state,
            tags=record.tags,
            turns=turns,
            files=tuple(
                FileContent(digest, base64.b64encode(data).decode())
                for digest, data in found.items()
                if data is not None
            ),
        )

    def all(self) -> Iterator[ChatDocument]:
        """Yield every chat, one at a time, the oldest first."""
        for record in reversed(self._chats.list()):
            yield self.chat(record)
