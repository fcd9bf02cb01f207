"""What is to be compared: a prompt, where it stands in the chat, and who answers it."""

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from msgspec import Struct

from mixchat.chat.desk import Prompt
from mixchat.tui.composer.mentions import find_file
from mixchat.words.question import Pin

_NAME: Final = re.compile(r"@?[A-Za-z][\w.:/-]*")
_MARK: Final = re.compile(r"[-@/]|\d")
"""What names of models have and few other words."""


class Asked(Struct, frozen=True, kw_only=True):
    """A prompt and who answers it."""

    prompt: Prompt
    parent: str | None
    """The turn that it follows."""
    files: tuple[Path, ...] = ()
    """Files that go with it and were not read yet."""
    pins: tuple[Pin, ...] = ()
    typed: str = ""
    """The words as they stood in the composer: what goes back when nothing came."""


class Named(Struct, frozen=True):
    """What the words behind the command say."""

    pins: Sequence[Pin]
    """The roles and models that they begin with."""
    rest: str
    """The prompt."""
    nothing: str | None = None
    """A name in the list of models that is neither role, alias nor model."""


def read_names(words: str, resolve: Callable[[str], Pin | None], most: int) -> Named:
    """Return the roles and models that `words` begins with, apart or joined by commas, and the rest.

    A single name that is followed by other words is taken for a word of the prompt unless it has its `@`.
    """
    pins: list[Pin] = []
    rest = words.strip()
    while rest and len(pins) < most:
        word, _, after = rest.partition(" ")
        names = [name.removeprefix("@") for name in word.rstrip(",").split(",")]
        found = {name: pin for name in names if (pin := resolve(name)) is not None}
        if len(found) < len(names):
            if _is_list(word.rstrip(","), known=bool(found)):
                return Named(pins, rest, next(name for name in names if name not in found))
            break
        pins += found.values()
        rest = after.strip()
    if len(pins) == 1 and rest and not words.lstrip().startswith("@"):
        return Named((), words.strip())
    return Named(pins, rest)


def _is_list(word: str, *, known: bool) -> bool:
    """Return whether `word` is a list of models and no word of a prompt: `opus,gpt-9` or `@who`, but not `and,or`."""
    names = word.split(",")
    if word.startswith("@") and len(names) == 1:
        return find_file(word[1:], Path.cwd()) is None
    return len(names) > 1 and all(map(_NAME.fullmatch, names)) and (known or any(map(_MARK.search, names)))
