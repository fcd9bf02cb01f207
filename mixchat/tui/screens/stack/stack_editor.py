"""Changing fallback orders: each change is the user's own stack file, put to use, and can be taken back."""

import re
from collections.abc import Callable, MutableMapping, MutableSequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

from msgspec import Struct, structs

from mixchat.config.edit import set_value
from mixchat.config.stack_file import RoleTable, StackFile
from mixchat.config.stack_write import Change, add_role, edit_fallback_order, edit_role, edit_roles
from mixchat.config.toml_document import parse
from mixchat.domain.chat_request import RoutingInput
from mixchat.domain.decision import RoutingDecision
from mixchat.domain.errors import ConfigError
from mixchat.domain.model import ModelRef

if TYPE_CHECKING:
    from mixchat.domain.stack import Stack
    from mixchat.runtime.runtime import Runtime


_ROLE: Final = re.compile(r"[\w-]{1,40}")


class _StackBefore(Struct, frozen=True):
    stack: str
    """The stack that was in use."""
    file: Path | None = None
    """The stack file that was changed."""
    text: str | None = None
    """What was in it; `None`: there was no such file."""


NEW_ROLE: Final = (
    "Letters, digits, - and _, such as contracts. Its prompts go to its models, then to the daily driver's."
)
"""What is said where a role is named."""


