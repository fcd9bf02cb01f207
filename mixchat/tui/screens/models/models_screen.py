"""The model picker: every model, and what is to be done with the one that is selected."""

import asyncio
from collections.abc import Sequence
from typing import ClassVar, Final, Literal

from msgspec import Struct, structs
from textual.binding import Binding, BindingType

from mixchat.domain.errors import ConfigError
from mixchat.domain.model import ModelRef
from mixchat.tui.screens.list_screen import FilterListScreen
from mixchat.tui.screens.models.model_list import ModelList, ModelOffer
from mixchat.tui.screens.models.rows import columns, details, fitting, model_line
from mixchat.tui.screens.row_list import ListRow

Use = Literal["message", "chat", "again", "pin", "retry", "slot"]
"""What a model is selected for."""

FOR_CHAT: Final[tuple[Use, ...]] = ("message", "chat", "again")
_LOOK_AGAIN: Final = 1.0
"""Seconds between two looks at the models that rest."""


class Picked(Struct, frozen=True):
    """The model that was selected, and for what."""

    ref: ModelRef
    use: Use


class ModelsScreen(FilterListScreen[Picked | None]):
    """Lists models with prices, window, abilities and health.

    Args:
        models: where the models come from.
        uses: what a model can be used for here.
        heading: what it is wanted for, as the title.
        first: the models to list before all others.
    """

    PLACEHOLDER = "Type a name, provider or alias"
    EMPTY = "No model has this name."
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "use('message')", "for this message", priority=True, id="models.message"),
        Binding("enter", "use('pin')", "pin the chat to it", priority=True, id="models.pin"),
        Binding("enter", "use('retry')", "retry with it", priority=True, id="models.retry"),
        Binding("enter", "use('slot')", "add this model", priority=True, id="models.slot"),
        Binding("ctrl+s", "use('chat')", "for the whole chat", priority=True, id="models.chat"),
        Binding("ctrl+r", "use('again')", "retry with it", priority=True, id="models.again"),
        Binding("ctrl+f", "favourite", "favourite", priority=True, id="models.favourite"),
    ]

    def __init__(
        self,
        models: ModelList,
        uses: Sequence[Use],
        heading: str = "Models",
        first: Sequence[ModelRef] = (),
    ) -> None:
        super().__init__()
        self.HEADING = heading
        self._models = models
        self._uses = tuple(uses)
        self._first = {ref: place for place, ref in enumerate(first)}
        self._offers: list[ModelOffer] = []
        self._by_ref: dict[str, ModelOffer] = {}
        self._silent: list[str] = []
        self._sought = ""

    def on_mount(self) -> None:
        """Show what is known, then ask those providers that were not asked today."""
        self.rows.update_rows((), empty="Looking through the models …")
        self.load(self._gather())
        self.set_interval(_LOOK_AGAIN, self.rows.refresh)

    async def _gather(self) -> None:
        await self._read()
        silent = await self._models.ask()
        await self._read()
        self._silent = silent
        self.refill()

    async def _read(self) -> None:
        offers = await asyncio.to_thread(self._models.offers)
        self._offers = sorted(offers, key=lambda offer: self._first.get(offer.card.ref, len(self._first)))
        self._by_ref = {str(offer.card.ref): offer for offer in self._offers}
        self.refill()

    def fill(self, words: str) -> None:
        """Show the models whose name fits."""
        if not self._offers:
            return
        offers = fitting(words, self._offers)
        highlighted = self.rows.highlighted if not words or words == self._sought else ""
        self._sought = words
        rows = [ListRow("", columns), *(self._row(offer) for offer in offers)] if offers else []
        self.rows.update_rows(rows, highlighted, empty=self.EMPTY)
        reachable = sum(not offer.unreachable for offer in offers)
        silent = f" · {', '.join(self._silent)} did not answer" if self._silent else ""
        self.update_aside(f"{reachable:,} available of {len(offers):,}{silent}")

    def _row(self, offer: ModelOffer) -> ListRow:
        ref = offer.card.ref
        return ListRow(str(ref), lambda width: model_line(offer, self._models.rests(ref), width))

    def row_highlighted(self, value: str) -> None:
        """Say more about the highlighted model."""
        offer = self._by_ref.get(value)
        self.update_detail(details(offer, self._models.rests(offer.card.ref)) if offer else "")

    def row_selected(self, value: str) -> None:
        """Use the model for what Enter does."""
        self.action_use(self._uses[0])

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """ModelOffer only what a model can be used for here."""
        return action != "use" or parameters[0] in self._uses

    def action_favourite(self) -> None:
        """Make the highlighted model a favourite, or no longer."""
        offer = self._by_ref.get(self.rows.highlighted)
        if offer is None:
            return
        try:
            favourite = self._models.toggle_favourite(offer.card.ref)
        except (ConfigError, OSError) as error:
            self.show_sentence(f"The favourites stay as they were: {error}")
            return
        changed = structs.replace(offer, favourite=favourite)
        self._offers = [changed if each is offer else each for each in self._offers]
        self._by_ref[str(offer.card.ref)] = changed
        self.refill()

    def action_use(self, use: Use) -> None:
        """Use the highlighted model, if it can be asked."""
        offer = self._by_ref.get(self.rows.highlighted)
        if offer is None:
            return
        if offer.unreachable and use != "slot":
            self.show_sentence(f"{offer.card.ref} {offer.unreachable}; /key in the chat adds a key.")
        else:
            self.dismiss(Picked(offer.card.ref, use))
