"""What the transcript tells whoever holds it."""

from textual.message import Message


class TurnSelected(Message):
    """The block cursor is on a turn, or on none."""

    def __init__(self, turn_id: str | None) -> None:
        super().__init__()
        self.turn_id = turn_id


class SelectionMade(Message):
    """The mouse has selected text; `get_selected_text` of the screen returns it."""


class LinkActivated(Message):
    """A link was clicked. The address comes from a model: show it before opening it."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.url = url
