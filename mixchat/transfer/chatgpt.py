"""ChatGPT's export: `conversations.json`, each conversation a tree of messages.

A message of the person begins a turn; what the assistant wrote until the person's next message is its reply.
Where the tree divides, the turns stand beside each other.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from msgspec import Struct, structs

from mixchat.domain.model import ModelRef
from mixchat.domain.turn import Attempt, Citation, Outcome, Turn
from mixchat.domain.usage import Cost
from mixchat.transfer.document import ChatDocument
from mixchat.transfer.report import Taken
from mixchat.transfer.text import clean, identity, items, model, seconds, table, title, words

SOURCE: Final = "ChatGPT"
_MARKER: Final = re.compile("\ue200.*?\ue201|[\ue200-\ue206]", re.DOTALL)
"""Places of sources and widgets, which only ChatGPT's own page can show."""


class _Draft(Struct, frozen=True):
    """A turn while its messages are gathered."""

    parent: str | None
    prompt: str
    started: float
    end: str
    """The last message's id."""
    ended: float
    reply: tuple[str, ...] = ()
    thinking: tuple[str, ...] = ()
    citations: tuple[Citation, ...] = ()
    ref: ModelRef | None = None


def looks_like(conversation: Mapping[str, Any]) -> bool:
    """Return whether this is how ChatGPT exports a conversation."""
    return isinstance(conversation.get("mapping"), dict)


def read(conversation: Mapping[str, Any]) -> Taken:
    """Return one conversation as a chat."""
    return _Reader(conversation).read()


