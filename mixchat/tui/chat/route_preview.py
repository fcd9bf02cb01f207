"""What would happen if the prompt were sent now: computed on the run, without a network."""

import mimetypes
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Final, get_args

from msgspec import structs
from textual.worker import Worker

from mixchat.chat.chat import Chat
from mixchat.chat.mentions import Mentions
from mixchat.config.stacks import AUTO
from mixchat.domain.chat_request import Pin, TurnRequest
from mixchat.domain.decision import RoutingDecision
from mixchat.domain.events import ChatEvent
from mixchat.domain.live_turn import LiveTurn
from mixchat.domain.model import ModelCard, ModelRef
from mixchat.domain.request import MediaType
from mixchat.domain.stack import Slot
from mixchat.domain.turn import FileRef, Turn
from mixchat.ledger import money
from mixchat.tui.actions.keys import Keymap, read_keys
from mixchat.tui.chat.hints import key_of
from mixchat.tui.chat.open_chats import OpenChats
from mixchat.tui.chat.spending_view import SpendingView, written
from mixchat.tui.composer.composer import COMMAND, Composer
from mixchat.tui.composer.preview_line import CROWDED, FileChip, RoutePreview

if TYPE_CHECKING:
    from mixchat.runtime.runtime import Runtime


_TASTE: Final = 20_000
"""Characters of a prompt that decide who is shown; the turn itself looks at all of them, and so does the price."""
_A_TOKEN: Final = 4
"""Characters, where nobody counted."""
_MEDIA_TYPES: Final[dict[str, MediaType]] = {media_type: media_type for media_type in get_args(MediaType)}


class RoutePreviewBuilder:
    """Asks the router and the price list what a prompt would lead to."""

    def __init__(self, runtime: "Runtime", spending: SpendingView) -> None:
        self._runtime = runtime
        self._spending = spending
        self._keys_read: Mapping[str, str] | None = None
        self._keys = Keymap({})

    @property
    def is_ready(self) -> bool:
        """Whether a preview can be made without waiting for what prompts are looked up in."""
        return self._runtime.routing.router.is_loaded

    async def load(self) -> None:
        """Read what prompts are looked up in; the loop goes on meanwhile."""
        await self._runtime.routing.router.load()

    def preview(self, chat: Chat, text: str, mentions: Mentions, pin: Pin | None) -> RoutePreview:
        """Return who would answer `text`, and about what it would cost."""
        if mentions.nothing is not None:
            return RoutePreview(problem=f"@{mentions.nothing} is not a role, alias, model or file here")
        own = mentions.pin or pin
        shown = own or chat.state.pin
        files = tuple(file for path in mentions.files if (file := glimpse(path)) is not None)
        stack = self._runtime.routing.stack.name
        holds = RoutePreview(
            pin=shown,
            chat_pinned=own is None and shown is not None,
            private=chat.record.private,
            stack="" if stack == AUTO else stack,
        )
        context = self._spending.context(chat)
        if context is not None and context.share >= CROWDED:
            holds = structs.replace(
                holds,
                context=context.share,
                compaction=self._offer(chat, f"{context.share:.0%} of the context"),
            )
        if not text.strip() or re.fullmatch(COMMAND, text.strip()):
            return holds
        prompt = TurnRequest(text=text[:_TASTE], files=files, pin=own)
        decision = self._runtime.routing.router.decide_locally(chat.routing_input(prompt))
        if decision.fallback_order:
            self._runtime.routing.prepare(decision.fallback_order[0].ref)
        card = self._card(decision)
        priced = self._spending.forecast(chat, structs.replace(prompt, text=text), decision)
        reads = priced.input if priced is not None else (written(chat) + len(text)) // _A_TOKEN
        return structs.replace(
            holds,
            decision=decision,
            cost=priced.cost if priced is not None else None,
            context=reads / card.context_window if card is not None and card.context_window else None,
            files=tuple(_chip(file, card) for file in files),
            other=self._runtime.routing.called(decision.alternative.slot.ref) if decision.alternative else "",
            switch=key_of("next-candidate", self._keymap),
            compaction=self._offer(chat, "gone cold") if decision.cold else holds.compaction,
        )

    def _offer(self, chat: Chat, why: str) -> str:
        """Return what is offered in a few words: a key that sums the chat up, and about what that costs."""
        offer = self._spending.compaction(chat)
        if offer is None:
            return ""
        key = self._keymap.label("compact")
        cost = "" if offer.usd is None else f" {money.about(offer.usd)}"
        return f"{why} · {key}: go on from a summary{cost}"

    @property
    def _keymap(self) -> Keymap:
        table = self._runtime.settings.config.keys
        if table is not self._keys_read:  # asked for with every key that is pressed
            self._keys_read, self._keys = table, read_keys(table)
        return self._keys

    def _card(self, decision: RoutingDecision) -> ModelCard | None:
        return (
            self._runtime.settings.catalog.card(decision.fallback_order[0].ref)
            if decision.fallback_order
            else None
        )


