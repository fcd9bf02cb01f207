"""A new chat that begins like an old one."""

import uuid

from msgspec import structs

from mixchat.chat.chat import Chat
from mixchat.chat.desk import Desk


def fork(chat: Chat, turn_id: str, desk: Desk) -> Chat:
    """Return a saved copy of the branch up to `turn_id` as a chat of its own.

    The copies say what they had cost, and where that is counted: the ledger has their calls once.

    Raises:
        StorageError: the history cannot be written.
    """
    record = structs.replace(
        desk.chats.new(title=f"{chat.record.title} (fork)", private=chat.record.private), state=chat.state
    )
    desk.chats.save(record)
    parent: str | None = None
    for old in (*chat.path.before(turn_id), turn_id):
        turn = chat.path.turn(old)
        copy = structs.replace(
            turn,
            id=uuid.uuid4().hex[:16],
            chat=record.id,
            parent=parent,
            counted_in=turn.counted_in or turn.chat,
        )
        desk.turns.save(copy)
        parent = copy.id
    record = structs.replace(record, leaf=parent)
    desk.chats.save(record)
    return Chat(record, desk)
