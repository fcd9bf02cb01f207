"""A question in the conversation's own place, answered with one key."""

from collections.abc import Callable, Sequence
from typing import Final

from msgspec import Struct
from textual import events
from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget
from textual.widgets import Input, TextArea

from mixchat.tui.widgets.pressable import pressable

ARMED_AFTER: Final = 0.5
"""Seconds without a key before a key is an answer: what is typed on the run must not choose."""


Act = Callable[[], object]
"""Does what was chosen."""


class Option(Struct, frozen=True):
    """One answer and what it does."""

    key: str
    label: str
    act: Act


class ChoiceBar(Widget, can_focus=True):
    """Asks above the composer. Its answers are letters; Esc takes the last of them."""

    DEFAULT_CSS = "ChoiceBar { height: auto; width: 1fr; display: none; }"

    def __init__(self) -> None:
        super().__init__()
        self._sentence = ""
        self._options: Sequence[Option] = ()
        self._yields = False
        self._quiet_since = 0.0
        self.armed_after = ARMED_AFTER

    @property
    def is_open(self) -> bool:
        """Whether something is asked."""
        return bool(self._options)

    def ask(self, sentence: str, options: Sequence[Option], *, yields: bool = False) -> None:
        """Ask; the last option is the one that Esc takes, and with `yields` every key that is no answer, too."""
        self._sentence, self._options, self._yields = sentence, options, yields
        self._quiet_since = self._now()
        self.display = True
        self.refresh(layout=True)
        self.focus()

    def _now(self) -> float:
        import time

        return time.monotonic()

    def keep_focus(self, wanted: Widget) -> None:
        """Stay who is asked when `wanted` got the focus by a click or Tab: keys that are shown are keys that work.

        A question that yields gives way to a place to write in.
        """
        if not self._options or wanted is self or isinstance(wanted, Input):
            return
        if self._yields and isinstance(wanted, TextArea):
            self.cancel()
        else:
            self.focus()

    def cancel(self) -> bool:
        """Take the last option; return whether anything was asked."""
        if not self._options:
            return False
        self._take(self._options[-1])
        return True

    def _take(self, option: Option) -> None:
        self._options = ()
        self.display = False
        option.act()

    def on_key(self, event: events.Key) -> None:
        """Take the option of that letter, once the hand has rested."""
        if not self._options or event.character is None or not event.is_printable:
            return
        now = self._now()
        rested = now - self._quiet_since >= self.armed_after
        self._quiet_since = now
        option = next((option for option in self._options if option.key == event.character), None)
        if rested and option is not None:
            event.stop()
            self._take(option)
        elif self._yields:
            self.cancel()
        else:
            event.stop()

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Return the rows of the question at that width."""
        return self._asked(width).get_height({}, max(width, 1))

    def render(self) -> Content:
        """Return the question and its answers."""
        return self._asked(self.size.width)

    def _asked(self, width: int) -> Content:
        """Return the question and its answers: on one row if there is room, else one a row."""
        answers = [
            pressable(
                Content.assemble((f" {option.key} ", "$ink on $warning bold"), f" {option.label}"), option.key
            )
            for option in self._options
        ]
        row = Content("   ").join(answers)
        if row.cell_length > width:
            row = Content("\n").join(answers)
        return Content.assemble((self._sentence, "bold"), "\n", row)
