"""The side panel's frame: its width, the edge that can be dragged, and whether it is there at all."""

from collections.abc import Callable
from typing import Final

from msgspec import structs
from textual import events
from textual.containers import Vertical
from textual.message import Message
from textual.timer import Timer

from mixchat.config.ui_state import UiState

NARROWEST: Final = 30
WIDEST: Final = 90
_STEP: Final = 4
_REST: Final = 0.3
"""Seconds without a change after which the layout is kept."""


class SidePanel(Vertical):
    """Stands beside the conversation from the first picture on; what it shows is mounted after that.

    A terminal that is too narrow for the width that was chosen gets half of itself, and forgets nothing.

    Args:
        layout: the width, and whether it is shown.
        keep: is given the layout a moment after the person has changed it.
    """

    DEFAULT_CSS = "SidePanel { max-width: 50%; height: 1fr; }"

    class Shown(Message):
        """The panel was shown or hidden."""

    def __init__(self, layout: UiState, keep: Callable[[UiState], None]) -> None:
        super().__init__()
        self._layout = layout
        self._keep = keep
        self._keeping: Timer | None = None
        self._dragged = False
        self._arrange()

    def widen(self, steps: int) -> None:
        """Give the panel more room, or with a negative number less."""
        if self.region:
            self._resize(self._shown_width + steps * _STEP)

    def toggle(self) -> None:
        """Show the panel, or hide it."""
        self._change(structs.replace(self._layout, panel_shown=not self._layout.panel_shown))

    @property
    def _most(self) -> int:
        return max(NARROWEST, min(WIDEST, self.screen.size.width // 2))

    @property
    def _shown_width(self) -> int:
        return min(max(self._layout.panel_width, NARROWEST), self._most)

    def _resize(self, width: int) -> None:
        width = min(max(width, NARROWEST), self._most)
        if width != self._shown_width:
            self._change(structs.replace(self._layout, panel_width=width))

    def _change(self, layout: UiState) -> None:
        self._layout = layout
        self._arrange()
        if self._keeping is not None:
            self._keeping.stop()
        self._keeping = self.set_timer(_REST, self._write_down)

    def _arrange(self) -> None:
        self.styles.width = min(max(self._layout.panel_width, NARROWEST), WIDEST)
        self.set_class(not self._layout.panel_shown, "-hidden")

    def _write_down(self) -> None:
        self._keeping = None
        self._keep(self._layout)

    def on_unmount(self) -> None:
        """Keep what was changed last."""
        if self._keeping is not None:
            self._write_down()

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
