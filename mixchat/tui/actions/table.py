"""The table of actions. A new action is a row here and a method marked `@handles` in `tui/handlers/`."""

from collections.abc import Mapping
from typing import Final

from mixchat.tui.actions.action import Action
from mixchat.tui.actions.chat import CHAT, FIRST
from mixchat.tui.actions.screens import SCREENS
from mixchat.tui.actions.turns import TURNS

_HELP: Final = Action(id="help", key="f1", title="Help", help="keys and commands", slash="help", footer=True)
_ROWS: Final = {action.id: action for action in (*FIRST, *TURNS, *CHAT, *SCREENS, _HELP)}

GROUPS: Final[Mapping[str, tuple[str, ...]]] = {
    "Chat": (
        "new-chat", "chats", "find", "private", "setup", "title", "export", "fork", "compact",
    ),
    "Models": (
        "models", "retry", "retry-with", "continue", "compare", "pin", "next-favourite", "unpin", "next-candidate", "next-model",
        "pick", "pick-1", "pick-2", "pick-3", "pick-4", "merge", "previous-answer", "next-answer",
    ),
    "Stack and money": ("stack", "roles", "spend", "budget", "economy", "settings", "key", "look", "pull"),
    "This reply": (
        "stop", "correct", "unlearn", "copy-reply", "copy-code", "copy-turn", "copy-or-stop", "links", "save-code",
        "save-reply", "edit", "undo", "redo", "delete", "previous-turn", "next-turn", "previous-code", "next-code",
    ),
    "Message": (
        "recall", "editor", "drop-queued", "system", "effort", "temperature", "max-tokens", "search",
    ),
    "Screen": ("panel", "wider", "narrower", "theme", "palette", "help", "suspend", "quit"),
}  # fmt: skip
"""The actions by what they are about, in the order of use."""

ACTIONS: Final[tuple[Action, ...]] = tuple(_ROWS[id_] for ids in GROUPS.values() for id_ in ids)
"""In the order in which commands, slash list and help name them."""

BY_ID: Final[Mapping[str, Action]] = {action.id: action for action in ACTIONS}

_BY_SLASH: Final = {command: action for action in ACTIONS for command in action.commands}


def find_slash(command: str) -> Action | None:
    """Return the action that has this slash command or synonym, written without its slash."""
    return _BY_SLASH.get(command)
