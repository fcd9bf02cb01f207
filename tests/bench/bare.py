"""A bare Textual app with an input and a scroll view: the control for how fast an app can start."""

from textual.app import App, ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Input


class Bare(App[None]):
    """The least that a chat needs on the screen."""

    def compose(self) -> ComposeResult:
        """Lay out both."""
        yield VerticalScroll()
        yield Input(placeholder="Ask anything")

    def on_mount(self) -> None:
        """Focus the input."""
        self.query_one(Input).focus()


if __name__ == "__main__":
    Bare().run()
