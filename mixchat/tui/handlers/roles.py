"""The roles of the stack in use, each on a screen of its own."""

from mixchat.tui.actions.dispatch import handles
from mixchat.tui.handlers.handler import ChatHandler
from mixchat.tui.screens.value_prompt import ValuePrompt
from mixchat.tui.widgets.picker import Picker, PickerEntry

_NEW = "+"
"""Stands for a role that is not there yet; no role has this name."""


class RolesHandler(ChatHandler):
    """Opens the editor of a role: what it is for, its models, rules and examples."""

    @handles("roles")
    def roles(self, name: str) -> None:
        """Edit the role of that name, or the one that is picked; a new one can be added."""
        roles = self.context.runtime.routing.stack.roles
        if name in roles:
            self._open(name)
            return
        if name:
            self.context.notify(f"There is no role {name}; /roles lists those of this stack and adds one.")
            return
        entries = [
            PickerEntry(role, role, ", ".join(slot.ref.model for slot in config.slots) or "as daily-driver")
            for role, config in roles.items()
        ]
        self.context.push_screen(Picker("Roles", [*entries, PickerEntry(_NEW, "New role")]), self._picked)

    def _picked(self, role: str | None) -> None:
        if role == _NEW:
            self._name()
        elif role is not None:
            self._open(role)

    def _name(self) -> None:
        """Ask what a new role is called, add it and open it."""
        from mixchat.domain.errors import ConfigError, StorageError
        from mixchat.tui.screens.stack.stack_editor import NEW_ROLE, StackEditor

        editor = StackEditor(self.context.runtime, changed=self.context.view.refresh)

        def named(role: str | None) -> None:
            if role:
                try:
                    said = editor.add_role(role)
                except (ConfigError, StorageError) as error:
                    said = str(error)
                if said:
                    self.context.notify(said)
                if role in editor.stack.roles:
                    self._open(role)

        self.context.push_screen(ValuePrompt("New role", help=NEW_ROLE, check=editor.check_new), named)

    def _open(self, role: str) -> None:
        from mixchat.tui.screens.models.model_list import ModelList
        from mixchat.tui.screens.stack.role_screen import RoleEditor, RoleScreen
        from mixchat.tui.screens.stack.stack_editor import StackEditor

        editor = StackEditor(self.context.runtime, changed=self.context.view.refresh)
        models = ModelList(self.context.runtime)
        self.context.push_screen(RoleScreen(RoleEditor(editor, role), models))
