"""From an action's id to the method that does it."""

import inspect
from collections.abc import Callable, Iterable
from typing import Final, TypeVar, cast

from mixchat.tui.actions.table import BY_ID

_MARK: Final = "__handles__"
Handler = Callable[..., object]
Method = TypeVar("Method", bound=Handler)


def handles(*action_ids: str) -> Callable[[Method], Method]:
    """Mark a method as what does these actions; it takes a text if the action's row names an argument."""

    def marked(method: Method) -> Method:
        setattr(method, _MARK, action_ids)
        return method

    return marked


def marked_methods(handler: object) -> Iterable[tuple[str, Handler]]:
    """Yield each action that an object does, with the method."""
    for name, function in inspect.getmembers(type(handler), inspect.isfunction):
        for action_id in cast("tuple[str, ...]", getattr(function, _MARK, ())):
            yield action_id, getattr(handler, name)


class ActionDispatcher:
    """Runs actions on the handlers that were given.

    Raises:
        ValueError: an action has no handler, or two.
    """

    def __init__(self, *handlers: object) -> None:
        self._methods: dict[str, Handler] = {}
        for handler in handlers:
            for action_id, method in marked_methods(handler):
                if action_id in self._methods or action_id not in BY_ID:
                    raise ValueError(f"{action_id} has two handlers or no row in the table of actions")
                self._methods[action_id] = method
        missing = [id_ for id_, action in BY_ID.items() if not action.same_as and id_ not in self._methods]
        if missing:
            raise ValueError(f"nothing handles {', '.join(missing)}")

    def run(self, action_id: str, argument: str = "") -> None:
        """Do it. Whoever asks for an action that is not in the table has a fault: it raises `KeyError`."""
        action = BY_ID[action_id]
        if action.same_as:
            self.run(action.same_as, action.preset)
        elif action.argument:
            self._methods[action_id](argument)
        else:
            self._methods[action_id]()
