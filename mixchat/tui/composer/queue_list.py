"""The messages that wait until the reply under way is done."""

from textual.content import Content
from textual.widget import Widget

from mixchat.tui.composer.message import ComposedMessage

_SHOWN = 4


class QueueList(Widget):
    """A row for each waiting message, the next one first."""

    DEFAULT_CSS = "QueueList { height: auto; width: 1fr; display: none; }"

    def __init__(self) -> None:
        super().__init__()
        self._waiting: tuple[ComposedMessage, ...] = ()
        self._paused = False

    def tell(self, waiting: tuple[ComposedMessage, ...], *, paused: bool) -> None:
        """Show these messages."""
        self._waiting = waiting
        self._paused = paused
        self.display = bool(waiting)
        self.refresh(layout=True)

    def render(self) -> Content:
        """Return the rows and what can be done about them."""
        state = "paused · Enter goes on · ↑ edits" if self._paused else "next · ↑ edits · Esc pauses"
        rows = [
            Content.assemble(
                ("⋮ ", "$accent"),
                Content.styled(" ".join(message.typed.split()), "$text-muted").truncate(
                    max(self.size.width - 36, 8), ellipsis=True
                ),
                (f"   {state}" if number == 0 else "", "$text-warning" if self._paused else "$text-disabled"),
            )
            for number, message in enumerate(self._waiting[:_SHOWN])
        ]
        if len(self._waiting) > _SHOWN:
            rows.append(Content.styled(f"  and {len(self._waiting) - _SHOWN} more", "$text-disabled"))
        return Content("\n").join(rows)
