"""Keys on the screen that the mouse presses: a click on one is that key, wherever the focus is."""

from collections.abc import Mapping
from typing import Final

from textual.content import Content
from textual.events import Key
from textual.keys import key_to_character
from textual.style import Style

from mixchat.tui.actions.keys import key_named

_META: Final = "key"


def pressable(words: Content | str, key: str) -> Content:
    """Return words that press a key when they are clicked.

    Args:
        words: the key and what it does.
        key: as Textual calls it, or as it is written (`esc`); what is no single key makes no difference.
    """
    content = Content(words) if isinstance(words, str) else words
    name = key_named(key)
    return content.stylize(Style.from_meta({_META: name})) if name else content


def pressed(meta: Mapping[str, object]) -> Key | None:
    """Return the key of what was clicked, if it is one."""
    name = meta.get(_META)
    if not isinstance(name, str):
        return None
    return Key(name, name if len(name) == 1 else key_to_character(name))
