"""A field to write one value in, checked before it is taken."""

from collections.abc import Callable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Input, Static

from mixchat.domain.errors import ConfigError
from mixchat.tui.screens.list_screen import FootLine
from mixchat.tui.terminal.ordered_keys import OrderedInput
from mixchat.tui.widgets.dismissible import DismissibleModal


class ValuePrompt(DismissibleModal[str | None]):
    """Returns what was written, or `None` when it was left with Esc.

    Args:
        title: what is asked.
        value: what the field holds at first.
        help: a sentence on what may be written.
        check: raises a `ConfigError` about a value that cannot be taken; the field stays open.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "take", "save", id="ask.take", priority=True),
        Binding("escape", "dismiss(None)", "back", id="ask.back"),
    ]

    def __init__(
        self, title: str, value: str = "", *, help: str = "", check: Callable[[str], object] | None = None
    ) -> None:
        super().__init__()
        self._title, self._value, self._help, self._check = title, value, help, check

    def compose(self) -> ComposeResult:
        """Lay out the question, the help, the field and the keys."""
        with Vertical(id="ask"):
            yield Static(self._title, id="ask-title", markup=False)
            yield Static(self._help, id="ask-help", markup=False)
            yield OrderedInput(self._value, compact=True, id="ask-field")
            yield Static("", id="ask-wrong", markup=False)
            yield FootLine()

    def on_mount(self) -> None:
        """Put the cursor at the end of what is there."""
        field = self.query_one(Input)
        field.cursor_blink = False
        field.cursor_position = len(field.value)
        self.query_one("#ask-help").display = bool(self._help)
        self.query_one("#ask-wrong").display = False

    def action_take(self) -> None:
        """Take what is written, or say why it cannot be."""
        value = self.query_one(Input).value.strip()
        try:
            if self._check is not None:
                self._check(value)
        except ConfigError as error:
            wrong = self.query_one("#ask-wrong", Static)
            wrong.update(str(error))
            wrong.display = True
        else:
            self.dismiss(value)

    @on(Input.Changed)
    def _written(self) -> None:
        self.query_one("#ask-wrong").display = False
