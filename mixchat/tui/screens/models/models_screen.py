"""The model picker: every model, and what is to be done with the one that is taken."""

import asyncio
from collections.abc import Sequence
from typing import ClassVar, Final, Literal

from msgspec import Struct
from textual.binding import Binding, BindingType

from mixchat.domain.model import ModelRef
from mixchat.tui.screens.list_screen import FilterListScreen
from mixchat.tui.screens.models.model_list import ModelList, Offer
from mixchat.tui.screens.models.rows import columns, details, fitting, model_line
from mixchat.tui.screens.row_list import ListRow

Use = Literal["message", "chat", "again", "pin", "retry", "seat"]
"""What a model is taken for."""

FOR_CHAT: Final[tuple[Use, ...]] = ("message", "chat", "again")
_LOOK_AGAIN: Final = 1.0
"""Seconds between two looks at the models that rest."""


class Picked(Struct, frozen=True):
    """The model that was taken, and for what."""

    ref: ModelRef
    use: Use


class ModelsScreen(FilterListScreen[Picked | None]):
    """Lists models with prices, window, abilities and health.

    Args:
        shelf: where the models come from.
        uses: what a model can be taken for here.
        heading: what it is wanted for, as the title.
        first: the models to list before all others.
    """

    PLACEHOLDER = "type a part of a name, provider or alias"
    EMPTY = "No model has this name."
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "use('message')", "this message", priority=True, id="models.message"),
        Binding("enter", "use('pin')", "pins the chat to it", priority=True, id="models.pin"),
        Binding("enter", "use('retry')", "asks it again", priority=True, id="models.retry"),
        Binding("enter", "use('seat')", "takes the seat", priority=True, id="models.seat"),
        Binding("ctrl+s", "use('chat')", "the whole chat", priority=True, id="models.chat"),
        Binding("ctrl+r", "use('again')", "asks again with it", priority=True, id="models.again"),
    ]

    def __init__(
        self,
        shelf: ModelList,
        uses: Sequence[Use],
        heading: str = "Models",
        first: Sequence[ModelRef] = (),
    ) -> None:
        super().__init__()
        self.HEADING = heading
        self._shelf = shelf
        self._uses = tuple(uses)
        self._first = {ref: place for place, ref in enumerate(first)}
        self._offers: list[Offer] = []
        self._by_ref: dict[str, Offer] = {}
        self._silent: list[str] = []

    def on_mount(self) -> None:
        """Show what is known, then ask those providers that were not asked today."""
        super().on_mount()
        self.rows.tell((), empty="Looking through the models …")
        self.run_worker(self._gather())
        self.set_interval(_LOOK_AGAIN, self.rows.refresh)

    async def _gather(self) -> None:
        await self._read()
        silent = await self._shelf.ask()
        await self._read()
        self._silent = silent
        self.refill()

    async def _read(self) -> None:
        offers = await asyncio.to_thread(self._shelf.offers)
        self._offers = sorted(offers, key=lambda offer: self._first.get(offer.card.ref, len(self._first)))
        self._by_ref = {str(offer.card.ref): offer for offer in self._offers}
        self.refill()

    def fill(self, words: str) -> None:
        """Show the models whose name fits."""
        if not self._offers:
            return
        offers = fitting(words, self._offers)
        lit = "" if words else self.rows.lit
        rows = [ListRow("", columns), *(self._row(offer) for offer in offers)] if offers else []
        self.rows.tell(rows, lit, empty=self.EMPTY)
        reachable = sum(not offer.unreachable for offer in offers)
        silent = f" · {', '.join(self._silent)} did not answer" if self._silent else ""
        self.say_aside(f"{reachable:,} within reach of {len(offers):,}{silent}")

    def _row(self, offer: Offer) -> ListRow:
        ref = offer.card.ref
        return ListRow(str(ref), lambda width: model_line(offer, self._shelf.rests(ref), width))

    def lit(self, value: str) -> None:
        """Say more about the lit model."""
        offer = self._by_ref.get(value)
        self.say_detail(details(offer, self._shelf.rests(offer.card.ref)) if offer else "")

    def taken(self, value: str) -> None:
        """Take the model for what Enter does."""
        self.action_use(self._uses[0])

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer only what a model can be taken for here."""
        return action != "use" or parameters[0] in self._uses

    def action_use(self, use: Use) -> None:
        """Take the lit model, if it can be asked."""
        offer = self._by_ref.get(self.rows.lit)
        if offer is None:
            return
        if offer.unreachable and use != "seat":
            self.say(f"{offer.card.ref} {offer.unreachable}; ctrl+k in the chat adds a key.")
        else:
            self.dismiss(Picked(offer.card.ref, use))
