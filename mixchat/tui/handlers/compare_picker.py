"""The list in which the models of a comparison are marked."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, ClassVar, Final

from msgspec import structs
from textual import on
from textual.binding import Binding, BindingType
from textual.widgets import Input, OptionList, Static

from mixchat.domain.chat_request import TurnRequest
from mixchat.domain.model import ModelRef
from mixchat.ledger import money
from mixchat.tui.picker import Picker, PickerEntry

if TYPE_CHECKING:
    from mixchat.chat.chat import Chat
    from mixchat.runtime.runtime import Runtime


class ComparableModels:
    """Reads stack, aliases, prices and health anew each time."""

    def __init__(self, runtime: "Runtime") -> None:
        self._runtime = runtime

    def entries(self, chat: "Chat", prompt: TurnRequest) -> list[PickerEntry]:
        """Return a row for each model that can be asked, those that would be asked for `prompt` first."""
        roles = self.roles()
        refs = list(
            dict.fromkeys(
                [
                    *self._fallback_order(chat, prompt),
                    *roles,
                    *self._runtime.settings.catalog.aliases().values(),
                ]
            )
        )
        reachable = [ref for ref in refs if self._runtime.settings.providers.reachable(ref.provider)]
        return [PickerEntry(str(ref), str(ref), self._detail(ref, roles)) for ref in reachable]

    def roles(self) -> dict[ModelRef, str]:
        """Return each model of the stack with the first role that has it."""
        found: dict[ModelRef, str] = {}
        for role, config in self._runtime.routing.stack.roles.items():
            for slot in config.slots:
                found.setdefault(slot.ref, role)
        return found

    def _fallback_order(self, chat: "Chat", prompt: TurnRequest) -> Iterator[ModelRef]:
        routed = chat.routing_input(prompt)
        yield from (slot.ref for slot in self._runtime.routing.router.decide_locally(routed).fallback_order)

    def _detail(self, ref: ModelRef, roles: dict[ModelRef, str]) -> str:
        rests = "resting" if self._runtime.routing.health.rests(ref) else ""
        return "  ".join(filter(None, (roles.get(ref, ""), self._price(ref), rests)))

    def _price(self, ref: ModelRef) -> str:
        prices = self._runtime.storage.prices
        rates = prices.rates(ref) if prices.tells(ref) else None
        if rates is None or rates.input is None or rates.output is None:
            return ""
        if not rates.input and not rates.output:
            return "free"
        return f"{money.rate(rates.input)} in · {money.rate(rates.output)} out / 1M tokens"


LEAST: Final = 2
MOST: Final = 4


class ComparePicker(Picker):
    """Returns the names that were marked, separated by spaces, or `None` when it was left with Esc."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "mark", "Mark", show=False, priority=True, id="compare-picker.mark"),
    ]

    def __init__(self, entries: Sequence[PickerEntry], marked: Iterable[str]) -> None:
        super().__init__("", entries)
        self._marked = dict.fromkeys(marked)

    def on_mount(self) -> None:
        """Fill the list."""
        super().on_mount()
        self._update_title()

    def action_mark(self) -> None:
        """Mark the highlighted row, or take its mark away."""
        rows = self.query_one(OptionList)
        highlighted = rows.highlighted
        if highlighted is None:
            return
        name = rows.get_option_at_index(highlighted).id or ""
        if name in self._marked:
            del self._marked[name]
        elif len(self._marked) < MOST:
            self._marked[name] = None
        self._fill(self.query_one(Input).value)
        rows.highlighted = highlighted
        self._update_title()

    def _fill(self, text: str) -> None:
        self._entries = {
            name: structs.replace(entry, mark="●" if name in self._marked else "○")
            for name, entry in self._entries.items()
        }
        super()._fill(text)

    def _update_title(self) -> None:
        count = len(self._marked)
        can = "Enter begins" if count >= LEAST else f"{LEAST} at least"
        self.query_one("#picker-title", Static).update(
            f"Compare {count} of at most {MOST} · Tab marks · {can}"
        )

    @on(OptionList.OptionSelected)
    def _row_selected(self, event: OptionList.OptionSelected) -> None:
        event.prevent_default()
        self._begin()

    @on(Input.Submitted)
    def _field_submitted(self, event: Input.Submitted) -> None:
        event.prevent_default()
        self._begin()

    def _begin(self) -> None:
        if len(self._marked) >= LEAST:
            self.dismiss(" ".join(self._marked))
