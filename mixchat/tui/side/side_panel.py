"""The side panel's frame: its width, and the edge that can be dragged."""

from typing import Final

from textual import events
from textual.containers import Vertical
from textual.message import Message

NARROWEST: Final = 30
WIDEST: Final = 90
_STEP: Final = 4


class SidePanel(Vertical):
    """Stands beside the conversation from the first picture on; what it shows is mounted after that."""

    DEFAULT_CSS = "SidePanel { width: 44; height: 1fr; }"

    class Shown(Message):
        """The panel was shown or hidden."""

    def __init__(self) -> None:
        super().__init__()
        self._dragged = False

    def widen(self, steps: int) -> None:
        """Give the panel more room, or with a negative number less."""
        self._resize(self.size.width + steps * _STEP)

    def _resize(self, width: int) -> None:
        most = max(NARROWEST, min(WIDEST, self.screen.size.width // 2))
        self.styles.width = min(max(width, NARROWEST), most)

    def on_show(self) -> None:
        """Say that it is there."""
        self.post_message(self.Shown())

    def on_hide(self) -> None:
        """Say that it is away."""
        self.post_message(self.Shown())

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Take hold of the left edge."""
        if event.x == 0:
            self._dragged = True
            self.capture_mouse()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Follow the mouse with the edge."""
        if self._dragged:
            self._resize(self.region.right - int(event.screen_x))

    def on_mouse_up(self) -> None:
        """Let go of the edge."""
        if self._dragged:
            self._dragged = False
            self.release_mouse()
