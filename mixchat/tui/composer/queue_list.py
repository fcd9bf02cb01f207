"""The messages that wait until the reply under way is done."""

from textual.content import Content
from textual.geometry import Size
from textual.reactive import reactive
from textual.widget import Widget

from mixchat.tui.actions.keys import key_on
from mixchat.tui.composer.message import ComposedMessage

_SHOWN = 4


class QueueList(Widget):
    """A row for each waiting message, the next one first."""

    DEFAULT_CSS = "QueueList { height: auto; width: 1fr; display: none; }"

    waiting: reactive[tuple[ComposedMessage, ...]] = reactive[tuple[ComposedMessage, ...]]((), layout=True)
    paused: reactive[bool] = reactive(False)
    is_blank: reactive[bool] = reactive(True)
    """Whether nothing is written: only then the keys that write are about these messages."""

    def watch_waiting(self) -> None:
        """Take no room for an empty queue."""
        self.display = bool(self.waiting)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Return the rows at that width; Textual would wrap what was cut for the width before."""
        return self._content(width).get_height({}, width)

    def render(self) -> Content:
        """Return the rows and what can be done about them."""
        return self._content(self.size.width)

    def _content(self, width: int) -> Content:
        ways = [("paused" if self.paused else "next", True), ("enter resumes", self.paused and self.is_blank),
                ("↑ edits", self.is_blank), (f"{key_on(self, 'stop')} pauses", not self.paused)]  # fmt: skip
        state = " · ".join(said for said, holds in ways if holds)
        rows = [
            Content.assemble(
                ("⋮ ", "$accent"),
                Content.styled(" ".join(message.typed.split()), "$text-muted").truncate(
                    max(width - 36, 8), ellipsis=True
                ),
                (f"   {state}" if number == 0 else "", "$text-warning" if self.paused else "$text-disabled"),
            )
            for number, message in enumerate(self.waiting[:_SHOWN])
        ]
        if len(self.waiting) > _SHOWN:
            rows.append(Content.styled(f"  and {len(self.waiting) - _SHOWN} more", "$text-disabled"))
        return Content("\n").join(rows)
