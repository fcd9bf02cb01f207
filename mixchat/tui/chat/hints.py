"""What the last line says about keys: those of the focused widget, as the user has set them."""

from collections.abc import Mapping, Sequence
from typing import Final

from msgspec import Struct
from textual.widget import Widget

from mixchat.tui.actions.keys import Keymap, key_label
from mixchat.tui.actions.table import BY_ID


class Hint(Struct, frozen=True):
    """A key and what it does."""

    key: str
    does: str


_ALWAYS: Final = (("palette", "commands"), ("help", "help"))
_HINTS: Final[Mapping[str, Sequence[tuple[str, str]]]] = {
    "PromptArea": (("enter", "send"), ("ctrl+j", "new line"), ("@", "pin a model"), *_ALWAYS),
    "Transcript": (("↑↓", "scroll"), ("end", "follow"), ("copy-reply", "copy the reply"), ("stop", "write"), *_ALWAYS),
    "OrderedInput": (("enter", "next place"), ("↑", "previous place"), ("esc", "write"), *_ALWAYS),
    "TurnList": (("↑↓", "turns"), ("enter", "show in the chat"), ("panel", "hide"), ("stop", "write"), *_ALWAYS),
}  # fmt: skip
"""By the widget's class: an action's id or a key, and what it does there."""
_NO_MODEL_REST: Final = (("key", "add a key"), *_ALWAYS)
_NO_MODEL: Final = (("enter", "fetch the small model"), *_NO_MODEL_REST)
_NO_MODEL_WRITTEN: Final = (("enter", "choose who answers"), *_NO_MODEL_REST)


def hints(focused: Widget | None, keymap: Keymap) -> Sequence[Hint]:
    """Return keys with what they do while `focused` has the focus."""
    return _named(_HINTS.get(type(focused).__name__, ()), keymap)


def no_model_hints(keymap: Keymap, *, is_empty: bool) -> Sequence[Hint]:
    """Return what the keys do in the prompt while no model can be asked."""
    return _named(_NO_MODEL if is_empty else _NO_MODEL_WRITTEN, keymap)


def _named(pairs: Sequence[tuple[str, str]], keymap: Keymap) -> Sequence[Hint]:
    """Return the hints with the key of each action; an action that has none is left out."""
    named = [(_key(name, keymap), does) for name, does in pairs]
    return tuple(Hint(key, does) for key, does in named if key)


def _key(name: str, keymap: Keymap) -> str:
    action = BY_ID.get(name)
    return key_label(keymap.key(action.id, action.key)) if action is not None else name
