"""Setting what may be spent."""

from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Final

from msgspec import structs

from mixchat.domain.errors import BudgetOverrun, ConfigError
from mixchat.domain.turn import Turn
from mixchat.tui import formatting
from mixchat.tui.actions.dispatch import handles
from mixchat.tui.handlers.handler import ChatHandler

if TYPE_CHECKING:
    from mixchat.ledger.budgets import BudgetState

SPANS: Final = ("message", "chat", "day", "month")
_CENT: Final = Decimal("0.01")


class BudgetHandler(ChatHandler):
    """Changes a limit at once and writes it to the config."""

    @handles("budget")
    def limit(self, text: str) -> None:
        """Set a limit written as `day 10`."""
        span, _, amount = text.partition(" ")
        if span not in SPANS or not amount.strip():
            self.context.composer.put_back(f"/budget {span if span in SPANS else 'day'} ")
            self.context.notify(f"Write which of {', '.join(SPANS)} and how many dollars: /budget day 10")
            return
        try:
            dollars = Decimal(amount.strip().removeprefix("$"))
        except InvalidOperation:
            self.context.notify(f"{amount} is no number of dollars.")
            return
        self._set(span, dollars)

    @handles("economy")
    def economy(self, text: str) -> None:
        """Set what a better answer may cost, or without a word take the next setting; say what it does."""
        from mixchat.config.edit import set_value
        from mixchat.routing.cost_order import SENTENCES

        settings, names = self.context.runtime.settings, list(SENTENCES)
        if text and text not in names:
            self.context.notify(f"{text} is no economy; write {', '.join(names[:-1])} or {names[-1]}.")
            return
        name = text or names[(names.index(settings.config.router.economy) + 1) % len(names)]
        try:
            set_value(settings.paths.config_file, "router.economy", name)
        except (ConfigError, OSError) as error:
            self.context.notify(f"The economy stays as it was: {error}")
            return
        router = structs.replace(settings.config.router, economy=name)
        settings.config = structs.replace(settings.config, router=router)
        self.context.view.previewer.refresh()
        self.context.notify(f"Economy: {name}. {SENTENCES[name][0].upper()}{SENTENCES[name][1:]}.")

    def state(self, overrun: BudgetOverrun, turn: Turn) -> "BudgetState | None":
        """Return how much of the budget that a turn would pass is used."""
        states = self.context.runtime.storage.ledger.budgets.states(turn.chat, turn.id)
        return next((state for state in states if state.scope == overrun.scope), None)

    def next_limit(self, overrun: BudgetOverrun, turn: Turn) -> Decimal | None:
        """Return what a limit would be raised to: doubled as often as the call that waits needs it."""
        state = self.state(overrun, turn)
        if state is None:
            return None
        limit = max(2 * state.limit, _CENT)
        while limit < state.used + (overrun.amount or 0):
            limit *= 2
        return limit

    def raise_to(self, span: str, limit: Decimal) -> bool:
        """Raise a limit; return whether it could be written down."""
        before = self.context.runtime.storage.ledger.budgets.limits
        self._set(span, limit)
        return self.context.runtime.storage.ledger.budgets.limits != before

    def _set(self, span: str, dollars: Decimal) -> None:
        from mixchat.config.edit import set_value

        runtime = self.context.runtime
        try:
            config = set_value(runtime.settings.paths.config_file, f"budget.{span}", float(dollars))
        except (ConfigError, OSError) as error:
            self.context.notify(f"The budget stays as it was: {error}")
            return
        runtime.storage.ledger.budgets.limits = config.budget
        self.context.view.totals.refresh()
        self.context.notify(f"A {span} may cost {formatting.dollars(dollars)} from now on.")