class AlternativeSlots:
    """Who else could take a message that was stopped."""

    def __init__(self, runtime: "Runtime") -> None:
        self._runtime = runtime

    def local(self) -> Pin | None:
        """Return the first model on this machine that the stack has."""
        slots = (slot for role in self._runtime.routing.stack.roles.values() for slot in role.slots)
        return next((_pin(slot) for slot in slots if self._runtime.routing.services.local(slot.ref)), None)

    def cheaper(self, ref: ModelRef | None) -> Pin | None:
        """Return the cheapest reachable slot of the stack that costs less than `ref`, as far as prices are known."""
        price = self._price(ref) if ref is not None else None
        if price is None:
            return None
        priced = [
            (cost, slot)
            for role in self._runtime.routing.stack.roles.values()
            for slot in role.slots
            if self._runtime.settings.providers.reachable(slot.ref.provider)
            and (cost := self._price(slot.ref)) is not None
            and cost < price
        ]
        return _pin(min(priced, key=lambda pair: pair[0])[1]) if priced else None

    def _price(self, ref: ModelRef) -> Decimal | None:
        prices = self._runtime.storage.prices
        rates = prices.rates(ref) if prices.tells(ref) else None
        if rates is None or rates.input is None or rates.output is None:
            return None
        return rates.input + rates.output


def _pin(slot: Slot) -> Pin:
    return Pin(str(slot.ref), slot=slot)


def _chip(file: FileRef, card: ModelCard | None) -> FileChip:
    image = file.media_type.startswith("image/")
    seen: bool | None = None
    if card is not None:
        seen = card.images if image else card.pdfs if file.media_type == "application/pdf" else True
    return FileChip(Path(file.path).name, file.size, image, seen)


def glimpse(path: Path) -> FileRef | None:
    """Return what a file seems to be, without reading it; `None` when it is gone."""
    try:
        size = path.stat().st_size
    except OSError:
        return None
    guess = mimetypes.guess_type(path.name)[0]
    return FileRef(str(path), _MEDIA_TYPES.get(guess or "", "text/plain"), size)


def candidates(decision: RoutingDecision) -> Sequence[Pin]:
    """Return who else could answer: the next best, the rest of the fallback order, then the likeliest other roles."""
    next_best = [decision.alternative.slot] if decision.alternative else []
    found = dict.fromkeys((*next_best, *decision.fallback_order[1:]))
    slots = [Pin(str(slot.ref), slot=slot) for slot in found]
    roles = [Pin(role, role=role) for role, _ in decision.alternatives if role != decision.role]
    return [*slots, *roles[:2]]


class RoutePreviewer:
    """Keeps the line under the prompt true."""

    def __init__(self, composer: Composer, chats: OpenChats, builder: RoutePreviewBuilder) -> None:
        self._composer = composer
        self._chats = chats
        self._builder = builder
        self._loading: Worker[None] | None = None
        """Reads what prompts are looked up in, from the first word on."""

    async def _load(self) -> None:
        await self._builder.load()
        self.refresh()

    def refresh(self) -> None:
        """Say who would answer what is written, and about what it would cost."""
        composer = self._composer
        if not composer.is_empty and not self._builder.is_ready:
            if self._loading is None:
                self._loading = composer.run_worker(self._load())
            return
        mentions = composer.read()
        if mentions.nothing is not None and composer.completions.is_open:
            # The word may still become one of the names that are offered for it.
            mentions = structs.replace(mentions, nothing=None)
        composer.preview = self._builder.preview(self._chats.chat, composer.unfolded, mentions, composer.pin)

    def begin(self, turn: Turn, live: LiveTurn) -> None:
        """Nothing new: what is written goes on from this turn once it is there."""

    def show(self, event: ChatEvent) -> None:
        """Nothing new yet."""

    def settle(self, turn: Turn) -> None:
        """Look again: what is written goes on from another turn if this one was taken back."""
        self.refresh()
