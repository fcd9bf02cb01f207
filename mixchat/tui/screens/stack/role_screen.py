"""One role of a stack: what it is for, its models, rules and examples, and who would answer a prompt now."""

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar, Final, cast

from textual.binding import Binding, BindingType

from mixchat.config.edit import Value
from mixchat.config.schema import Setting, fields
from mixchat.domain.errors import ConfigError
from mixchat.tui.screens.models.model_list import ModelList
from mixchat.tui.screens.models.models_screen import ModelsScreen, Picked
from mixchat.tui.screens.settings.fields_screen import FieldsScreen
from mixchat.tui.screens.settings.setting_value import SECRET_REFUSED, looks_like_secret, parsed
from mixchat.tui.screens.settings.words import ONE_BY_ONE
from mixchat.tui.screens.stack.entries_screen import EntriesScreen
from mixchat.tui.screens.stack.stack_editor import StackEditor
from mixchat.tui.screens.stack.try_prompt import TryPrompt

_BY_HAND: Final = frozenset({"plan", "execute"})
"""Keys that need each other; they are written in the file."""


class RoleEditor:
    """Reads and writes the keys of one role in its stack's file."""

    def __init__(self, editor: StackEditor, role: str) -> None:
        self.stack_editor = editor
        self.role = role

    @property
    def file(self) -> str:
        """Where the stack is written, or would be."""
        return self.stack_editor.file()

    def value(self, setting: Setting) -> object:
        """Return what counts now."""
        role = self.stack_editor.stack.roles.get(self.role)
        if setting.path[-1] == "models":
            return tuple(str(slot.ref) for slot in role.slots) if role else ()
        return getattr(self.stack_editor.table(self.role), setting.path[-1])

    def sources(self, settings: Sequence[Setting]) -> dict[str, str]:
        """Return the stack's file for what is written there."""
        file = self.file
        own = Path(file).exists()  # a stack that comes with mixchat has none before something is changed
        return {
            setting.key: file if own and self.value(setting) not in (None, ()) else "default"
            for setting in settings
        }

    def read(self, setting: Setting, text: str) -> Value:
        """Return the value that `text` writes; nothing written is `None`.

        Raises:
            ConfigError: the role may not have it, or it is a credential.
        """
        if looks_like_secret(text):
            raise ConfigError(SECRET_REFUSED)
        value = parsed(setting, text.strip()) if text.strip() else None
        self.stack_editor.check(self.role, setting.path[-1], value)
        return value

    def set(self, setting: Setting, value: Value) -> str:
        """Write a value and put it to use; return what there is to say.

        Raises:
            ConfigError: the role may not have it.
        """
        return self.stack_editor.set(self.role, setting.path[-1], value or None if value == [] else value)

    def undo(self) -> str:
        """Take the last change back and say so."""
        return self.stack_editor.undo()


class RoleScreen(FieldsScreen):
    """Edits a role; each change counts from the next message on.

    Args:
        editor: the role.
        models: the models there are.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+t", "try", "try a prompt", priority=True, id="role.try"),
    ]

    def __init__(self, editor: RoleEditor, models: ModelList) -> None:
        keys = [setting for setting in fields("roles", editor.role) if setting.path[-1] not in _BY_HAND]
        super().__init__(editor, keys, f"Role {editor.role}")
        self._role = editor
        self._models = models

    def opens_elsewhere(self, setting: Setting) -> bool:
        """Pick a model for the end of the fallback order; edit long entries one by one."""
        name = setting.path[-1]
        if name == "models":
            self.above.push_screen(
                ModelsScreen(self._models, ("slot",), f"Add a model to {self._role.role}"), self._add
            )
        elif name in ONE_BY_ONE:
            self.above.push_screen(EntriesScreen(self._role, setting), lambda _: self.refill())
        else:
            return False
        return True

    def _add(self, found: Picked | None) -> None:
        if found is not None:
            role = self._role.stack_editor.stack.roles.get(self._role.role)
            place = len(role.slots) if role else 0
            self.attempt(lambda: self._role.stack_editor.insert(self._role.role, place, found.ref))

    def action_try(self) -> None:
        """Write a prompt and see who would answer it."""

        def keep(example: str | None) -> None:
            if example:
                self.attempt(lambda: self._keep(example))

        self.above.push_screen(TryPrompt(self._role.stack_editor, self._role.role), keep)

    def _keep(self, example: str) -> str:
        setting = next(setting for setting in self._settings.values() if setting.path[-1] == "examples")
        known = cast("tuple[str, ...]", self._role.value(setting))
        if looks_like_secret(example):
            raise ConfigError(SECRET_REFUSED)
        return self._role.set(setting, [*known, example]) or f"It is an example of {self._role.role} now."
