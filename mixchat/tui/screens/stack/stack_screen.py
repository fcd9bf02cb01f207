"""The stack: every role with its line-up, who can be asked, and who takes which seat."""

import asyncio
from collections.abc import Callable
from typing import ClassVar, Final

from textual.binding import Binding, BindingType

from mixchat.domain.errors import ConfigError
from mixchat.domain.stack import Seat
from mixchat.tui.picker import Picker, PickerEntry
from mixchat.tui.screens.list_screen import FilterListScreen
from mixchat.tui.screens.models.model_list import ModelList
from mixchat.tui.screens.models.models_screen import ModelsScreen, Picked
from mixchat.tui.screens.models.rows import details
from mixchat.tui.screens.stack.rows import Place, place_of, stack_rows, value_of_place
from mixchat.tui.screens.stack.stack_editor import StackEditor

_LOOK_AGAIN: Final = 1.0
"""Seconds between two looks at the models that rest."""


class StackScreen(FilterListScreen[None]):
    """Shows the stack in use; each change is kept at once and can be taken back."""

    HEADING = "Stack"
    PLACEHOLDER = "type a role or a model"
    EMPTY = "No role and no model has this name."
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "add", "seat a model", priority=True, id="stack.add"),
        Binding("ctrl+d", "remove", "remove", priority=True, id="stack.remove"),
        Binding("shift+up", "shift(-1)", "earlier", priority=True, id="stack.earlier"),
        Binding("shift+down", "shift(1)", "later", priority=True, id="stack.later"),
        Binding("ctrl+u", "succeed", "take the successor", priority=True, id="stack.succeed"),
        Binding("ctrl+s", "switch", "another stack", priority=True, id="stack.switch"),
        Binding("ctrl+z", "undo", "undo", priority=True, id="stack.undo"),
    ]

    def __init__(self, book: StackEditor, shelf: ModelList) -> None:
        super().__init__()
        self._book = book
        self._shelf = shelf

    def on_mount(self) -> None:
        """Show the stack, and its prices once they are read."""
        super().on_mount()
        self.run_worker(self._price())
        self.set_interval(_LOOK_AGAIN, self.rows.refresh)

    async def _price(self) -> None:
        await asyncio.to_thread(self._shelf.load)
        self.rows.refresh()

    def fill(self, words: str) -> None:
        """Show the roles and seats that fit."""
        stack = self._book.stack
        self.rows.tell(stack_rows(stack, words, self._shelf), self.rows.lit)
        own = "comes with mixchat" if self._book.is_preset(stack.name) else "your own"
        self.say_aside(f"{stack.name} · {own}")

    def lit(self, value: str) -> None:
        """Say more about the lit seat, or who follows in the role's line-up."""
        place = place_of(value)
        seat = self._seat(place)
        if seat is not None:
            self.say_detail(details(self._shelf.offer(seat.ref), self._shelf.rests(seat.ref)))
        elif value:
            then = [str(seat.ref) for seat in self._book.stack.lineup(place.role)]
            self.say_detail("Tried in this order: " + ", ".join(then))
        else:
            self.say_detail("")

    def taken(self, value: str) -> None:
        """Seat a model below the lit row."""
        self.action_add()

    def action_add(self) -> None:
        """Pick a model and seat it below the lit seat."""
        place = place_of(self.rows.lit)
        if not place.role:
            return

        def picked(found: Picked | None) -> None:
            if found is not None:
                self._change(lambda: self._book.insert(place.role, place.seat + 1, found.ref))
                self._light(Place(place.role, place.seat + 1))

        heading = f"Who shall sit in {place.role}?"
        self.above.push_screen(ModelsScreen(self._shelf, ("seat",), heading), picked)

    def action_remove(self) -> None:
        """Take the lit seat away."""
        place = place_of(self.rows.lit)
        if self._seat(place) is not None:
            self._change(lambda: self._book.remove(place.role, place.seat))

    def action_shift(self, by: int) -> None:
        """Try the lit seat earlier, or later."""
        place = place_of(self.rows.lit)
        there = Place(place.role, place.seat + by)
        if self._seat(place) is not None and self._seat(there) is not None:
            self._change(lambda: self._book.move(place.role, place.seat, by))
            self._light(there)

    def action_succeed(self) -> None:
        """Give the lit seat to the successor of the model in it."""
        place = place_of(self.rows.lit)
        seat = self._seat(place)
        if seat is None:
            return
        successor = self._shelf.offer(seat.ref).card.successor
        if successor is None:
            self.say(f"Nobody named a successor of {seat.ref}.")
        else:
            self._change(lambda: self._book.replace(place.role, place.seat, successor))

    def action_switch(self) -> None:
        """Put another stack to use."""
        entries = [
            PickerEntry(name, name, "comes with mixchat" if self._book.is_preset(name) else "your own")
            for name in self._book.names()
        ]

        def picked(name: str | None) -> None:
            if name is not None:
                self._change(lambda: self._book.switch(name))

        self.above.push_screen(Picker("Stack", entries, lit=self._book.stack.name), picked)

    def action_undo(self) -> None:
        """Take the last change back."""
        self._change(self._book.undo)

    def _change(self, change: Callable[[], str]) -> None:
        try:
            said = change()
        except ConfigError as error:
            said = str(error)
        if said:
            self.say(said)
        self.refill()

    def _light(self, place: Place) -> None:
        self.rows.tell(stack_rows(self._book.stack, self.words, self._shelf), value_of_place(place))

    def _seat(self, place: Place) -> Seat | None:
        post = self._book.stack.roles.get(place.role)
        return post.seats[place.seat] if post is not None and 0 <= place.seat < len(post.seats) else None
