"""Setting what may be spent."""

from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Final

from mixchat.tui import figures
from mixchat.tui.composer.composer import Composer
from mixchat.tui.deeds import Deed
from mixchat.words.error import ConfigError

if TYPE_CHECKING:
    from mixchat.house import House

_SPANS: Final = ("message", "chat", "day", "month")


class Budgeting:
    """Changes a limit at once and writes it to the config."""

    def __init__(
        self, house: "House", composer: Composer, refreshed: Callable[[], None], say: Callable[[str], None]
    ) -> None:
        self._house = house
        self._composer = composer
        self._refreshed = refreshed
        self._say = say

    def deeds(self) -> Mapping[str, Deed]:
        """Return what can be done here, by act."""
        return {"budget": self.limit}

    def limit(self, words: str) -> None:
        """Set a limit written as `day 10`."""
        span, _, amount = words.partition(" ")
        if span not in _SPANS or not amount.strip():
            self._composer.put_back(f"/budget {span if span in _SPANS else 'day'} ")
            self._say(f"Write which of {', '.join(_SPANS)} and how many dollars: /budget day 10")
            return
        try:
            dollars = Decimal(amount.strip().removeprefix("$"))
        except InvalidOperation:
            self._say(f"{amount} is no number of dollars.")
            return
        self._set(span, dollars)

    def _set(self, span: str, dollars: Decimal) -> None:
        from mixchat.papers.config_edit import set_value

        try:
            config = set_value(self._house.paths.config_file, f"budget.{span}", float(dollars))
        except (ConfigError, OSError) as error:
            self._say(f"The budget stays as it was: {error}")
            return
        self._house.ledger.budgets.limits = config.budget
        self._refreshed()
        self._say(f"A {span} may cost {figures.dollars(dollars)} from now on.")
