"""What the transcript tells whoever holds it."""

from textual.message import Message


class TurnSelected(Message):
    """The block cursor is on a turn, or on none."""

    def __init__(self, turn_id: str | None) -> None:
        super().__init__()
        self.turn_id = turn_id


class LinkActivated(Message):
    """A link was clicked. The address comes from a model: show it before opening it."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.url = url


class FollowChanged(Message):
    """The reader left the end, or came back; `new_below` says whether something came meanwhile."""

    def __init__(self, following: bool, new_below: bool) -> None:
        super().__init__()
        self.following = following
        self.new_below = new_below
