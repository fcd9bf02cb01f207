"""The keys of all actions: bindings for the screen, and the config's own `[keys]` over them."""

import unicodedata
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any, Final, Protocol, cast, runtime_checkable

from msgspec import Struct
from textual.app import App
from textual.binding import Binding, BindingType
from textual.dom import DOMNode
from textual.keys import Keys

from mixchat.tui.actions.action import Action, split
from mixchat.tui.actions.table import ACTIONS, BY_ID

_OF_THE_APP: Final = frozenset({"quit"})
"""Actions whose keys work on every screen; nobody else can have these keys."""
_UNBOUND: Final = "unbound"
"""A key that no terminal sends."""
_SHORT: Final = {
    "escape": "esc",
    "pageup": "page up",
    "pagedown": "page down",
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
}
_LONG: Final = {short: name for name, short in _SHORT.items()}
_MODIFIERS: Final = frozenset({"ctrl", "alt", "shift", "super", "meta", "hyper"})
_NAMED_KEYS: Final = frozenset(key.value.rpartition("+")[2] for key in Keys if not key.value.startswith("<"))


def bindings(*, of_the_app: bool = False) -> list[BindingType]:
    """Return a binding for each action, under its id, so that the config can give it a key: the app's own, or the chat screen's."""
    return [
        Binding(
            action.key or _UNBOUND,
            action.id if of_the_app else f"run('{action.id}')",
            action.title,
            tooltip=action.help,
            show=action.footer,
            priority=action.priority,
            id=action.id,
        )
        for action in ACTIONS
        if (action.id in _OF_THE_APP) == of_the_app
    ]


_KEYBOARD: Final = 0x250
"""The end of Latin letters and their neighbours."""


class KeyProblem(Struct, frozen=True):
    """Why a key that the user set does not count."""

    action: str
    """The name it stands under in the config."""
    sentence: str


class Keymap(Struct, frozen=True):
    """The user's keys, and what is wrong with them."""

    keys: Mapping[str, str]
    """By the action's id, only where the user changed them; an empty text takes the key away."""
    problems: tuple[KeyProblem, ...] = ()

    def key(self, action_id: str, default: str) -> str:
        """Return the keys of an action as they are set."""
        return self.keys.get(action_id, default)

    def label(self, action_id: str) -> str:
        """Return how an action is reached, for a sentence: its first key as it is set, else its command."""
        action = BY_ID[action_id]
        return key_label(self.key(action_id, action.key)) or (
            f"/{action.command}" if action.slash else action.title
        )

    def for_textual(self) -> dict[str, str]:
        """Return the keys as Textual takes them, for which an empty text is no change."""
        return {action_id: key or _UNBOUND for action_id, key in self.keys.items()}


@runtime_checkable
class HasActionKeys(Protocol):
    """An app whose actions have keys."""

    @property
    def action_keys(self) -> Keymap:
        """The keys as they are set now."""
        ...


def key_on(widget: DOMNode, action_id: str) -> str:
    """Return how an action is reached, for a sentence of a widget."""
    app = cast("App[Any]", widget.app)
    keymap = app.action_keys if isinstance(app, HasActionKeys) else Keymap({})
    return keymap.label(action_id)


def own_key(screen: DOMNode, binding_id: str) -> str:
    """Return the key of one of a screen's own bindings, for a sentence of that screen."""
    own = (binding for kind in type(screen).__mro__ for binding in vars(kind).get("BINDINGS", ()))
    return key_label(next(each.key for each in own if isinstance(each, Binding) and each.id == binding_id))


def key_label(keys: str) -> str:
    """Return the first of several keys as people write it: `ctrl+↑`, `esc`."""
    return "+".join(_SHORT.get(part, part) for part in keys.partition(",")[0].strip().split("+"))


def keys_label(keys: str) -> str:
    """Return all of several keys as people write them."""
    return ", ".join(map(key_label, split(keys)))


def read_keys(table: Mapping[str, str], actions: Iterable[Action] = ACTIONS) -> Keymap:
    """Return the user's keys, with a sentence for each that cannot count: no such action, no such key, or taken.

    What the user gives goes before a default; only the keys of the app itself cannot be taken.
    """
    defaults = {action.id: action.key for action in actions}
    problems = [KeyProblem(name, _no_action(name, defaults)) for name in table if name not in defaults]
    problems += [
        KeyProblem(name, f"keys.{name}: {_no_key(key)}")
        for name in table
        if name in defaults
        for key in split(table[name])
        if not is_key(key)
    ]
    given = {name: split(table[name]) for name in defaults if name in table}
    real = {name: list(filter(is_key, keys)) for name, keys in given.items()}
    keys = {name: ",".join(real[name]) for name in given if real[name] or not given[name]}
    usual = {name: key for name, key in defaults.items() if name not in keys}
    fixed = {name: key for name, key in {**defaults, **keys}.items() if name in _OF_THE_APP}
    owners: dict[str, str] = {}
    for name, key in {**fixed, **keys, **usual}.items():
        for single in split(key):
            owner = owners.setdefault(single, name)
            if owner != name:
                set_by = name if name in table else owner
                said = f'The key "{single}" is given to both {owner} and {name}; {owner} has it.'
                problems.append(KeyProblem(set_by, said))
    return Keymap(keys, tuple(problems))


def _no_action(name: str, known: Iterable[str]) -> str:
    near = get_close_matches(name, known, 1, cutoff=0.5)
    hint = f'did you mean "{near[0]}"?' if near else f"the actions are {', '.join(sorted(known))}."
    return f"keys.{name} is not an action; {hint}"


def _no_key(key: str) -> str:
    near = get_close_matches(key.rpartition("+")[2], _NAMED_KEYS, 1, cutoff=0.6)
    spelled = key.rpartition("+")[0] + "+" + near[0] if near and "+" in key else near[0] if near else ""
    hint = f'did you mean "{spelled}"?' if spelled else "keys are written f5, ctrl+k, alt+left or shift+tab."
    return f'there is no key "{key}"; {hint}'


def no_key_message(text: str) -> str | None:
    """Return what is wrong with keys that are separated by commas, or `None` when a terminal can send each."""
    wrong = next((key for key in map(str.strip, text.split(",")) if not is_key(key)), None)
    return None if wrong is None else _capital(_no_key(wrong))


def _capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]


def key_named(label: str) -> str:
    """Return the name of a key that is written as people write it; empty where that is no single key."""
    name = "+".join(_LONG.get(part, part) for part in label.partition(",")[0].strip().split("+"))
    return name if is_key(name) else ""


def is_key(key: str) -> bool:
    """Return whether this is the name of a key that a terminal can send, with or without modifiers."""
    *modifiers, last = key.split("+")
    return _MODIFIERS.issuperset(modifiers) and (len(last) == 1 or last in _NAMED_KEYS or _is_character(last))


def _is_character(name: str) -> bool:
    """Return whether this is Unicode's name for a character of a keyboard; BANANA is one, but of none."""
    try:
        return ord(unicodedata.lookup(name.replace("_", " "))) < _KEYBOARD
    except KeyError:
        return False
