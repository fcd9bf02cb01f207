"""The side panel's frame: its width, the edge that can be dragged, and whether it is there at all."""

from typing import TYPE_CHECKING, Final

from msgspec import structs
from textual import events
from textual.containers import Vertical
from textual.message import Message

from mixchat.config.ui_state import UiState, read_ui_state, save_ui_state
from mixchat.tui.widgets.debounce import Debounce

if TYPE_CHECKING:
    from mixchat.runtime.settings import Settings

NARROWEST: Final = 30
WIDEST: Final = 90
_STEP: Final = 4
_SAVE_AFTER: Final = 0.3
"""Seconds without a change after which it is saved."""


class SidePanel(Vertical):
    """Stands beside the conversation from the first picture on; what it shows is mounted after that.

    A terminal that is too narrow for the width that was chosen gets half of itself, and forgets nothing.

    Args:
        settings: where the width, and whether it is shown, are kept.
    """

    DEFAULT_CSS = "SidePanel { max-width: 50%; height: 1fr; }"

    class Shown(Message):
        """The panel was shown or hidden."""

    def __init__(self, settings: "Settings") -> None:
        super().__init__()
        self._file, self._files = settings.paths.layout_file, settings.files
        self._state = read_ui_state(self._file, self._files)
        self._saving = Debounce(self, self._save, after=_SAVE_AFTER)
        self._dragged = False
        self._arrange()

    def widen(self, steps: int) -> None:
        """Give the panel more room, or with a negative number less."""
        if self.region:
            self._resize(self._shown_width + steps * _STEP)

    def toggle(self) -> None:
        """Show the panel, or hide it; where it has no place beside the conversation, over it and for now only."""
        if self.screen.has_class("-narrow"):
            self.toggle_class("-over")
        else:
            self._change(structs.replace(self._state, panel_shown=not self._state.panel_shown))

    def leave(self) -> bool:
        """Put the panel away where it lies over the conversation; return whether it did."""
        over = self.screen.has_class("-narrow") and self.has_class("-over")
        self.remove_class("-over")
        return over

    @property
    def is_wanted(self) -> bool:
        """Whether it stands beside the conversation where there is room."""
        return self._state.panel_shown

    @property
    def _most(self) -> int:
        return max(NARROWEST, min(WIDEST, self.screen.size.width // 2))

    @property
    def _shown_width(self) -> int:
        chosen = self._state.panel_width
        return self.region.width if chosen is None else min(max(chosen, NARROWEST), self._most)

    def _resize(self, width: int) -> None:
        width = min(max(width, NARROWEST), self._most)
        if width != self._shown_width:
            self._change(structs.replace(self._state, panel_width=width))

    def _change(self, state: UiState) -> None:
        self._state = state
        self._arrange()
        self._saving.request()

    def _arrange(self) -> None:
        chosen = self._state.panel_width
        self.styles.width = None if chosen is None else min(max(chosen, NARROWEST), WIDEST)
        self.set_class(chosen is None, "-auto")
        self.set_class(not self._state.panel_shown, "-hidden")

    def _save(self) -> None:
        width, shown = self._state.panel_width, self._state.panel_shown
        save_ui_state(self._file, self._files, panel_width=width, panel_shown=shown)

    def on_unmount(self) -> None:
        """Save what was changed last."""
        if self._saving.is_pending:
            self._save()

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