class StackEditor:
    """Edits the stack in use. A preset is copied to a stack of the user's own first.

    Args:
        runtime: holds the stacks.
        changed: is called when another fallback order counts.
    """

    def __init__(self, runtime: "Runtime", changed: Callable[[], None]) -> None:
        self._runtime = runtime
        self._changed = changed
        self._undo: list[_StackBefore] = []

    @property
    def stack(self) -> "Stack":
        """The stack in use."""
        return self._runtime.routing.stack

    def names(self) -> tuple[str, ...]:
        """Return the stacks there are."""
        return self._runtime.settings.stacks.names()

    def is_preset(self, name: str) -> bool:
        """Whether the stack came with mixchat."""
        return self._runtime.settings.stacks.is_preset(name)

    def switch(self, name: str) -> str:
        """Put another stack to use and write that down; return what there is to say.

        Raises:
            ConfigError: it cannot be used; the old one stays.
        """
        before = _StackBefore(self.stack.name)
        said = self._use(name)
        self._undo.append(before)
        return said or f"The stack {name} is in use."

    def insert(self, role: str, place: int, ref: ModelRef) -> str:
        """Slot a model in a role's fallback order, counted from 0; return what there is to say.

        Raises:
            ConfigError: the fallback order cannot be changed here; it says where.
        """
        return self._edit(role, lambda models: models.insert(place, str(ref)))

    def replace(self, role: str, place: int, ref: ModelRef) -> str:
        """Give a slot to another model; what is set for the slot stays.

        Raises:
            ConfigError: the fallback order cannot be changed here; it says where.
        """
        return self._edit(role, lambda models: _replace(models, place, str(ref)))

    def remove(self, role: str, place: int) -> str:
        """Take a slot away.

        Raises:
            ConfigError: the fallback order cannot be changed here; it says where.
        """
        return self._edit(role, lambda models: models.pop(place))

    def move(self, role: str, place: int, by: int) -> str:
        """Move a slot up or down in its fallback order.

        Raises:
            ConfigError: the fallback order cannot be changed here; it says where.
        """
        return self._edit(role, lambda models: models.insert(place + by, models.pop(place)))

    def add_role(self, role: str) -> str:
        """Add a role without models; return what there is to say.

        Raises:
            ConfigError: no role can have that name, or there is one.
        """
        self.check_new(role)
        return self._write(edit_roles(self._text, lambda roles: add_role(roles, role), name=self._target))

    def check_new(self, role: str) -> None:
        """Make sure that a role can be added under this name.

        Raises:
            ConfigError: it cannot.
        """
        if not _ROLE.fullmatch(role):
            raise ConfigError("A role's name has letters, digits, - and _ only.")
        if role in self.stack.roles:
            raise ConfigError(f"The stack has a role {role} already.")

    def remove_role(self, role: str) -> str:
        """Take a role away, with all that is set for it; return what there is to say.

        Raises:
            ConfigError: it is the last one, or the config holds on to it.
        """
        self._check_config(role, "")

        def remove(roles: MutableMapping[str, Any]) -> None:
            roles.pop(role, None)

        return self._write(edit_roles(self._text, remove, name=self._target))

    def set(self, role: str, key: str, value: object) -> str:
        """Set one key of a role, or take it out with `None`; return what there is to say.

        Raises:
            ConfigError: the role may not have it, or the config's own goes before it.
        """
        self._check_config(role, key)
        return self._write(edit_role(self._text, role, key, value, name=self._target))

    def check(self, role: str, key: str, value: object) -> None:
        """Make sure that a role may have a value.

        Raises:
            ConfigError: it may not.
        """
        name = self.stack.name
        self._runtime.settings.stacks.read(edit_role(self._text, role, key, value, name=name), name)

    def table(self, role: str) -> RoleTable:
        """Return what the stack's file says of a role."""
        return parse(self._text, self.stack.name).fit(StackFile).roles.get(role, RoleTable())

    def decide(self, prompt: str) -> RoutingDecision:
        """Return who would answer a prompt of its own now."""
        return self._runtime.routing.router.decide_locally(RoutingInput(prompt=prompt))

    def file(self) -> str:
        """Return where the stack is written, or would be."""
        stacks, target = self._runtime.settings.stacks, self._target
        return str(stacks.path(target) or self._runtime.settings.paths.stacks / f"{target}.toml")

    def undo(self) -> str:
        """Take the last change back and say so."""
        if not self._undo:
            return "There is nothing to take back."
        before = self._undo.pop()
        try:
            if before.file is not None:
                self._runtime.settings.stacks.put_back(before.file, before.text)
            return self._use(before.stack) or f"The stack {before.stack} is as it was."
        except (ConfigError, OSError) as error:
            return f"It cannot be taken back: {error}"

    def _edit(self, role: str, change: Change) -> str:
        self._check_config(role, "models")
        return self._write(edit_fallback_order(self._text, role, change, name=self._target))

    def _check_config(self, role: str, key: str) -> None:
        """Make sure that the stack's file has the last word on a key of a role, or on the whole of it."""
        own = self._runtime.settings.config.roles.get(role)
        if own is not None and (not key or getattr(own, key) not in (None, ())):
            raise ConfigError(f"The config's [roles.{role}] goes before every stack; change it there.")

    @property
    def _text(self) -> str:
        """The stack in use as TOML."""
        return self._runtime.settings.stacks.text(self.stack.name)

    @property
    def _target(self) -> str:
        """The stack that a change is written to: the one in use, or a copy of a preset."""
        name = self.stack.name
        return self._free_name(name) if self.is_preset(name) else name

    def _write(self, text: str) -> str:
        """Put an edited text of the stack to use."""
        stacks, name, target = self._runtime.settings.stacks, self.stack.name, self._target
        path = stacks.path(target)
        before = _StackBefore(name, path, self._runtime.settings.files.text(path) if path else None)
        stacks.add(text, target, replace=True)
        self._undo.append(before if path else _StackBefore(name, stacks.path(target)))
        said = self._use(target)
        return said or ("" if target == name else f"{name} stays as it is; your own is called {target}.")

    def _free_name(self, name: str) -> str:
        taken, number, free = self.names(), 2, f"my-{name}"
        while free in taken:
            free, number = f"my-{name}-{number}", number + 1
        return free

    def _use(self, name: str) -> str:
        self._runtime.routing.use_stack(name)
        self._runtime.settings.config = structs.replace(self._runtime.settings.config, stack=name)
        self._changed()
        try:
            settings = self._runtime.settings
            set_value(settings.paths.config_file, "stack", name, settings.files)
        except ConfigError as error:
            return f"It holds until mixchat is closed: {error}"
        return ""


def _replace(models: MutableSequence[Any], place: int, ref: str) -> None:
    entry = models[place]
    if isinstance(entry, MutableMapping):
        cast("MutableMapping[str, Any]", entry)["model"] = ref
    else:
        models[place] = ref
