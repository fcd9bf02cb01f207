"""A chat as a value that can leave this machine and come back: the JSON format, and its schema."""

import base64
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

import msgspec
from msgspec import Struct

from mixchat.domain.errors import ConfigError
from mixchat.domain.turn import Turn
from mixchat.storage.chats import ChatState

FORMAT: Final = "mixchat-chats"
VERSION: Final = 1


class FileContent(Struct, frozen=True):
    """The content of an attached file, once, however often it was attached."""

    digest: str
    """SHA-256 of the content, in hexadecimal; `files` of a turn names it."""
    data: str
    """The content in Base64."""

    @classmethod
    def of(cls, data: bytes) -> "FileContent":
        """Return the content of a file."""
        return cls(hashlib.sha256(data).hexdigest(), base64.b64encode(data).decode())

    def content(self) -> bytes | None:
        """Return the bytes, or `None` when they are not what the digest says."""
        try:
            data = base64.b64decode(self.data, validate=True)
        except ValueError:
            return None
        return data if hashlib.sha256(data).hexdigest() == self.digest else None


class ChatDocument(Struct, frozen=True, kw_only=True):
    """One chat whole: every branch, every comparison, every attempt. Times are seconds since the epoch, UTC."""

    id: str
    title: str = ""
    created: float
    updated: float
    pinned: bool = False
    private: bool = False
    leaf: str | None = None
    """The last turn of the branch that is shown."""
    state: ChatState = ChatState()
    """What the chat is pinned to and what is set for all of it."""
    tags: tuple[str, ...] = ()
    turns: tuple[Turn, ...] = ()
    """In the order in which they were sent; turns with the same `parent` are answers beside each other."""
    files: tuple[FileContent, ...] = ()

    def branch(self) -> list[Turn]:
        """Return the turns that are shown, oldest first: the line to the leaf, and on to its newest continuation."""
        turns = {turn.id: turn for turn in self.turns}
        newest = {turn.parent: turn.id for turn in self.turns}
        end = self.leaf if self.leaf in turns else next(reversed(turns), None)
        while end is not None and self.leaf not in turns and (after := newest.get(end)) is not None:
            end = after
        line: dict[str, Turn] = {}
        while end is not None and end in turns and end not in line:
            line[end] = turns[end]
            end = turns[end].parent
        return list(line.values())[::-1]

    def beside(self, turn: Turn) -> list[Turn]:
        """Return the other answers in the same place, in the order in which they were asked for."""
        return [other for other in self.turns if other.parent == turn.parent and other.id != turn.id]


class Archive(Struct, frozen=True):
    """What an export file holds."""

    format: str
    """Always `mixchat-chats`."""
    version: int
    """The version of this format; it changes when an older mixchat could not read it."""
    chats: tuple[ChatDocument, ...]


class _Envelope(Struct, frozen=True):
    """An export file, its chats not read yet."""

    format: str
    version: int
    chats: list[msgspec.Raw]


_encoder = msgspec.json.Encoder(decimal_format="string")
_chat = msgspec.json.Decoder(ChatDocument)


def encode(documents: Iterable[ChatDocument]) -> Iterator[bytes]:
    """Yield an export file piece by piece, so that no more than one chat is in memory; a chat is a line."""
    yield f'{{"format":"{FORMAT}","version":{VERSION},"chats":['.encode()
    gap = b"\n"
    for document in documents:
        yield gap + _encoder.encode(document)
        gap = b",\n"
    yield b"\n]}\n"


def decode(data: bytes, source: str) -> Iterator[ChatDocument]:
    """Yield the chats of an export file.

    Raises:
        ConfigError: it is not one, a newer mixchat wrote it, or a chat in it is damaged.
    """
    try:
        envelope = msgspec.json.decode(data, type=_Envelope)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise ConfigError(f"{source} is not an export of mixchat ({error}).") from None
    if envelope.format != FORMAT:
        raise ConfigError(f"{source} is not an export of mixchat.")
    if envelope.version > VERSION:
        raise ConfigError(f"{source} was written by a newer mixchat; upgrade this one.")
    for number, raw in enumerate(envelope.chats, 1):
        try:
            yield _chat.decode(raw)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            raise ConfigError(f"{source}: chat {number} cannot be read ({error}).") from None


def schema() -> dict[str, Any]:
    """Return the JSON Schema of an export file."""
    found = msgspec.json.schema(Archive)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Chats of mixchat",
        **found,
    }


def contents(turns: Sequence[Turn]) -> list[str]:
    """Return the digests of everything that was attached, each once."""
    return list(dict.fromkeys(file.digest for turn in turns for file in turn.files if file.digest))
