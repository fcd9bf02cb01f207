"""The slots that a step of a turn may still ask, and what failures say about them all."""

from collections.abc import Iterable, Sequence

from mixchat.domain.model import ModelRef
from mixchat.domain.stack import Slot
from mixchat.routing.services import RoutingServices


class SlotQueue:
    """Hands out slots: healthy ones first; when none is left, a resting one, because somebody has to try."""

    def __init__(self, slots: Iterable[Slot], services: RoutingServices) -> None:
        self._slots = list(slots)
        self._health = services.health
        self._cards = services.cards
        self._needs_network = services.providers.needs_network
        self._unreached: dict[str, None] = {}

    def __len__(self) -> int:
        return len(self._slots)

    @property
    def unreached(self) -> Sequence[str]:
        """Providers on the network to which no connection could be made."""
        return tuple(self._unreached)

    @property
    def is_offline(self) -> bool:
        """Whether the network is what fails: two addresses cannot be reached."""
        return len(self._unreached) >= 2

    def take(self) -> Slot | None:
        """Remove and return the next slot."""
        slot = self.peek()
        if slot is not None:
            self._slots.remove(slot)
        return slot

    def peek(self) -> Slot | None:
        """Return the slot that would be next."""
        well = (slot for slot in self._slots if not self._health.rests(slot.ref))
        return next(well, self._slots[0] if self._slots else None)

    def keep_larger(self, than: ModelRef) -> None:
        """Drop the slots whose window is known not to be larger."""
        window = self._cards(than).context_window
        if window is not None:
            self._slots = [
                slot for slot in self._slots if (self._cards(slot.ref).context_window or window + 1) > window
            ]

    def put_last(self, provider: str) -> None:
        """Move the slots of a provider behind all others."""
        self._slots.sort(key=lambda slot: slot.ref.provider == provider)

    def drop_unreached(self, provider: str) -> None:
        """Drop the slots at an address that cannot be reached; offline, all that need the network."""
        if self._needs_network(provider):
            self._unreached[provider] = None
        self._slots = [
            slot
            for slot in self._slots
            if slot.ref.provider != provider
            and not (self.is_offline and self._needs_network(slot.ref.provider))
        ]
