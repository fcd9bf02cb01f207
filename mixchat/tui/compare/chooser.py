"""The list in which the models of a comparison are marked."""

from collections.abc import Iterable, Sequence
from typing import ClassVar, Final

from msgspec import structs
from textual import on
from textual.binding import Binding, BindingType
from textual.widgets import Input, OptionList, Static

from mixchat.tui.picker import Entry, Picker

LEAST: Final = 2
MOST: Final = 4


class Chooser(Picker):
    """Returns the names that were marked, separated by spaces, or `None` when it was left with Esc."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "mark", "Mark", show=False, priority=True, id="chooser.mark"),
    ]

    def __init__(self, entries: Sequence[Entry], marked: Iterable[str]) -> None:
        super().__init__("", entries)
        self._marked = dict.fromkeys(marked)

    def on_mount(self) -> None:
        """Fill the list."""
        super().on_mount()
        self._say()

    def action_mark(self) -> None:
        """Mark the lit row, or take its mark away."""
        rows = self.query_one(OptionList)
        lit = rows.highlighted
        if lit is None:
            return
        name = rows.get_option_at_index(lit).id or ""
        if name in self._marked:
            del self._marked[name]
        elif len(self._marked) < MOST:
            self._marked[name] = None
        self._fill(self.query_one(Input).value)
        rows.highlighted = lit
        self._say()

    def _fill(self, words: str) -> None:
        self._entries = {
            name: structs.replace(entry, key="●" if name in self._marked else " ")
            for name, entry in self._entries.items()
        }
        super()._fill(words)

    def _say(self) -> None:
        count = len(self._marked)
        can = "Enter begins" if count >= LEAST else f"{LEAST} at least"
        self.query_one("#picker-title", Static).update(
            f"Compare {count} of at most {MOST} · Tab marks · {can}"
        )

    @on(OptionList.OptionSelected)
    def _row_taken(self, event: OptionList.OptionSelected) -> None:
        event.prevent_default()
        self._begin()

    @on(Input.Submitted)
    def _field_taken(self, event: Input.Submitted) -> None:
        event.prevent_default()
        self._begin()

    def _begin(self) -> None:
        if len(self._marked) >= LEAST:
            self.dismiss(" ".join(self._marked))
