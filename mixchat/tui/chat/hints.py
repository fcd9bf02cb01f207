"""What the last line says about keys: those of the focused widget, as the user has set them."""

from collections.abc import Mapping, Sequence
from typing import Final

from msgspec import Struct
from textual.widget import Widget

from mixchat.tui.actions.keys import Keymap, key_label
from mixchat.tui.actions.table import BY_ID
from mixchat.tui.widgets.choice_bar import Question


class Hint(Struct, frozen=True):
    """A key and what it does."""

    key: str
    does: str
    busy: bool | None = None
    """`True`: only while a turn is under way; `False`: only while none is."""


_Row = tuple[str, str] | tuple[str, str, bool]

_ALWAYS: Final[Sequence[_Row]] = (("palette", "commands"), ("help", "help"))
_HINTS: Final[Mapping[str, Sequence[_Row]]] = {
    "PromptArea": (
        ("stop", "stop", True), ("enter", "queue", True), ("enter", "send", False), ("ctrl+j", "new line", False),
        ("@", "pin a model"), ("panel", "panel"), *_ALWAYS,
    ),
    "Transcript": (
        ("stop", "stop", True), ("↑↓", "scroll"), ("end", "follow"), ("copy-reply", "copy the reply"),
        ("stop", "write", False), *_ALWAYS,
    ),
    "OrderedInput": (("enter", "next match"), ("↑", "previous match"), ("esc", "close"), *_ALWAYS),
    "TurnList": (("↑↓", "turns"), ("enter", "show in the chat"), ("panel", "hide"), ("stop", "write"), *_ALWAYS),
}  # fmt: skip
"""By the widget's class: an action's id or a key, what it does there, and whether only while a turn is under way."""
_COMPLETING: Final[Sequence[_Row]] = (("enter", "accept"), ("↑↓", "choose"), ("stop", "close"), *_ALWAYS)
_NO_MODEL_REST: Final[Sequence[_Row]] = (("key", "add a key"), *_ALWAYS)
_NO_MODEL: Final[Sequence[_Row]] = (("enter", "download"), *_NO_MODEL_REST)
_NO_MODEL_WRITTEN: Final[Sequence[_Row]] = (("enter", "choose a model"), *_NO_MODEL_REST)


def hints(focused: Widget | None, keymap: Keymap) -> Sequence[Hint]:
    """Return keys with what they do while `focused` has the focus."""
    return _named(_HINTS.get(type(focused).__name__, ()), keymap)


def completion_hints(keymap: Keymap) -> Sequence[Hint]:
    """Return what the keys do while completions are offered."""
    return _named(_COMPLETING, keymap)


def question_hints(question: Question, usual: Sequence[Hint]) -> Sequence[Hint]:
    """Return the ways out of what is asked, with the last two of the usual hints."""
    ways = [Hint(option.key, option.short or _lower(option.label)) for option in question.options]
    return (*ways, *usual[-len(_ALWAYS) :])


def _lower(label: str) -> str:
    return label[:1].lower() + label[1:]


def no_model_hints(keymap: Keymap, *, is_empty: bool) -> Sequence[Hint]:
    """Return what the keys do in the prompt while no model can be asked."""
    return _named(_NO_MODEL if is_empty else _NO_MODEL_WRITTEN, keymap)


def _named(rows: Sequence[_Row], keymap: Keymap) -> Sequence[Hint]:
    """Return the hints with the key of each action; an action that has none is left out."""
    named = [Hint(key_of(name, keymap), does, *busy) for name, does, *busy in rows]
    return tuple(hint for hint in named if hint.key)


def key_of(name: str, keymap: Keymap) -> str:
    """Return the key of an action as the user has set it, empty where it has none; what is no action is a key itself."""
    action = BY_ID.get(name)
    return key_label(keymap.key(action.id, action.key)) if action is not None else name
