"""Everything that can be set for this chat or the next message."""

from typing import TYPE_CHECKING, ClassVar, Final

from textual.binding import Binding, BindingType
from textual.content import Content

from mixchat.domain.plain_text import one_line
from mixchat.domain.stack import Slot
from mixchat.tui.chat.setting_specs import SETTING_SPECS, SettingSpec, read_value, shown
from mixchat.tui.screens.list_screen import FilterListScreen
from mixchat.tui.screens.row_list import ListRow
from mixchat.tui.screens.value_prompt import ValuePrompt
from mixchat.tui.widgets.picker import Picker, PickerEntry

if TYPE_CHECKING:
    from mixchat.tui.handlers.chat_settings import ChatSettingsHandler

_TITLE: Final = 18
_COLUMN: Final = 22


class ChatSettingsScreen(FilterListScreen[None]):
    """Shows chat, next message and slot side by side.

    Args:
        settings: reads and changes the settings.
        first: the field of `Settings` that is highlighted at first.
    """

    HEADING = "Chat settings"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "set(False)", "set for the chat", priority=True, id="setup.chat"),
        Binding("ctrl+s", "set(True)", "set for the next message", priority=True, id="setup.message"),
        Binding("ctrl+d", "clear", "use the stack's", priority=True, id="setup.clear"),
    ]

    def __init__(self, settings: "ChatSettingsHandler", first: str = "") -> None:
        super().__init__()
        self._settings = settings
        self._first = first

    def on_mount(self) -> None:
        """Show what is set, and who would answer."""
        self._slot = self._settings.slot()
        if self._first:
            self.rows.update_rows(self._rows(""), self._first)
        slot = self._slot
        self.update_aside(f"{slot.ref} would answer" if slot else "no model is set up yet")

    def fill(self, words: str) -> None:
        """Show the settings that fit."""
        self.rows.update_rows(self._rows(words), self.rows.highlighted)

    def _rows(self, words: str) -> list[ListRow]:
        wanted = words.casefold()
        found = [spec for spec in SETTING_SPECS.values() if wanted in f"{spec.title} {spec.help}".casefold()]
        return [ListRow("", _head), *(self._row(spec) for spec in found)]

    def _row(self, spec: SettingSpec) -> ListRow:
        return ListRow(spec.name, lambda width: self._line(spec, width))

    def _line(self, spec: SettingSpec, width: int) -> Content:
        of_chat = getattr(self._settings.for_chat, spec.name)
        of_message = getattr(self._settings.for_message, spec.name)
        of_slot = of_the_slot(self._slot, spec)
        cells = ((of_chat, "$text-accent"), (of_message, "$text-accent"), (of_slot, "$text-muted"))
        parts = [
            Content.styled(one_line(shown(value)), tone if value is not None else "$text-disabled").truncate(
                _column(width) - 2, ellipsis=True, pad=True
            )
            + "  "
            for value, tone in cells
        ]
        return Content.assemble(spec.title.ljust(_TITLE), *parts)

    def row_highlighted(self, value: str) -> None:
        """Explain the highlighted setting, and say what the model in line does not take of it."""
        spec = SETTING_SPECS.get(value)
        if spec is None:
            self.update_detail("")
            return
        counts = getattr(self._settings.for_message.over(self._settings.for_chat), spec.name)
        wrong = self._settings.warning(spec, counts)
        self.update_detail(Content.assemble(spec.help, "\n", (wrong, "$text-warning")))

    def row_selected(self, value: str) -> None:
        """Set it for the chat."""
        self.action_set(False)

    def action_set(self, alone: bool) -> None:
        """Set the highlighted setting, for the chat or for the next message `alone`."""
        spec = SETTING_SPECS.get(self.rows.highlighted)
        if spec is None:
            return

        def written(text: str | None) -> None:
            if text is not None:
                self.show_sentence(self._settings.put(spec, read_value(spec, text), alone=alone))
                self.refill()

        settings = self._settings.for_message if alone else self._settings.for_chat
        now = getattr(settings, spec.name)
        title = f"{spec.title} of {'the next message' if alone else 'this chat'}"
        if spec.choices:
            entries = [
                *(PickerEntry(choice, choice) for choice in spec.choices),
                PickerEntry("default", "use the stack's"),
            ]
            self.above.push_screen(Picker(title, entries, highlighted=shown(now)), written)
        else:
            known = "" if now is None else str(now)
            ask = ValuePrompt(title, known, help=spec.help, check=lambda text: read_value(spec, text))
            self.above.push_screen(ask, written)

    def action_clear(self) -> None:
        """Take the highlighted setting away, from the chat and from the next message."""
        spec = SETTING_SPECS.get(self.rows.highlighted)
        if spec is not None:
            self._settings.put(spec, None, alone=True)
            self.show_sentence(self._settings.put(spec, None, alone=False))
            self.refill()


def _column(width: int) -> int:
    return min(_COLUMN, max((width - _TITLE) // 3, 10))


def _head(width: int) -> Content:
    names = ("this chat", "next message", "stack")
    return Content.styled(" " * _TITLE + "".join(name.ljust(_column(width)) for name in names), "$text-muted")


def of_the_slot(slot: Slot | None, spec: SettingSpec) -> object:
    """Return what the slot sets by itself; a slot has no system prompt of its own."""
    value = getattr(slot, spec.name, None) if slot is not None else None
    return None if value is False else value
