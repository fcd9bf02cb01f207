"""Taking chats in: checked value by value, kept once, and counted as spent nowhere."""

import re
from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from msgspec import Struct, field, structs

from mixchat.domain.turn import Attempt, FileRef, Outcome, Turn
from mixchat.domain.usage import Cost, Usage
from mixchat.storage.chats import ChatRecord
from mixchat.storage.imports import Added, ImportStore
from mixchat.transfer.document import ChatDocument
from mixchat.transfer.report import Taken
from mixchat.transfer.text import LATEST, clean, identity, title

_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
_MOST_DOLLARS: Final = Decimal(10**9)
_UNCONNECTED: Final = "turns whose parent is missing"


class Import(Struct):
    """What an import took so far, and what it did not."""

    chats: int = 0
    """Chats that were not here before."""
    turns: int = 0
    grown: int = 0
    """Chats that were here and have new turns now."""
    known: int = 0
    """Chats of which everything was here."""
    brought_back: int = 0
    left: Counter[str] = field(default_factory=Counter[str])

    def add(self, added: Added, left: Counter[str]) -> None:
        """Count one chat."""
        self.chats += added.is_new
        self.turns += added.turns
        self.grown += not added.is_new and bool(added.turns)
        self.known += not added.is_new and not added.turns and not added.brought_back
        self.brought_back += added.brought_back
        self.left += left


class Importer:
    """Puts chats into the history.

    Args:
        store: where they go.
        private: whether chats of other programs become private ones.
    """

    def __init__(self, store: ImportStore, *, private: bool = False) -> None:
        self._store = store
        self._private = private
        self.result = Import()

    def take(self, taken: Taken) -> Added | None:
        """Keep one chat; return `None` where nothing of it can be kept.

        Raises:
            StorageError: the history cannot be written; nothing of the chat was.
        """
        document, left = checked(taken.document)
        left += taken.left
        if not document.turns:
            self.result.left += left
            self.result.left["chats without a turn"] += 1
            return None
        contents = {file.digest: data for file in document.files if (data := file.content()) is not None}
        record = ChatRecord(
            id=document.id,
            title=document.title,
            created=document.created,
            updated=document.updated,
            pinned=document.pinned,
            private=document.private or self._private,
            leaf=document.leaf,
            state=document.state,
            tags=document.tags,
        )
        added = self._store.add(record, document.turns, contents)
        self.result.add(added, left)
        return added


def checked(document: ChatDocument) -> tuple[ChatDocument, Counter[str]]:
    """Return the chat with nothing in it that could not have been written here, and what was left out."""
    left = Counter[str]()
    chat = _id(document.id, 12)
    contents = {file.digest for file in document.files}
    turns = _connected([_turn(turn, chat, contents, left) for turn in document.turns])
    left[_UNCONNECTED] += len({turn.id for turn in document.turns}) - len(turns)
    leaf = None if document.leaf is None else _id(document.leaf, 16) if document.leaf else ""
    return structs.replace(
        document,
        id=chat,
        title=title(document.title),
        created=_time(document.created),
        updated=_time(document.updated),
        leaf=leaf if not leaf or leaf in turns else None,
        tags=tuple(tag for said in document.tags if (tag := title(said))),
        turns=tuple(turns.values()),
    ), left


def _connected(turns: Sequence[Turn]) -> dict[str, Turn]:
    """Return the turns that lead back to a first one, by id, each after its parent."""
    found: dict[str, Turn] = {}
    waiting: dict[str, list[Turn]] = {}
    for turn in turns:
        ready: list[Turn] = [turn]
        while ready:
            next_one = ready.pop(0)
            if next_one.parent is not None and next_one.parent not in found:
                waiting.setdefault(next_one.parent, []).append(next_one)
            elif next_one.id not in found:
                found[next_one.id] = next_one
                ready += waiting.pop(next_one.id, [])
    return found


def _id(said: str, length: int) -> str:
    return said if _ID.fullmatch(said) else identity(said, length=length)


def _turn(turn: Turn, chat: str, contents: set[str], left: Counter[str]) -> Turn:
    reply = clean(turn.reply)
    files = tuple(_file(file, contents) for file in turn.files)
    left["contents of files"] += sum(not file.digest for file in files)
    return structs.replace(
        turn,
        id=_id(turn.id, 16),
        chat=chat,
        parent=None if turn.parent is None else _id(turn.parent, 16),
        prompt=clean(turn.prompt),
        reply=reply,
        files=files,
        seams=tuple(seam for seam in turn.seams if 0 <= seam.offset <= len(reply)),
        attempts=tuple(map(_attempt, turn.attempts)),
        outcome=Outcome.STOPPED if turn.outcome is Outcome.OPEN else turn.outcome,
        extra=_cost(turn.extra),
    )


def _file(file: FileRef, contents: set[str]) -> FileRef:
    """Return the file; without its content it keeps its name alone, so that it never stands for one of another chat."""
    known = file.digest in contents
    return structs.replace(file, digest=file.digest if known else "", size=max(0, file.size))


def _attempt(attempt: Attempt) -> Attempt:
    first = attempt.first_token
    return structs.replace(
        attempt,
        started=_time(attempt.started),
        first_token=None if first is None else _time(first),
        ended=_time(attempt.ended),
        usage=_usage(attempt.usage),
        cost=_cost(attempt.cost),
    )


def _time(moment: float) -> float:
    return moment if 0 <= moment < LATEST else 0.0


def _usage(usage: Usage) -> Usage:
    counts = {
        name: None
        for name in usage.__struct_fields__
        if isinstance(value := getattr(usage, name), int) and not 0 <= value < 2**53
    }
    billed = _dollars(usage.billed)
    return structs.replace(usage, **counts, billed=billed)


def _cost(cost: Cost) -> Cost:
    return Cost(_dollars(cost.usd), cost.exact)


def _dollars(usd: Decimal | None) -> Decimal | None:
    return usd if usd is not None and usd.is_finite() and 0 <= usd < _MOST_DOLLARS else None
