"""The log database of the command-line program `llm`: both the layout of today and that of before 0.30.

The file is only read, as a database of which nothing is trusted: no view or trigger of it runs, no path that
stands in it is opened.
"""

import json
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, get_args

from msgspec import structs

from mixchat.domain.errors import ConfigError
from mixchat.domain.request import MediaType
from mixchat.domain.turn import Attempt, FileRef, Outcome, Turn
from mixchat.domain.usage import Cost, Usage
from mixchat.transfer.document import ChatDocument, FileContent
from mixchat.transfer.report import Taken
from mixchat.transfer.text import clean, count, identity, items, model, seconds, table, title

SOURCE: Final = "llm"
_LONGEST_CHAIN: Final = 10_000
_KINDS: Final[dict[object, MediaType]] = {kind: kind for kind in get_args(MediaType)}


def read(path: Path) -> Iterator[Taken]:
    """Yield the conversations of a log.

    Raises:
        ConfigError: it is no log of llm, or is damaged.
    """
    try:
        with closing(
            sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=10)
        ) as connection:
            connection.execute("PRAGMA trusted_schema = OFF")
            connection.execute("PRAGMA query_only = ON")
            connection.text_factory = _decoded
            connection.row_factory = sqlite3.Row
            yield from _Log(connection).read()
    except (sqlite3.Error, OverflowError) as error:
        raise ConfigError(f"{path} cannot be read as a log of llm ({error}).") from None


def _decoded(data: bytes) -> str:
    return data.decode(errors="replace")


class _Log:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._run = connection.execute
        found = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
        self._tables = {str(row[0]) for row in found}

    def read(self) -> Iterator[Taken]:
        """Yield every conversation."""
        if not self._tables & {"responses", "turns"}:
            raise sqlite3.DatabaseError("it has neither responses nor turns")
        if "responses" in self._tables:
            for chat, name in self._grouped("responses", "conversation_id", "conversations"):
                where = "conversation_id = ?" if chat else "conversation_id IS NULL"
                yield self._legacy(
                    chat,
                    name,
                    self._run(
                        f"SELECT * FROM responses WHERE {where} ORDER BY rowid", (chat,) if chat else ()
                    ),
                )
        if {"turns", "messages", "parts"} <= self._tables:
            for chat, name in self._grouped("turns", "thread_id", "threads"):
                yield _Thread(self, str(chat), name).read()

    def _grouped(self, entries: str, column: str, names: str) -> list[tuple[str | None, str]]:
        """Return the conversations with their names; `names` may lack some."""
        known = (
            {str(row[0]): clean(str(row[1] or "")) for row in self._run(f"SELECT id, name FROM {names}")}
            if names in self._tables
            else {}
        )
        found = self._run(f"SELECT {column} FROM {entries} GROUP BY {column} ORDER BY min(rowid)")
        return [(row[0], known.get(str(row[0]), "")) for row in found]

    def rows(self, sql: str, *values: object) -> list[dict[str, Any]]:
        """Return rows as tables, so that a column that this layout lacks is `None`."""
        return [dict(row) for row in self._run(sql, values)]

    def _legacy(self, chat: str | None, name: str, rows: sqlite3.Cursor) -> Taken:
        builder = _Builder(self, chat or "unsorted", name)
        parent: str | None = None
        for row in map(dict, rows):
            fragments = self._fragments(row["id"])
            prompt = "\n\n".join(filter(None, (*fragments, clean(str(row.get("prompt") or "")))))
            files = builder.files(
                "SELECT a.* FROM prompt_attachments p JOIN attachments a ON a.id = p.attachment_id"
                ' WHERE p.response_id = ? ORDER BY p."order"'
                if "prompt_attachments" in self._tables
                else "",
                row["id"],
            )
            parent = builder.add(
                row,
                parent,
                prompt,
                files,
                reply=clean(str(row.get("response") or "")),
                thinking=clean(str(row.get("reasoning") or "")),
            )
            if chat is None:
                parent = None
        return builder.taken()

    def _fragments(self, response: object) -> list[str]:
        if not {"prompt_fragments", "fragments"} <= self._tables:
            return []
        found = self._run(
            "SELECT f.content FROM prompt_fragments p JOIN fragments f ON f.id = p.fragment_id"
            ' WHERE p.response_id = ? ORDER BY p."order"',
            (response,),
        )
        return [clean(str(row[0])) for row in found]


