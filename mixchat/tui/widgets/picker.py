"""A list to pick from that filters as one types."""

from collections.abc import Sequence
from typing import ClassVar, Final

from msgspec import Struct
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from mixchat.tui.actions.keys import key_label
from mixchat.tui.composer.completion import Candidate, rank
from mixchat.tui.terminal.ordered_keys import OrderedInput
from mixchat.tui.widgets.dismissible import DismissibleModal


class PickerEntry(Struct, frozen=True):
    """Something to pick."""

    value: str
    label: str
    detail: str = ""
    key: str = ""
    """The key that does the same; it stands at the right end."""
    aside: str = ""
    """What stands at the right end where there is no key, and is never cut."""
    mark: str = ""
    """What stands before it."""
    group: str = ""
    """The heading that it stands under while nothing is typed."""


_WIDEST: Final = 76
_SHARE: Final = 0.92
"""The part of a narrow screen that the list takes."""
_AROUND: Final = 8
"""Cells of a row that edge, padding and scroll bar take."""


class PickerWayOut(Static):
    """Says how to leave; a click leaves."""

    def __init__(self) -> None:
        super().__init__("esc", id="picker-way-out", markup=False)

    async def on_click(self) -> None:
        """Leave."""
        await self.screen.run_action("dismiss(None)")


class Picker(DismissibleModal[str | None]):
    """Returns the value that was picked, or `None` when it was left with Esc."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "Back", id="picker.back"),
        Binding("up", "move(-1)", show=False, priority=True, id="picker.up"),
        Binding("down", "move(1)", show=False, priority=True, id="picker.down"),
    ]
    SHOWN: ClassVar[int] = 200
    """Rows that are listed at once; typing finds the rest."""

    def __init__(self, title: str, entries: Sequence[PickerEntry], *, highlighted: str = "") -> None:
        super().__init__()
        self._title = title
        self._entries = {entry.value: entry for entry in entries}
        self._highlighted = highlighted

    def compose(self) -> ComposeResult:
        """Lay out the field and the list."""
        with Vertical(id="picker"):
            with Horizontal(id="picker-head"):
                yield Static(self._title, id="picker-title", markup=False)
                yield PickerWayOut()
            yield OrderedInput(placeholder="Type to search", compact=True, id="picker-filter")
            yield OptionList(id="picker-list", compact=True)

    def on_mount(self) -> None:
        """Fill the list and highlight what is in use."""
        self.query_one(Input).cursor_blink = False
        self._fill("")
        if self._highlighted in self._entries:
            rows = self.query_one(OptionList)
            rows.highlighted = rows.get_option_index(self._highlighted)
            self.call_after_refresh(rows.scroll_to_highlight)

    def on_resize(self) -> None:
        """Let the keys end where the rows end."""
        highlighted = self.query_one(OptionList).highlighted
        self._fill(self.query_one(Input).value)
        self.query_one(OptionList).highlighted = highlighted

    def action_move(self, by: int) -> None:
        """Highlight the row above or below."""
        rows = self.query_one(OptionList)
        if by < 0:
            rows.action_cursor_up()
        else:
            rows.action_cursor_down()

    @on(Input.Changed)
    def _filter(self, event: Input.Changed) -> None:
        self._fill(event.value)

    def _fill(self, text: str) -> None:
        candidates = [Candidate(entry.value, entry.label) for entry in self._entries.values()]
        found = rank(text, candidates) if text else candidates
        rows = self.query_one(OptionList)
        rows.clear_options()
        shown = [self._entries[candidate.insert] for candidate in found[: self.SHOWN]]
        widest = max((len(entry.label) for entry in shown), default=0)
        width = min(_WIDEST, int(self.size.width * _SHARE)) - _AROUND
        group = ""
        for entry in shown:
            if entry.group != group and not text:
                if group:
                    rows.add_option(Option("", disabled=True))
                group = entry.group
                rows.add_option(Option(Content.styled(group, "$text-muted"), disabled=True))
            rows.add_option(_row(entry, widest=widest, width=width))
        first = next((at for at, row in enumerate(rows.options) if not row.disabled), None)
        rows.highlighted = first

    @on(OptionList.OptionHighlighted)
    def _row_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        if event.option_id is not None:
            self.row_highlighted(event.option_id)

    def row_highlighted(self, value: str) -> None:
        """Show what picking the highlighted row would do, where a picker can."""

    @on(OptionList.OptionSelected)
    def _row_selected(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(event.option_id)

    @on(Input.Submitted)
    def _submitted(self) -> None:
        rows = self.query_one(OptionList)
        row = rows.highlighted
        self.dismiss(None if row is None else rows.get_option_at_index(row).id)


def _row(entry: PickerEntry, *, widest: int, width: int) -> Option:
    key = key_label(entry.key) or entry.aside
    row = Content.assemble(
        f"{entry.mark} " if entry.mark else "",
        (entry.label.ljust(widest) if entry.detail else entry.label, "$text"),
        ("   " + entry.detail if entry.detail else "", "$text-muted"),
    )
    if key:
        row = Content.assemble(
            row.truncate(max(width - len(key) - 2, 1), ellipsis=True, pad=True), "  ", (key, "$text")
        )
    return Option(row, entry.value)