class _Reader:
    def __init__(self, conversation: Mapping[str, Any]) -> None:
        self._said = conversation
        self._nodes = table(conversation.get("mapping"))
        self._left: Counter[str] = Counter()
        self._created = seconds(conversation.get("create_time"), 0.0)
        self._key = words(conversation.get("conversation_id") or conversation.get("id")) or identity(
            title(words(conversation.get("title"))), str(self._created), length=32
        )
        self._chat = identity(SOURCE, self._key, length=12)
        self._turns: dict[str, Turn] = {}
        self._leaf: str | None = None
        self._seen: set[str] = set()

    def read(self) -> Taken:
        """Walk the tree without recursion: an export of one's own may be thousands of messages deep."""
        roots = [key for key, node in self._nodes.items() if not self._is_node(table(node).get("parent"))]
        waiting: list[tuple[str, _Draft | None, str | None]] = [(key, None, None) for key in reversed(roots)]
        while waiting:
            key, draft, parent = waiting.pop()
            if key in self._seen:
                self._left["messages that stand in two places"] += 1
                continue
            self._seen.add(key)
            node = table(self._nodes.get(key))
            draft, parent = self._step(key, table(node.get("message")), draft, parent)
            children = [child for child in items(node.get("children")) if self._is_node(child)]
            if draft is not None and (not children or key == self._said.get("current_node")):
                self._close(draft)
            waiting += [(child, draft, parent) for child in reversed(children)]
        self._left["messages that hang on nothing"] += len(self._nodes.keys() - self._seen)
        return Taken(self._document(), +self._left)

    def _is_node(self, name: object) -> bool:
        """Whether a node is called so; in a file that is not what it seems, a name may be anything."""
        return isinstance(name, str) and name in self._nodes

    def _step(
        self, key: str, message: Mapping[str, Any], draft: _Draft | None, parent: str | None
    ) -> tuple[_Draft | None, str | None]:
        """Return the turn that is being gathered after this message, and the turn before it."""
        who = words(table(message.get("author")).get("role"))
        if who == "user" and not table(message.get("metadata")).get("is_visually_hidden_from_user"):
            prompt = self._text(table(message.get("content")))
            if draft is not None and not draft.reply:
                return structs.replace(draft, prompt=f"{draft.prompt}\n\n{prompt}".strip(), end=key), parent
            before = self._close(draft) if draft is not None else parent
            began = seconds(message.get("create_time"), self._created)
            return _Draft(before, prompt, began, key, began), before
        if who == "assistant" and draft is not None:
            return self._reply(key, message, draft), parent
        if who == "tool":
            self._left["messages of tools"] += 1
        return draft, parent

    def _reply(self, key: str, message: Mapping[str, Any], draft: _Draft) -> _Draft:
        content = table(message.get("content"))
        kind = content.get("content_type")
        facts = table(message.get("metadata"))
        ended = seconds(message.get("create_time"), draft.ended)
        draft = structs.replace(
            draft, end=key, ended=max(draft.ended, ended), ref=model(facts.get("model_slug")) or draft.ref
        )
        if kind == "thoughts":
            found = [table(thought) for thought in items(content.get("thoughts"))]
            thinking = tuple(
                words(thought.get("content")) or words(thought.get("summary")) for thought in found
            )
            return structs.replace(draft, thinking=(*draft.thinking, *filter(None, thinking)))
        if message.get("recipient", "all") != "all" or kind in ("code", "reasoning_recap"):
            self._left["calls of tools"] += kind != "reasoning_recap"
            return draft
        text = self._text(content)
        found = tuple(_sources(items(facts.get("content_references")) + items(facts.get("citations"))))
        return structs.replace(
            draft, reply=(*draft.reply, text) if text else draft.reply, citations=(*draft.citations, *found)
        )

    def _text(self, content: Mapping[str, Any]) -> str:
        """Return the words of a message; pictures and sounds are not in the JSON."""
        parts: list[str] = []
        for part in items(content.get("parts")):
            if isinstance(part, str):
                parts.append(part)
            elif text := words(table(part).get("text")):
                parts.append(text)
            else:
                self._left["pictures, sounds and files"] += 1
        said = "\n\n".join(filter(None, parts)) or words(content.get("text"))
        return clean(_MARKER.sub("", said)).strip()

    def _close(self, draft: _Draft) -> str | None:
        """Keep the turn and return its id; one without any words is none, and what follows hangs on its parent."""
        if not draft.prompt and not draft.reply:
            return draft.parent
        turn_id = identity(self._chat, draft.end, length=16)
        if turn_id not in self._turns:
            self._turns[turn_id] = _turn(turn_id, self._chat, draft)
        if draft.end == self._said.get("current_node") or self._leaf is None:
            self._leaf = turn_id
        return turn_id

    def _document(self) -> ChatDocument:
        turns = tuple(self._turns.values())
        first = min((turn.created.timestamp() for turn in turns), default=self._created)
        return ChatDocument(
            id=self._chat,
            title=title(words(self._said.get("title"))),
            created=self._created or first,
            updated=seconds(self._said.get("update_time"), self._created or first),
            leaf=self._leaf,
            turns=turns,
        )


def _turn(turn_id: str, chat: str, draft: _Draft) -> Turn:
    attempts = () if draft.ref is None else (
        Attempt(ref=draft.ref, started=draft.started, ended=draft.ended, cost=Cost(None, exact=False)),
    )  # fmt: skip
    return Turn(
        id=turn_id,
        chat=chat,
        parent=draft.parent,
        created=datetime.fromtimestamp(draft.started, UTC),
        prompt=draft.prompt,
        thinking="\n\n".join(draft.thinking),
        reply="\n\n".join(draft.reply),
        citations=tuple(dict.fromkeys(draft.citations)),
        attempts=attempts,
        outcome=Outcome.COMPLETE if draft.reply else Outcome.STOPPED,
        stop="end" if draft.reply else None,
        imported=SOURCE,
    )


def _sources(found: Sequence[object]) -> list[Citation]:
    facts = [table(reference) for reference in found]
    facts += [table(item) for fact in facts for item in items(fact.get("items"))]
    facts = [table(fact.get("metadata")) or fact for fact in facts]
    return [
        Citation(url, title(words(fact.get("title"))) or None)
        for fact in facts
        if (url := words(fact.get("url"))).startswith(("http://", "https://"))
    ]