class _Builder:
    """Gathers the turns of one conversation."""

    def __init__(self, log: _Log, chat: str, name: str) -> None:
        self._log = log
        self._name = name
        self.id = identity(SOURCE, chat, length=12)
        self._turns: dict[str, Turn] = {}
        self._contents: dict[str, FileContent] = {}
        self.left: Counter[str] = Counter()

    def add(
        self,
        row: dict[str, Any],
        parent: str | None,
        prompt: str,
        files: tuple[FileRef, ...],
        *,
        reply: str,
        thinking: str,
    ) -> str:
        """Add a turn and return its id."""
        turn_id = identity(SOURCE, str(row["id"]), length=16)
        began = seconds(row.get("datetime_utc"), 0.0)
        duration = (count(row.get("duration_ms")) or 0) / 1000
        ref = model(row.get("resolved_model")) or model(row.get("model"))
        usage = Usage(input=count(row.get("input_tokens")), output=count(row.get("output_tokens")))
        attempts = () if ref is None else (
            Attempt(
                ref=ref, started=began, ended=seconds(began + duration, began), usage=usage, cost=Cost(None, exact=False)
            ),
        )  # fmt: skip
        self._turns[turn_id] = Turn(
            id=turn_id,
            chat=self.id,
            parent=parent,
            created=datetime.fromtimestamp(began, UTC),
            prompt=prompt,
            files=files,
            reply=reply,
            thinking=thinking,
            attempts=attempts,
            outcome=Outcome.COMPLETE if reply else Outcome.STOPPED,
            stop="end" if reply else None,
            imported=SOURCE,
        )
        return turn_id

    def go_on(self, turn_id: str, reply: str) -> str:
        """Add to the reply of a turn whose model called a tool and went on."""
        turn = self._turns[turn_id]
        joined = "\n\n".join(filter(None, (turn.reply, reply)))
        self._turns[turn_id] = structs.replace(turn, reply=joined, outcome=Outcome.COMPLETE, stop="end")
        return turn_id

    def files(self, sql: str, *values: object) -> tuple[FileRef, ...]:
        """Return the attachments that `sql` finds and whose content the log holds."""
        found: list[FileRef] = []
        for row in self._log.rows(sql, *values) if sql else []:
            data, kind = row.get("content"), row.get("type")
            if not isinstance(data, bytes) or kind not in _KINDS:
                self.left["files"] += 1
                continue
            content = FileContent.of(data)
            self._contents[content.digest] = content
            name = title(Path(str(row.get("path") or f"attachment.{str(kind).rpartition('/')[2]}")).name)
            found.append(FileRef(name, _KINDS[kind], len(data), content.digest))
        return tuple(found)

    def taken(self) -> Taken:
        """Return the conversation."""
        turns = tuple(self._turns.values())
        times = [turn.created.timestamp() for turn in turns] or [0.0]
        document = ChatDocument(
            id=self.id,
            title=title(self._name) or (title(turns[0].prompt, 60) if turns else ""),
            created=min(times),
            updated=max(times),
            leaf=turns[-1].id if turns else None,
            turns=turns,
            files=tuple(self._contents.values()),
        )
        return Taken(document, +self.left)


