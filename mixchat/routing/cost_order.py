"""Money: when the cheaper seat goes first."""

from collections.abc import Callable, Sequence
from decimal import Decimal

from msgspec import Struct

from mixchat.domain.chat_request import RoutingInput
from mixchat.domain.model import ModelRef
from mixchat.domain.role import DAILY_DRIVER
from mixchat.domain.stack import Seat, Stack

_NEAR = 0.8
"""Share of a budget from which on the cheaper seat is preferred."""


class Order(Struct, frozen=True):
    """A line-up in the order in which it will be asked, and why it is not the stack's."""

    seats: tuple[Seat, ...]
    why: str = ""
    skipped: tuple[tuple[str, str], ...] = ()


def _unspent(chat: str | None) -> float:
    return 0.0


class CostOrder(Struct, frozen=True, kw_only=True):
    """What a line-up's order may depend on besides the stack; everything is optional."""

    thrift: Callable[[str | None], float] = _unspent
    """Returns how much of the tightest budget is used, 0 to 1; it is given the chat's id."""
    price: Callable[[ModelRef], Decimal | None] | None = None
    """Returns about what a million tokens cost, to compare by; `None` = unknown."""

    def order(self, seats: tuple[Seat, ...], stack: Stack, role: str, question: RoutingInput) -> Order:
        """Return `seats` in order.

        Near a budget the role's own seats and daily-driver's change places. The fallbacks, and seats without a known
        price, stay where they are.
        """
        used = self.thrift(question.chat)
        if used >= _NEAR:
            movable = self._priced(seats, stack, (role, DAILY_DRIVER))
            return self._moved(seats, movable, why=f"{used:.0%} of the budget is used")
        return Order(seats)

    def _price(self, seat: Seat) -> Decimal | None:
        return self.price(seat.ref) if self.price is not None else None

    def _priced(self, seats: Sequence[Seat], stack: Stack, roles: Sequence[str]) -> Sequence[Seat]:
        posts = [stack.roles[role] for role in roles if role in stack.roles]
        refs = {seat.ref for post in posts for seat in post.seats}
        return [seat for seat in seats if seat.ref in refs and self._price(seat) is not None]

    def _moved(self, seats: tuple[Seat, ...], movable: Sequence[Seat], *, why: str) -> Order:
        """Put the priced seats into the places they hold together, by price; equals keep their order."""
        ranked = iter(sorted(movable, key=lambda seat: self._price(seat) or Decimal(0)))
        moved = tuple(next(ranked) if seat in movable else seat for seat in seats)
        if moved == seats:
            return Order(seats)
        passed = movable[0]
        reason = f"{why}: the cheaper {moved[seats.index(passed)].ref} goes first"
        return Order(moved, f"{why}, so the cheaper seat goes first", ((str(passed.ref), reason),))
