"""Setting what may be spent."""

from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Final

from mixchat.domain.errors import BudgetOverrun, ConfigError
from mixchat.domain.turn import Turn
from mixchat.tui import formatting
from mixchat.tui.actions import Handler
from mixchat.tui.composer.composer import Composer

if TYPE_CHECKING:
    from mixchat.runtime.runtime import Runtime

SPANS: Final = ("message", "chat", "day", "month")
_CENT: Final = Decimal("0.01")


class BudgetHandlers:
    """Changes a limit at once and writes it to the config."""

    def __init__(
        self,
        runtime: "Runtime",
        composer: Composer,
        refreshed: Callable[[], None],
        say: Callable[[str], None],
    ) -> None:
        self._runtime = runtime
        self._composer = composer
        self._refreshed = refreshed
        self._say = say

    def handlers(self) -> Mapping[str, Handler]:
        """Return what can be done here, by act."""
        return {"budget": self.limit}

    def limit(self, words: str) -> None:
        """Set a limit written as `day 10`."""
        span, _, amount = words.partition(" ")
        if span not in SPANS or not amount.strip():
            self._composer.put_back(f"/budget {span if span in SPANS else 'day'} ")
            self._say(f"Write which of {', '.join(SPANS)} and how many dollars: /budget day 10")
            return
        try:
            dollars = Decimal(amount.strip().removeprefix("$"))
        except InvalidOperation:
            self._say(f"{amount} is no number of dollars.")
            return
        self._set(span, dollars)

    def next_limit(self, overrun: BudgetOverrun, turn: Turn) -> Decimal | None:
        """Return what a limit would be raised to: doubled as often as the call that waits needs it."""
        states = self._runtime.storage.ledger.budgets.states(turn.chat, turn.id)
        state = next((state for state in states if state.scope == overrun.scope), None)
        if state is None:
            return None
        limit = max(2 * state.limit, _CENT)
        while limit < state.used + (overrun.amount or 0):
            limit *= 2
        return limit

    def raise_to(self, span: str, limit: Decimal) -> bool:
        """Raise a limit; return whether it could be written down."""
        before = self._runtime.storage.ledger.budgets.limits
        self._set(span, limit)
        return self._runtime.storage.ledger.budgets.limits != before

    def _set(self, span: str, dollars: Decimal) -> None:
        from mixchat.config.edit import set_value

        try:
            config = set_value(self._runtime.settings.paths.config_file, f"budget.{span}", float(dollars))
        except (ConfigError, OSError) as error:
            self._say(f"The budget stays as it was: {error}")
            return
        self._runtime.storage.ledger.budgets.limits = config.budget
        self._refreshed()
        self._say(f"A {span} may cost {formatting.dollars(dollars)} from now on.")