class _Thread:
    """A conversation in today's layout: every turn ends a chain of messages, which turns share."""

    def __init__(self, log: _Log, thread: str, name: str) -> None:
        self._log = log
        self._thread = thread
        self._builder = _Builder(log, thread, name)
        self._turn_at: dict[str, str] = {}
        """By message: the turn that it is part of."""

    def read(self) -> Taken:
        """Return the thread's turns, in the order in which they were logged."""
        for row in self._log.rows("SELECT * FROM turns WHERE thread_id = ? ORDER BY rowid", self._thread):
            asked, answered = self._messages(row)
            before = asked[-1]["hash"] if asked else None
            reply, thinking = self._said(answered, "text"), self._said(answered, "reasoning")
            if before is not None and before in self._turn_at and asked[-1]["role"] == "tool":
                turn = self._builder.go_on(self._turn_at[before], reply)
            else:
                turn = self._new(row, asked, reply, thinking)
            for message in (*asked, *answered):
                self._turn_at.setdefault(message["hash"], turn)
        return self._builder.taken()

    def _new(self, row: dict[str, Any], asked: list[dict[str, Any]], reply: str, thinking: str) -> str:
        """Begin a turn with what the person said since the last turn."""
        parent = next((self._turn_at[m["hash"]] for m in reversed(asked) if m["hash"] in self._turn_at), None)
        new = [message for message in asked if message["hash"] not in self._turn_at]
        mine = [message for message in new if message["role"] == "user"] or [
            message for message in asked if message["role"] == "user"
        ][-1:]
        files: list[FileRef] = []
        for message in mine:
            files += self._builder.files(
                "SELECT a.* FROM parts p JOIN part_attachments pa ON pa.part_id = p.id JOIN attachments a"
                ' ON a.id = pa.attachment_id WHERE p.message_hash = ? ORDER BY p.position, pa."order"',
                message["hash"],
            )
        return self._builder.add(
            row, parent, self._said(mine, "text"), tuple(files), reply=reply, thinking=thinking
        )

    def _messages(self, row: dict[str, Any]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        """Return the messages that were asked with, from the last turn's on, and those of the answer."""
        asked = self._chain(row["parent_message_hash"], None)
        return asked, self._chain(row["tip_message_hash"], row["parent_message_hash"])

    def _chain(self, tip: object, end: object) -> list[dict[str, Any]]:
        """Return the messages up to `tip`, oldest first, but for those up to `end`; a circle ends."""
        found: dict[str, dict[str, Any]] = {}
        while tip is not None and tip != end and tip not in found and len(found) < _LONGEST_CHAIN:
            rows = self._log.rows("SELECT hash, parent_hash, role FROM messages WHERE hash = ?", tip)
            if not rows:
                break
            found[str(tip)] = rows[0]
            if end is None and str(tip) in self._turn_at:
                break
            tip = rows[0]["parent_hash"]
        return list(found.values())[::-1]

    def _said(self, messages: list[dict[str, Any]], kind: str) -> str:
        texts: list[str] = []
        for message in messages:
            rows = self._log.rows(
                "SELECT type, text, payload FROM parts WHERE message_hash = ? ORDER BY position",
                message["hash"],
            )
            texts += [self._text(row) for row in rows if row["type"] == kind]
            if kind == "text":
                self._builder.left["calls of tools and their results"] += sum(
                    str(row["type"]).startswith("tool") for row in rows
                )
        return "\n\n".join(filter(None, texts))

    def _text(self, row: dict[str, Any]) -> str:
        """Return a part's text, which may be put together from fragments that are kept once."""
        if row["text"] is not None:
            return clean(str(row["text"]))
        try:
            payload = table(json.loads(row["payload"] or "{}"))
        except (ValueError, RecursionError):
            return ""
        text = str(payload.get("text") or "")
        for piece in map(table, items(payload.get("text_ref"))):
            found = self._log.rows("SELECT content FROM fragments WHERE id = ?", count(piece.get("fragment")))
            text += str(piece.get("literal") or (found[0]["content"] if found else ""))
        return clean(text)
