"""The list in which the models of a comparison are marked."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, ClassVar, Final

from msgspec import structs
from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, OptionList, Static

from mixchat.domain.chat_request import Pin, TurnRequest
from mixchat.domain.model import ModelRef
from mixchat.domain.stack import Slot
from mixchat.domain.usage import Cost, CostSum
from mixchat.ledger import money
from mixchat.tui.chat.spending_view import SpendingView
from mixchat.tui.widgets.picker import Picker, PickerEntry

if TYPE_CHECKING:
    from mixchat.chat.chat import Chat
    from mixchat.runtime.runtime import Runtime


class ComparableModels:
    """Reads stack, aliases, prices and health anew each time."""

    def __init__(self, runtime: "Runtime") -> None:
        self._runtime = runtime
        self._spending = SpendingView(runtime)

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
        return [
            PickerEntry(str(ref), str(ref), self._detail(ref, roles), aside=self._price(ref))
            for ref in reachable
        ]

    def estimate(self, chat: "Chat", prompt: TurnRequest, name: str) -> Cost:
        """Return about what a model's answer to `prompt` would cost; an unknown amount where nobody can tell."""
        ref = ModelRef.parse(name)
        asked = structs.replace(prompt, pin=Pin(name, slot=Slot(ref)))
        decision = self._runtime.routing.router.decide_locally(chat.routing_input(asked))
        forecast = self._spending.forecast(chat, asked, decision)
        return forecast.cost if forecast is not None else Cost(None, exact=False)

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
        return "  ".join(filter(None, (roles.get(ref, ""), rests)))

    def _price(self, ref: ModelRef) -> str:
        prices = self._runtime.storage.prices
        rates = prices.rates(ref) if prices.tells(ref) else None
        if rates is None or rates.input is None or rates.output is None:
            return ""
        if not rates.input and not rates.output:
            return "free"
        return f"{money.rate(rates.input)} · {money.rate(rates.output)} / 1M"


LEAST: Final = 2
MOST: Final = 4
_SHOWN: Final = 44
"""Cells of the prompt that are shown."""


class ComparePicker(Picker):
    """Returns the names that were marked, separated by spaces, or `None` when it was left with Esc."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "mark", "Mark", show=False, priority=True, id="compare-picker.mark"),
    ]

    def __init__(
        self, models: ComparableModels, chat: "Chat", prompt: TurnRequest, marked: Iterable[str]
    ) -> None:
        """Take who can be asked, and what in which chat; and the names that are marked at first."""
        super().__init__("", models.entries(chat, prompt))
        self._models = models
        self._chat = chat
        self._prompt = prompt
        self._marked = dict.fromkeys(marked)
        self._costs: dict[str, Cost] = {}
        """By model: about what its answer would cost."""

    def on_mount(self) -> None:
        """Make room for what would be sent."""
        self.query_one("#picker", Vertical).mount(
            Static(id="compare-asked", markup=False), after="#picker-head"
        )
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

    def _fill(self, text: str) -> None:
        self._entries = {
            name: structs.replace(entry, mark="●" if name in self._marked else "○")
            for name, entry in self._entries.items()
        }
        super()._fill(text)
        self._update_title()

    def _update_title(self) -> None:
        """Say how many are marked and what Enter does, what would be sent, and what that would cost."""
        count, found = len(self._marked), self.query_one(OptionList).option_count
        can = f"{LEAST} at least" if count < LEAST else "Enter begins" if found else "no such model"
        self.query_one("#picker-title", Static).update(
            f"Compare {count} of at most {MOST} · Tab marks · {can}"
        )
        for asked in self.query("#compare-asked").results(Static):
            asked.update(self._asked())

    def _asked(self) -> Content:
        """Return the words that would be sent, and about what all marked answers would cost."""
        total = CostSum()
        for name in self._marked:
            if name not in self._costs:
                self._costs[name] = self._models.estimate(self._chat, self._prompt, name)
            total = total.add(self._costs[name])
        words = Content(" ".join(self._prompt.text.split())).truncate(_SHOWN, ellipsis=True)
        cost = f"   in all {money.tally(total)}" if self._marked else ""
        return Content.assemble(("Sends ", "$text-muted"), "“", words, "”", (cost, "$text"))

    @on(OptionList.OptionSelected)
    def _row_selected(self, event: OptionList.OptionSelected) -> None:
        event.prevent_default()
        self._begin()

    @on(Input.Submitted)
    def _field_submitted(self, event: Input.Submitted) -> None:
        event.prevent_default()
        self._begin()

    def _begin(self) -> None:
        if len(self._marked) >= LEAST and self.query_one(OptionList).option_count:
            self.dismiss(" ".join(self._marked))
