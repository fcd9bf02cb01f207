"""Whether what somebody wrote is the name of a key."""

import unicodedata
from typing import Final

from textual.keys import Keys

from mixchat.words.error import ConfigError

_MODIFIERS: Final = frozenset({"ctrl", "alt", "shift", "super", "meta", "hyper"})
_NAMED: Final = frozenset(key.value.rpartition("+")[2] for key in Keys if not key.value.startswith("<"))


def check_keys(text: str) -> None:
    """Make sure that every one of the keys, with commas between them, is one that a terminal can send.

    Raises:
        ConfigError: one is not.
    """
    for key in text.split(","):
        if not _is_key(key.strip()):
            raise ConfigError(
                f'There is no key "{key.strip()}"; keys are written f5, ctrl+k, alt+left or shift+tab.'
            )


def _is_key(key: str) -> bool:
    *modifiers, last = key.split("+")
    return _MODIFIERS.issuperset(modifiers) and (len(last) == 1 or last in _NAMED or _is_character(last))


def _is_character(name: str) -> bool:
    try:
        unicodedata.lookup(name.replace("_", " "))
    except KeyError:
        return False
    return True
