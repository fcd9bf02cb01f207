"""Setting what may be spent."""

from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Final

from msgspec import structs

from mixchat.domain.errors import BudgetOverrun, ConfigError
from mixchat.domain.turn import Turn
from mixchat.ledger import money
from mixchat.tui.actions.dispatch import handles
from mixchat.tui.handlers.handler import ChatHandler

if TYPE_CHECKING:
    from mixchat.ledger.budgets import BudgetState

SPANS: Final = ("message", "chat", "day", "month")
_NONE: Final = frozenset({"off", "none", "no"})
"""What is written for no limit."""
_CENT: Final = Decimal("0.01")


class BudgetHandler(ChatHandler):
    """Changes a limit at once and writes it to the config."""

    @handles("budget")
    def limit(self, text: str) -> None:
        """Set a limit written as `day 10`, or remove it with `day off`; without words say what there is."""
        span, _, amount = text.partition(" ")
        if not text:
            self.context.notify(self._listed())
            return
        if span not in SPANS or not amount.strip():
            kinds = f"{', '.join(SPANS[:-1])} or {SPANS[-1]}"
            wrong = "How many dollars?" if span in SPANS else f"{span} is not a budget; write {kinds}."
            self._refuse(text, f"{wrong} /budget day 10 sets one.")
            return
        if amount.strip() in _NONE:
            self._set(span, None)
            return
        try:
            dollars = Decimal(amount.strip().removeprefix("$"))
        except InvalidOperation:
            self._refuse(text, f"{amount} is not an amount in dollars.")
            return
        self._set(span, dollars)

    def _refuse(self, text: str, sentence: str) -> None:
        """Say what is wrong with a command, and keep it to be corrected."""
        self.context.composer.put_back(f"/budget {text}")
        self.context.notify(sentence)

    def _listed(self) -> str:
        """Return every budget with what of it is used, and how one is set and removed."""
        chat = self.context.chat
        states = self.context.runtime.storage.ledger.budgets.states(chat.id, None)
        used = {state.scope: money.dollars(state.used) for state in states}
        limits = self.context.runtime.storage.ledger.budgets.limits
        rows = [
            f"{span}: {used[span]} of {money.dollars(limit)} used"
            if span in used and span != "message"
            else f"{span}: {money.dollars(limit)}"
            for span in SPANS
            if (limit := getattr(limits, span)) is not None
        ]
        how = "/budget day 10 sets one, /budget day off removes it."
        return "\n".join([*rows, how] if rows else [f"There is no budget. {how}"])

    @handles("economy")
    def economy(self, text: str) -> None:
        """Set what a better answer may cost, or without a word take the next setting; say what it does."""
        from mixchat.config.edit import set_value
        from mixchat.routing.cost_order import SENTENCES

        settings, names = self.context.runtime.settings, list(SENTENCES)
        if text and text not in names:
            self.context.notify(
                f"{text} is not an economy setting; write {', '.join(names[:-1])} or {names[-1]}."
            )
            return
        name = text or names[(names.index(settings.config.router.economy) + 1) % len(names)]
        try:
            set_value(settings.paths.config_file, "router.economy", name, settings.files)
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

    def _set(self, span: str, dollars: Decimal | None) -> None:
        from mixchat.config.edit import set_value

        runtime = self.context.runtime
        try:
            set_value(
                runtime.settings.paths.config_file,
                f"budget.{span}",
                None if dollars is None else float(dollars),
                runtime.settings.files,
            )
        except (ConfigError, OSError) as error:
            self.context.notify(f"The budget stays as it was: {error}")
            return
        budgets = runtime.storage.ledger.budgets
        budgets.limits = structs.replace(budgets.limits, **{span: dollars})
        runtime.settings.config = structs.replace(runtime.settings.config, budget=budgets.limits)
        self.context.view.totals.refresh()
        self.context.notify(_said(span, dollars))


def _said(span: str, dollars: Decimal | None) -> str:
    """Return what holds from now on."""
    if dollars is None:
        return f"A {span} has no limit any more."
    if not dollars:
        return f"A {span} may cost nothing: only free models answer unasked. /budget {span} off removes the limit."
    return f"A {span} may cost {money.dollars(dollars)} from now on."
