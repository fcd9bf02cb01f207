"""A field between conversation and composer that searches the chat on the screen."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input, Static

from mixchat.tui.terminal.ordered_keys import OrderedInput
from mixchat.tui.transcript import Transcript


class FindBar(Horizontal):
    """Marks what is found as one types and walks through it; Esc takes bar and marks away."""

    DEFAULT_CSS = """
    FindBar { height: 1; display: none; }
    FindBar Input { width: 1fr; }
    FindBar Static { width: auto; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,down", "step(1)", "next", priority=True, id="find.next"),
        Binding("shift+enter,up", "step(-1)", "previous", priority=True, id="find.previous"),
        Binding("escape", "close", "back to the prompt", id="find.close"),
    ]

    class Closed(Message):
        """The bar went away; the focus belongs to the prompt again."""

    def __init__(self, transcript: Transcript) -> None:
        """Take what is searched."""
        super().__init__()
        self._transcript = transcript

    def compose(self) -> ComposeResult:
        """Lay out the field and the count."""
        yield OrderedInput(placeholder="find in this chat", compact=True, select_on_focus=True)
        yield Static("", markup=False)

    def on_mount(self) -> None:
        """Let nothing blink."""
        self.query_one(Input).cursor_blink = False

    def open(self, words: str = "") -> None:
        """Show the field and search at once."""
        field = self.query_one(Input)
        self.display = True
        field.focus()
        if words:
            field.value = words

    def action_step(self, by: int) -> None:
        """Go to the next place, or the one before."""
        self._transcript.find_step(by)
        self._count()

    def action_close(self) -> None:
        """Take the marks and the bar away."""
        self._transcript.unmark()
        self.query_one(Input).value = ""
        self.display = False
        self.post_message(self.Closed())

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        event.stop()
        if self.display:
            self._transcript.find(event.value)
            self._transcript.find_step(1)
            self._count()

    def _count(self) -> None:
        finder = self._transcript.finder
        many = len(finder.matches)
        said = f"{finder.position} of {many:,}" if many else "nothing found" if finder.sought else ""
        self.query_one(Static).update(said)
