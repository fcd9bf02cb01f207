"""A prompt on trial: who would answer it, as it is written. Nothing is sent, nothing is paid."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Static

from mixchat.domain.decision import RoutingDecision
from mixchat.domain.plain_text import one_line
from mixchat.tui.screens.list_screen import FootLine
from mixchat.tui.screens.stack.stack_editor import StackEditor
from mixchat.tui.terminal.ordered_keys import OrderedInput
from mixchat.tui.themes import role_variable
from mixchat.tui.widgets.dismissible import DismissibleModal


class TryPrompt(DismissibleModal[str | None]):
    """Returns the prompt if it is to be an example of the role, else `None`.

    Args:
        editor: says who would answer.
        role: the role that it is tried for.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+n", "keep", "make it an example", priority=True, id="try.keep"),
        Binding("escape", "dismiss(None)", "back", id="try.back"),
    ]

    def __init__(self, editor: StackEditor, role: str) -> None:
        super().__init__()
        self._editor = editor
        self._role = role

    def compose(self) -> ComposeResult:
        """Lay out the field and what comes of it."""
        with Vertical(id="ask"):
            yield Static(f"Try a prompt for {self._role}", id="ask-title", markup=False)
            yield OrderedInput(placeholder="write a prompt; nothing is sent", compact=True, id="ask-field")
            yield Static("", id="ask-help", markup=False)
            yield FootLine()

    def on_mount(self) -> None:
        """Wait for the first letter."""
        self.query_one(Input).cursor_blink = False

    @on(Input.Changed)
    def _written(self, event: Input.Changed) -> None:
        event.stop()
        text = event.value.strip()
        said = self._words(self._editor.decide(text)) if text else Content()
        self.query_one("#ask-help", Static).update(said)

    def _words(self, decision: RoutingDecision) -> Content:
        role = decision.role or ""
        first = decision.fallback_order[0].ref if decision.fallback_order else None
        model = str(first) if first else "nobody who can be asked"
        here = "" if role == self._role else f"  not {self._role}"
        return Content.assemble(
            ("▌ ", role_variable(role)),
            (role, f"{role_variable(role)} bold"),
            (f"  {decision.confidence:.0%} sure".replace("%", " %"), "$text-muted"),
            (here, "$text-warning"),
            "\n",
            one_line(model),
            "\n",
            (one_line(decision.why), "$text-muted"),
        )

    def action_keep(self) -> None:
        """Hand the prompt back as an example."""
        self.dismiss(self.query_one(Input).value.strip() or None)
