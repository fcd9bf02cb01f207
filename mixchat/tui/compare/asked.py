"""What is to be compared: a prompt, where it stands in the chat, and who answers it."""

from collections.abc import Callable, Sequence
from pathlib import Path

from msgspec import Struct

from mixchat.chat.desk import Prompt
from mixchat.words.question import Pin


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


def read_names(words: str, resolve: Callable[[str], Pin | None], most: int) -> tuple[Sequence[Pin], str]:
    """Return the roles and models that `words` begins with, and the rest.

    A single name that is followed by other words is taken for a word of the prompt unless it has its `@`.
    """
    pins: list[Pin] = []
    rest = words.strip()
    while rest and len(pins) < most:
        word, _, after = rest.partition(" ")
        pin = resolve(word.removeprefix("@").rstrip(","))
        if pin is None:
            break
        pins.append(pin)
        rest = after.strip()
    if len(pins) == 1 and rest and not words.lstrip().startswith("@"):
        return (), words.strip()
    return pins, rest
