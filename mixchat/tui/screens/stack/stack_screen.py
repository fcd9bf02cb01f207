"""The stack: every role with its fallback order, who can be asked, and who takes which slot."""

import asyncio
from typing import ClassVar, Final

from textual.binding import Binding, BindingType

from mixchat.domain.stack import Slot
from mixchat.tui.actions.keys import own_key
from mixchat.tui.screens.list_screen import FilterListScreen
from mixchat.tui.screens.models.model_list import ModelList
from mixchat.tui.screens.models.models_screen import ModelsScreen, Picked
from mixchat.tui.screens.models.rows import details
from mixchat.tui.screens.stack.rows import SlotPlace, place_of, stack_rows, value_of_place
from mixchat.tui.screens.stack.stack_editor import NEW_ROLE, StackEditor
from mixchat.tui.screens.value_prompt import ValuePrompt
from mixchat.tui.widgets.picker import Picker, PickerEntry

_LOOK_AGAIN: Final = 1.0
"""Seconds between two looks at the models that rest."""


class StackScreen(FilterListScreen[None]):
    """Shows the stack in use; each change is kept at once and can be taken back."""

    HEADING = "Stack"
    PLACEHOLDER = "Type a role or a model"
    EMPTY = "No role and no model has this name."
    REFILLS = True
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "add", "add a model", priority=True, id="stack.add"),
        Binding("ctrl+e", "edit", "edit the role", priority=True, id="stack.edit"),
        Binding("ctrl+n", "new", "new role", priority=True, id="stack.new"),
        Binding("ctrl+d", "remove", "remove", priority=True, id="stack.remove"),
        Binding("shift+up", "shift(-1)", "earlier", priority=True, id="stack.earlier"),
        Binding("shift+down", "shift(1)", "later", priority=True, id="stack.later"),
        Binding("ctrl+u", "succeed", "switch to its successor", priority=True, id="stack.succeed"),
        Binding("ctrl+s", "switch", "another stack", priority=True, id="stack.switch"),
        Binding("ctrl+z", "undo", "undo", priority=True, id="stack.undo"),
    ]

    def __init__(self, editor: StackEditor, models: ModelList) -> None:
        super().__init__()
        self._editor = editor
        self._models = models

    def on_mount(self) -> None:
        """Show the stack, and its prices once they are read."""
        self.load(self._price())
        self.set_interval(_LOOK_AGAIN, self.rows.refresh)

    async def _price(self) -> None:
        await asyncio.to_thread(self._models.load)
        self.rows.refresh()

    def fill(self, words: str) -> None:
        """Show the roles and slots that fit."""
        stack = self._editor.stack
        self.rows.update_rows(stack_rows(stack, words, self._models), self.rows.highlighted)
        own = "comes with mixchat" if self._editor.is_preset(stack.name) else "your own"
        self.update_aside(f"{stack.name} · {own}")

    def row_highlighted(self, value: str) -> None:
        """Say more about the highlighted slot, or who follows in the role's fallback order."""
        place = place_of(value)
        slot = self._slot(place)
        if slot is not None:
            self.update_detail(details(self._models.offer(slot.ref), self._models.rests(slot.ref)))
        elif value:
            then = [str(slot.ref) for slot in self._editor.stack.fallback_order(place.role)]
            self.update_detail("Tried in this order: " + ", ".join(then))
        else:
            self.update_detail("")

    def row_selected(self, value: str) -> None:
        """Slot a model below the highlighted row."""
        self.action_add()

    def action_add(self) -> None:
        """Pick a model and put it below the highlighted slot."""
        place = place_of(self.rows.highlighted)
        if not place.role:
            return

        def picked(found: Picked | None) -> None:
            if found is not None:
                self.attempt(lambda: self._editor.insert(place.role, place.slot + 1, found.ref))
                self._highlight(SlotPlace(place.role, place.slot + 1))

        heading = f"Add a model to {place.role}"
        self.above.push_screen(ModelsScreen(self._models, ("slot",), heading), picked)

    def action_edit(self) -> None:
        """Open the role of the highlighted row: its description, rules and examples."""
        place = place_of(self.rows.highlighted)
        if place.role:
            self._open(place.role)

    def _open(self, role: str) -> None:
        from mixchat.tui.screens.stack.role_screen import RoleEditor, RoleScreen

        self.above.push_screen(RoleScreen(RoleEditor(self._editor, role), self._models))

    def action_new(self) -> None:
        """Add a role to the stack, and open it."""

        def named(role: str | None) -> None:
            if role:
                self.attempt(lambda: self._editor.add_role(role))
                if role in self._editor.stack.roles:
                    self._open(role)

        self.above.push_screen(ValuePrompt("New role", help=NEW_ROLE, check=self._editor.check_new), named)

    def action_remove(self) -> None:
        """Take the highlighted slot away, or the highlighted role."""
        place = place_of(self.rows.highlighted)
        if self._slot(place) is not None:
            self.attempt(lambda: self._editor.remove(place.role, place.slot))
        elif place.role:
            back = f"The role {place.role} is gone; {own_key(self, 'stack.undo')} brings it back."
            self.attempt(lambda: self._editor.remove_role(place.role) or back)

    def action_shift(self, by: int) -> None:
        """Try the highlighted slot earlier, or later."""
        place = place_of(self.rows.highlighted)
        there = SlotPlace(place.role, place.slot + by)
        if self._slot(place) is not None and self._slot(there) is not None:
            self.attempt(lambda: self._editor.move(place.role, place.slot, by))
            self._highlight(there)

    def action_succeed(self) -> None:
        """Give the highlighted slot to the successor of the model in it."""
        place = place_of(self.rows.highlighted)
        slot = self._slot(place)
        if slot is None:
            return
        successor = self._models.offer(slot.ref).card.successor
        if successor is None:
            self.show_sentence(f"No successor is known for {slot.ref}.")
        else:
            self.attempt(lambda: self._editor.replace(place.role, place.slot, successor))

    def action_switch(self) -> None:
        """Put another stack to use."""
        entries = [
            PickerEntry(name, name, "comes with mixchat" if self._editor.is_preset(name) else "your own")
            for name in self._editor.names()
        ]

        def picked(name: str | None) -> None:
            if name is not None:
                self.attempt(lambda: self._editor.switch(name))

        self.above.push_screen(Picker("Stack", entries, highlighted=self._editor.stack.name), picked)

    def action_undo(self) -> None:
        """Take the last change back."""
        self.attempt(self._editor.undo)

    def _highlight(self, place: SlotPlace) -> None:
        self.rows.update_rows(stack_rows(self._editor.stack, self.words, self._models), value_of_place(place))

    def _slot(self, place: SlotPlace) -> Slot | None:
        role = self._editor.stack.roles.get(place.role)
        return role.slots[place.slot] if role is not None and 0 <= place.slot < len(role.slots) else None
