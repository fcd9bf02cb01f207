"""The table of actions. A new action is a row here and a method marked `@handles` in `tui/handlers/`."""

from collections.abc import Mapping
from typing import Final

from mixchat.tui.actions.action import Action
from mixchat.tui.actions.chat import CHAT, FIRST
from mixchat.tui.actions.screens import SCREENS
from mixchat.tui.actions.turns import TURNS

ACTIONS: Final[tuple[Action, ...]] = (
    *FIRST,
    *TURNS,
    *CHAT,
    *SCREENS,
    Action(id="help", key="f1", title="Help", help="keys and commands", slash="help", footer=True),
)
"""In the order in which palette and help list them."""

BY_ID: Final[Mapping[str, Action]] = {action.id: action for action in ACTIONS}

_BY_SLASH: Final = {command: action for action in ACTIONS for command in action.commands}


def find_slash(command: str) -> Action | None:
    """Return the action that has this slash command or synonym, written without its slash."""
    return _BY_SLASH.get(command)
