"""Which program an export is of, by what is in it; zip archives and databases of any size are read within limits."""

import json
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import msgspec
from msgspec import Struct

from mixchat.domain.errors import ConfigError
from mixchat.transfer import chatgpt, claude, llm_log
from mixchat.transfer.document import FORMAT, decode
from mixchat.transfer.report import Taken
from mixchat.transfer.text import items, table

LARGEST: Final = 1_000_000_000
"""Bytes of JSON that are read, also out of a zip archive: a larger file is no export of chats."""
_READERS: Final = (chatgpt, claude)


class ImportSource(Struct, frozen=True):
    """An export: whose it is, and the chats in it."""

    program: str
    chats: Iterator[Taken]


def open_export(path: Path) -> ImportSource:
    """Return what is in an export file.

    Raises:
        ConfigError: it cannot be read, or is no export that is known. Reading the chats can raise it too.
    """
    try:
        with path.open("rb") as file:
            head = file.read(16)
            if path.stat().st_size > LARGEST and not head.startswith((b"SQLite format 3", b"PK")):
                raise ConfigError(
                    f"{path} is larger than {LARGEST // 1_000_000} MB; this is not an export of chats."
                )
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {(error.strerror or str(error)).lower()}.") from None
    if head.startswith(b"SQLite format 3"):
        return ImportSource(llm_log.SOURCE, llm_log.read(path))
    if zipfile.is_zipfile(path):
        return _all_of(str(path), _unzipped(path))
    return _all_of(str(path), [path.read_bytes()])


def _unzipped(path: Path) -> list[bytes]:
    """Return the conversations of a zip archive; nothing else in it is looked at."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = [info for info in archive.infolist() if _is_conversations(info.filename)]
            if sum(info.file_size for info in names) > LARGEST:
                raise ConfigError(f"{path} would be larger than {LARGEST // 1_000_000} MB unpacked.")
            found: list[bytes] = []
            for info in sorted(names, key=lambda info: info.filename):
                with archive.open(info) as file:
                    found.append(file.read(info.file_size + 1))
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, OSError, EOFError) as error:
        raise ConfigError(f"{path} cannot be unpacked ({error}).") from None
    if not found:
        raise ConfigError(f"{path} holds no conversations.json; it is not an export of ChatGPT or Claude.")
    return found


def _is_conversations(name: str) -> bool:
    plain = name.replace("\\", "/").rpartition("/")[2]
    return plain.startswith("conversations") and plain.endswith(".json")


def _all_of(source: str, parts: list[bytes]) -> ImportSource:
    """Return the chats of one or more pieces of JSON, all of one program."""
    first = parts[0].lstrip(b"\xef\xbb\xbf \t\r\n")
    if first.startswith(b"{"):
        return _object(source, first)
    entries = [raw for part in parts for raw in _listed(part, source)]
    for entry in entries[:20]:
        conversation = _decoded(entry)
        for reader in _READERS:
            if reader.looks_like(conversation):
                return ImportSource(reader.SOURCE, _foreign(entries, reader.read))
    raise ConfigError(f"{source} is not an export of mixchat, ChatGPT, Claude or llm.")


def _object(source: str, data: bytes) -> ImportSource:
    if FORMAT.encode() in data[:200]:
        return ImportSource("mixchat", (Taken(document) for document in decode(data, source)))
    conversation = table(_lenient(data, source))
    for reader in _READERS:
        if reader.looks_like(conversation):
            return ImportSource(reader.SOURCE, _foreign([conversation], reader.read))
    if isinstance(listed := conversation.get("conversations"), list):
        return _all_of(source, [msgspec.json.encode(listed)])
    raise ConfigError(f"{source} is not an export of mixchat, ChatGPT, Claude or llm.")


def _foreign(entries: list[Any], read: Callable[[Mapping[str, Any]], Taken]) -> Iterator[Taken]:
    for entry in entries:
        yield read(_decoded(entry))


def _listed(data: bytes, source: str) -> list[Any]:
    """Return the conversations, each decoded when it is its turn; all at once where there are halves of characters."""
    data = data.removeprefix(b"\xef\xbb\xbf")
    try:
        return list(msgspec.json.decode(data, type=list[msgspec.Raw]))
    except msgspec.ValidationError as error:
        raise ConfigError(f"{source} is not JSON as an export has it ({error}).") from None
    except (msgspec.MsgspecError, RecursionError):
        return items(_lenient(data, source))


def _lenient(data: bytes, source: str) -> object:
    """Return JSON as the standard library reads it, which takes a half of a character for one."""
    try:
        return json.loads(data.decode(errors="replace"))
    except (ValueError, RecursionError) as error:
        said = "it is nested too deep" if isinstance(error, RecursionError) else error
        raise ConfigError(f"{source} is not JSON ({said}).") from None


def _decoded(entry: object) -> dict[str, Any]:
    """Return one conversation; what is no JSON object is an empty one."""
    if isinstance(entry, msgspec.Raw):
        try:
            entry = msgspec.json.decode(entry)
        except (msgspec.MsgspecError, RecursionError):
            entry = None
    return table(entry)
