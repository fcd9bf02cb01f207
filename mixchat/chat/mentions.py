"""The `@words` of a prompt: a pin if it is the first word, else files and web addresses."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from msgspec import Struct

from mixchat.domain.chat_request import Pin

_WORD: Final = r"(?<!\S)@(?:\"([^\"\n]+)\"|(\S+))"
_TRAILING: Final = ".,;:!?)]}'\""


class Mentions(Struct, frozen=True):
    """What the `@words` of a prompt mean."""

    body: str
    """The prompt without the word that pins."""
    pin: Pin | None = None
    files: tuple[Path, ...] = ()
    addresses: tuple[str, ...] = ()
    """Web addresses that are to be attached."""
    nothing: str | None = None
    """The first word, where it is neither role, alias, model nor file."""


def read_mentions(text: str, resolve: Callable[[str], Pin | None], folder: Path) -> Mentions:
    """Return what the `@words` of `text` mean; files are looked for in `folder`.

    Only the first word can pin; other words that are no file are just words.
    """
    first = re.match(_WORD, text.lstrip())
    pin = _pinned(first[2], resolve, folder) if first is not None and first[2] is not None else None
    nothing = None
    body = text
    if first is not None and pin is not None:
        body = text.lstrip()[first.end() :].lstrip()
    elif first is not None and not _is_address(_name(first)) and find_file(_name(first), folder) is None:
        nothing = _name(first)
    files = tuple(dict.fromkeys(_files(body, folder)))
    addresses = tuple(dict.fromkeys(_addresses(body)))
    return Mentions(body, pin, files, addresses, nothing)


def _pinned(word: str, resolve: Callable[[str], Pin | None], folder: Path) -> Pin | None:
    """Return what `word` pins; a file goes before a model that is written without its provider."""
    pin = resolve(word)
    short = pin is not None and pin.name != word
    return None if short and find_file(word, folder) is not None else pin


def _files(text: str, folder: Path) -> Iterator[Path]:
    for word in re.finditer(_WORD, text):
        path = find_file(_name(word), folder)
        if path is not None:
            yield path


def _addresses(text: str) -> Iterator[str]:
    for word in re.finditer(_WORD, text):
        if _is_address(_name(word)):
            yield _name(word).rstrip(_TRAILING)


def _is_address(name: str) -> bool:
    return name.startswith(("http://", "https://"))


def _name(word: re.Match[str]) -> str:
    return word[1] or word[2]


def find_file(name: str, folder: Path) -> Path | None:
    """Return the file that `name` means, with or without punctuation after it."""
    for candidate in (name, name.rstrip(_TRAILING)):
        if not candidate:
            continue
        try:
            path = folder / Path(candidate).expanduser()
            if path.is_file():
                return path
        except (OSError, ValueError, RuntimeError):
            return None
    return None


def mention_of(path: Path, folder: Path) -> str:
    """Return the `@word` for a file."""
    try:
        shown = str(path.relative_to(folder))
    except ValueError:
        shown = str(path)
    return f'@"{shown}"' if re.search(r"\s", shown) else f"@{shown}"


def dropped_file(pasted: str) -> Path | None:
    """Return the file whose path was pasted, as terminals do when a file is dropped on them."""
    text = pasted.strip()
    if not text or "\n" in text or len(text) > 4096:
        return None
    text = text.removeprefix("file://")
    quoted = text[:1] in {"'", '"'} and text[-1:] == text[:1]
    text = text[1:-1] if quoted else re.sub(r"\\(.)", r"\1", text)
    if "/" not in text and "\\" not in text:
        return None
    path = Path(text).expanduser()
    try:
        return path if path.is_absolute() and path.is_file() else None
    except (OSError, ValueError):
        return None
