"""The last line: what the keys do now."""

from collections.abc import Sequence

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from mixchat.tui.chat.hints import Hint
from mixchat.tui.widgets.pressable import pressable

_ALWAYS = 2
"""How many hints, the last ones, stand at the right and never leave the line."""
_GAP = "   "


class StatusLine(Widget):
    """One row; the ways to everything else are at its right end however narrow it is."""

    DEFAULT_CSS = "StatusLine { height: 1; }"

    hints: reactive[Sequence[Hint]] = reactive[Sequence[Hint]](())
    """Keys, each with what it does; some only while a turn is under way, some only while none is."""
    busy: reactive[bool] = reactive(False)
    """Whether a turn is under way."""
    next_model: reactive[str] = reactive("")
    """Who can be asked at once in place of the model that lets itself be waited for."""
    note: reactive[str] = reactive("")
    """A sentence in place of the hints until the next turn begins."""

    def render(self) -> Content:
        """Return the row."""
        width = self.size.width
        right = Content(_GAP).join(_painted(hint) for hint in self.hints[-_ALWAYS:])
        room = width - right.cell_length - 2
        if self.note:
            left = Content.styled(self.note, "$body").truncate(max(room, 0), ellipsis=True)
        else:
            left = self._fitting(room)
        return Content.assemble(left, " " * max(width - left.cell_length - right.cell_length, 0), right)

    def _fitting(self, room: int) -> Content:
        """Return as many hints as there is room for."""
        shown = Content()
        for hint in self._now():
            longer = Content(_GAP).join(part for part in (shown, _painted(hint)) if part)
            if longer.cell_length > room:
                break
            shown = longer
        return shown

    def _now(self) -> list[Hint]:
        hints = [hint for hint in self.hints[:-_ALWAYS] if hint.busy in (None, self.busy)]
        if self.busy and self.next_model:
            hints.insert(1, Hint("tab", f"ask {self.next_model} now"))
        return hints


def _painted(hint: Hint) -> Content:
    return pressable(Content.assemble((hint.key, "$text"), (f" {hint.does}", "$text-muted")), hint.key)
