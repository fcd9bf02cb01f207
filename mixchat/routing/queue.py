"""The seats that are still to be asked, in order."""

from collections.abc import Callable, Iterable

from mixchat.routing.health import Health
from mixchat.words.model import ModelCard, ModelRef
from mixchat.words.stack import Seat


class Queue:
    """Hands out seats: healthy ones first; when none is left, a resting one, because somebody has to try."""

    def __init__(self, seats: Iterable[Seat], health: Health) -> None:
        self._seats = list(seats)
        self._health = health

    def __len__(self) -> int:
        return len(self._seats)

    def take(self) -> Seat | None:
        """Remove and return the next seat."""
        for seat in self._seats:
            if not self._health.rests(seat.ref):
                break
        else:
            seat = self._seats[0] if self._seats else None
        if seat is not None:
            self._seats.remove(seat)
        return seat

    def put_last(self, provider: str) -> None:
        """Move the seats of a provider behind all others."""
        self._seats.sort(key=lambda seat: seat.ref.provider == provider)

    def keep_larger(self, than: ModelRef, cards: Callable[[ModelRef], ModelCard]) -> None:
        """Drop the seats whose window is known not to be larger."""
        window = cards(than).context_window
        if window is not None:
            self._seats = [
                seat for seat in self._seats if (cards(seat.ref).context_window or window + 1) > window
            ]
