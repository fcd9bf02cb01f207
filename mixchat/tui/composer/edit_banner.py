"""Says above the prompt that an earlier one is being edited, and keeps what was being written before."""

from textual.content import Content
from textual.widget import Widget

from mixchat.tui.actions.keys import key_on
from mixchat.tui.composer.message import Draft, EditedTurn


class EditBanner(Widget):
    """A row that is there only while a prompt is edited."""

    DEFAULT_CSS = "EditBanner { height: 1; width: 1fr; display: none; }"

    def __init__(self) -> None:
        super().__init__()
        self.edited: EditedTurn | None = None
        self.stashed = Draft()
        """What was written before the edit began."""
        self.began_as = ""
        """The prompt as it was."""

    def begin(self, edited: EditedTurn, prompt: str, stashed: Draft) -> None:
        """Show which turn is edited."""
        self.edited, self.began_as, self.stashed = edited, prompt, stashed
        self.display = True
        self.refresh()

    def end(self) -> Draft | None:
        """Show nothing any more; return what was being written before, or `None` if nothing was edited."""
        if self.edited is None:
            return None
        stashed, self.edited, self.stashed = self.stashed, None, Draft()
        self.display = False
        return stashed

    def render(self) -> Content:
        """Return the row."""
        number = self.edited.number if self.edited else 0
        return Content.assemble(
            (f" editing turn {number} ", "$ink on $warning bold"),
            (
                f"  enter sends it as a new branch · {key_on(self, 'stop')} cancels",
                "$text-muted",
            ),
        )
