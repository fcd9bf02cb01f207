"""Claude's export: `conversations.json`, each conversation a list of messages."""

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from msgspec import structs

from mixchat.domain.turn import Citation, FileRef, Outcome, Turn
from mixchat.transfer.document import ChatDocument, FileContent
from mixchat.transfer.report import Taken
from mixchat.transfer.text import identity, items, seconds, table, title, words

SOURCE: Final = "Claude"


def looks_like(conversation: Mapping[str, Any]) -> bool:
    """Return whether this is how Claude exports a conversation."""
    return isinstance(conversation.get("chat_messages"), list)


def read(conversation: Mapping[str, Any]) -> Taken:
    """Return one conversation as a chat."""
    return _Reader(conversation).read()


class _Reader:
    def __init__(self, conversation: Mapping[str, Any]) -> None:
        self._said = conversation
        self._created = seconds(conversation.get("created_at"), 0.0)
        self._chat = identity(
            SOURCE, words(conversation.get("uuid")) or f"{conversation.get('name')}{self._created}", length=12
        )
        self._left: Counter[str] = Counter()
        self._turns: dict[str, Turn] = {}
        self._files: dict[str, FileContent] = {}
        self._at: dict[str, str | None] = {}
        """By message: the turn that it is part of."""

    def read(self) -> Taken:
        """Take the messages in their order; where they name their parent, answers stand beside each other."""
        last: str | None = None
        for number, said in enumerate(items(self._said.get("chat_messages"))):
            message = table(said)
            key = words(message.get("uuid")) or f"#{number}"
            named = words(message.get("parent_message_uuid"))
            parent = self._at.get(named, last)
            last = self._at[key] = self._take(key, message, parent)
        turns = tuple(self._turns.values())
        document = ChatDocument(
            id=self._chat,
            title=title(words(self._said.get("name"))),
            created=self._created,
            updated=seconds(self._said.get("updated_at"), self._created),
            leaf=last,
            turns=turns,
            files=tuple(self._files.values()),
        )
        return Taken(document, +self._left)

    def _take(self, key: str, message: Mapping[str, Any], parent: str | None) -> str | None:
        """Take one message and return the turn that it is part of."""
        if message.get("sender") == "human":
            return self._prompt(key, message, parent)
        if parent is None or message.get("sender") != "assistant":
            self._left["messages of nobody"] += 1
            return parent
        return self._reply(key, message, parent)

    def _prompt(self, key: str, message: Mapping[str, Any], parent: str | None) -> str | None:
        prompt, _, _ = self._content(message)
        files = self._attached(message)
        if not prompt and not files:
            return parent
        turn_id = identity(self._chat, key, length=16)
        self._turns[turn_id] = Turn(
            id=turn_id,
            chat=self._chat,
            parent=parent,
            created=datetime.fromtimestamp(seconds(message.get("created_at"), self._created), UTC),
            prompt=prompt,
            files=files,
            outcome=Outcome.STOPPED,
            imported=SOURCE,
        )
        return turn_id

    def _reply(self, key: str, message: Mapping[str, Any], parent: str) -> str:
        """Add to the turn's reply; a second answer to the same prompt is a turn beside the first."""
        turn = self._turns[parent]
        reply, thinking, citations = self._content(message)
        if turn.reply and words(message.get("parent_message_uuid")):
            turn = structs.replace(
                turn, id=identity(self._chat, key, length=16), reply="", thinking="", citations=()
            )
        self._turns[turn.id] = structs.replace(
            turn,
            reply="\n\n".join(filter(None, (turn.reply, reply))),
            thinking="\n\n".join(filter(None, (turn.thinking, thinking))),
            citations=(*turn.citations, *citations),
            outcome=Outcome.COMPLETE if reply or turn.reply else Outcome.STOPPED,
            stop="end" if reply or turn.reply else None,
        )
        return turn.id

    def _content(self, message: Mapping[str, Any]) -> tuple[str, str, tuple[Citation, ...]]:
        """Return text, thinking and sources; calls of tools and their results are left out."""
        text: list[str] = []
        thinking: list[str] = []
        sources: list[Citation] = []
        for said in items(message.get("content")):
            block = table(said)
            match block.get("type"):
                case "text":
                    text.append(words(block.get("text")))
                    found = (
                        table(table(citation).get("details")) for citation in items(block.get("citations"))
                    )
                    sources += [Citation(words(fact["url"])) for fact in found if words(fact.get("url"))]
                case "thinking":
                    thinking.append(words(block.get("thinking")))
                case _:
                    self._left["calls of tools and their results"] += 1
        said = "\n\n".join(filter(None, text)) or words(message.get("text"))
        return said.strip(), "\n\n".join(filter(None, thinking)), tuple(dict.fromkeys(sources))

    def _attached(self, message: Mapping[str, Any]) -> tuple[FileRef, ...]:
        """Return the attachments whose text is in the export; of the others there is only the name."""
        files: list[FileRef] = []
        for said in items(message.get("attachments")):
            fact = table(said)
            if text := words(fact.get("extracted_content")):
                data = text.encode()
                content = FileContent.of(data)
                self._files[content.digest] = content
                name = title(words(fact.get("file_name"))) or "attachment.txt"
                files.append(FileRef(name, "text/plain", len(data), content.digest))
            else:
                self._left["files"] += 1
        self._left["files"] += len(items(message.get("files")))
        return tuple(files)
