"""Money: who goes first when a budget is nearly used up; else what the economy says."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Final

from msgspec import Struct

from mixchat.domain.chat_request import RoutingInput
from mixchat.domain.decision import Economy
from mixchat.domain.model import ModelRef
from mixchat.domain.role import DAILY_DRIVER
from mixchat.domain.stack import Slot, Stack
from mixchat.routing.cost_facts import CostFacts
from mixchat.routing.economy_order import EconomyOrder, Order, RoleSlots

SENTENCES: Final = {
    "quality": "every prompt gets the model of its role, or a better one that has read the chat; a hard one the role's"
    " second model where that costs less than half",
    "balanced": "a strong model is asked while that costs at most five cents more, and at most three times what the"
    " everyday one costs; else the everyday one answers and says so",
    "saver": "everyday prompts go to the small model, code and hard ones to the everyday model",
}
"""What each setting of `[router] economy` does, for people."""

_NEAR: Final = 0.8
"""Share of a budget from which on the cheaper model is preferred."""


def _none_used(chat: str | None) -> float:
    return 0.0


def _balanced() -> Economy:
    return "balanced"


class CostOrder(Struct, frozen=True, kw_only=True):
    """What a fallback order's order may depend on besides the stack; everything is optional."""

    economy: Callable[[], Economy] = _balanced
    """Returns what a better answer may cost."""
    facts: CostFacts | None = None
    """Who has read the chat and what tokens cost; `None`: the stack's order stays."""
    budget_used: Callable[[str | None], float] = _none_used
    """Returns how much of the tightest budget is used, 0 to 1; it is given the chat's id."""
    price: Callable[[ModelRef], Decimal | None] | None = None
    """Returns about what a million tokens cost, to compare by; `None` = unknown."""
    name: Callable[[ModelRef], str] = str
    """Returns what people call a model."""

    def order(
        self,
        slots: tuple[Slot, ...],
        stack: Stack,
        role: str,
        question: RoutingInput,
        role_slots: RoleSlots | None = None,
        system: str | None = None,
    ) -> Order:
        """Return `slots` in order.

        Near a budget the role's own slots and daily-driver's change places. The fallbacks, and slots without a known
        price, stay where they are. Otherwise a model that has read the chat may go before the role's own one, or the
        everyday one before the strong one, when that is so much cheaper as the economy says.
        """
        used = self.budget_used(question.chat)
        if used >= _NEAR:
            movable = self._priced(slots, stack, (role, DAILY_DRIVER))
            return self._moved(slots, movable, why=f"{used:.0%} of the budget is used")
        role_config = stack.roles.get(role)
        own = (
            {slot.ref for slot in role_config.slots}
            if role_config is not None and not role_config.private
            else set[ModelRef]()
        )
        if (
            self.facts is None
            or role_slots is None
            or question.private
            or not slots
            or slots[0].ref not in own
        ):
            return Order(slots=slots)
        return EconomyOrder(
            self.economy(), self.facts, role_slots, question, system=system, name=self.name
        ).order(slots, role)

    def _price(self, slot: Slot) -> Decimal | None:
        return self.price(slot.ref) if self.price is not None else None

    def _priced(self, slots: Sequence[Slot], stack: Stack, roles: Sequence[str]) -> Sequence[Slot]:
        role_configs = [stack.roles[role] for role in roles if role in stack.roles]
        refs = {slot.ref for role_config in role_configs for slot in role_config.slots}
        return [slot for slot in slots if slot.ref in refs and self._price(slot) is not None]

    def _moved(self, slots: tuple[Slot, ...], movable: Sequence[Slot], *, why: str) -> Order:
        """Put the priced slots into the places they hold together, by price; equals keep their order."""
        ranked = iter(sorted(movable, key=lambda slot: self._price(slot) or Decimal(0)))
        moved = tuple(next(ranked) if slot in movable else slot for slot in slots)
        if moved == slots:
            return Order(slots=slots)
        passed = movable[0]
        reason = f"{why}: the cheaper {moved[slots.index(passed)].ref} goes first"
        return Order(
            slots=moved, why=f"{why}, so the cheaper model goes first", skipped=((str(passed.ref), reason),)
        )
