"""The stack: every role with its line-up, who can be asked, and who takes which seat."""

import asyncio
from typing import ClassVar, Final

from textual.binding import Binding, BindingType

from mixchat.domain.stack import Seat
from mixchat.tui.picker import Picker, PickerEntry
from mixchat.tui.screens.list_screen import FilterListScreen
from mixchat.tui.screens.models.model_list import ModelList
from mixchat.tui.screens.models.models_screen import ModelsScreen, Picked
from mixchat.tui.screens.models.rows import details
from mixchat.tui.screens.stack.rows import SeatPlace, place_of, stack_rows, value_of_place
from mixchat.tui.screens.stack.stack_editor import StackEditor

_LOOK_AGAIN: Final = 1.0
"""Seconds between two looks at the models that rest."""


class StackScreen(FilterListScreen[None]):
    """Shows the stack in use; each change is kept at once and can be taken back."""

    HEADING = "Stack"
    PLACEHOLDER = "type a role or a model"
    EMPTY = "No role and no model has this name."
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "add", "add a model", priority=True, id="stack.add"),
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
        super().on_mount()
        self.load(self._price())
        self.set_interval(_LOOK_AGAIN, self.rows.refresh)

    async def _price(self) -> None:
        await asyncio.to_thread(self._models.load)
        self.rows.refresh()

    def fill(self, words: str) -> None:
        """Show the roles and seats that fit."""
        stack = self._editor.stack
        self.rows.update_rows(stack_rows(stack, words, self._models), self.rows.highlighted)
        own = "comes with mixchat" if self._editor.is_preset(stack.name) else "your own"
        self.update_aside(f"{stack.name} · {own}")

    def row_highlighted(self, value: str) -> None:
        """Say more about the highlighted seat, or who follows in the role's line-up."""
        place = place_of(value)
        seat = self._seat(place)
        if seat is not None:
            self.update_detail(details(self._models.offer(seat.ref), self._models.rests(seat.ref)))
        elif value:
            then = [str(seat.ref) for seat in self._editor.stack.lineup(place.role)]
            self.update_detail("Tried in this order: " + ", ".join(then))
        else:
            self.update_detail("")

    def row_selected(self, value: str) -> None:
        """Seat a model below the highlighted row."""
        self.action_add()

    def action_add(self) -> None:
        """Pick a model and seat it below the highlighted seat."""
        place = place_of(self.rows.highlighted)
        if not place.role:
            return

        def picked(found: Picked | None) -> None:
            if found is not None:
                self.attempt(lambda: self._editor.insert(place.role, place.seat + 1, found.ref))
                self._highlight(SeatPlace(place.role, place.seat + 1))

        heading = f"Add a model to {place.role}"
        self.above.push_screen(ModelsScreen(self._models, ("seat",), heading), picked)

    def action_remove(self) -> None:
        """Take the highlighted seat away."""
        place = place_of(self.rows.highlighted)
        if self._seat(place) is not None:
            self.attempt(lambda: self._editor.remove(place.role, place.seat))

    def action_shift(self, by: int) -> None:
        """Try the highlighted seat earlier, or later."""
        place = place_of(self.rows.highlighted)
        there = SeatPlace(place.role, place.seat + by)
        if self._seat(place) is not None and self._seat(there) is not None:
            self.attempt(lambda: self._editor.move(place.role, place.seat, by))
            self._highlight(there)

    def action_succeed(self) -> None:
        """Give the highlighted seat to the successor of the model in it."""
        place = place_of(self.rows.highlighted)
        seat = self._seat(place)
        if seat is None:
            return
        successor = self._models.offer(seat.ref).card.successor
        if successor is None:
            self.show_sentence(f"No successor is known for {seat.ref}.")
        else:
            self.attempt(lambda: self._editor.replace(place.role, place.seat, successor))

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

    def _highlight(self, place: SeatPlace) -> None:
        self.rows.update_rows(stack_rows(self._editor.stack, self.words, self._models), value_of_place(place))

    def _seat(self, place: SeatPlace) -> Seat | None:
        role = self._editor.stack.roles.get(place.role)
        return role.seats[place.seat] if role is not None and 0 <= place.seat < len(role.seats) else None
