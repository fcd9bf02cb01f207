"""Who could answer a prompt: the line-up it would get first, then everybody the stack and the aliases name."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from mixchat.chat.desk import Prompt
from mixchat.tui import figures
from mixchat.tui.picker import Entry
from mixchat.words.model import ModelRef

if TYPE_CHECKING:
    from mixchat.chat.chat import Chat
    from mixchat.house import House


class Candidates:
    """Reads stack, aliases, prices and health anew each time."""

    def __init__(self, house: "House") -> None:
        self._house = house

    def entries(self, chat: "Chat", prompt: Prompt) -> list[Entry]:
        """Return a row for each model that can be asked, those that would be asked for `prompt` first."""
        roles = self.roles()
        refs = list(
            dict.fromkeys([*self._lineup(chat, prompt), *roles, *self._house.catalog.aliases().values()])
        )
        reachable = [ref for ref in refs if self._house.providers.reachable(ref.provider)]
        return [Entry(str(ref), str(ref), self._detail(ref, roles)) for ref in reachable]

    def roles(self) -> dict[ModelRef, str]:
        """Return each model of the stack with the first role that seats it."""
        found: dict[ModelRef, str] = {}
        for role, post in self._house.stack.posts.items():
            for seat in post.seats:
                found.setdefault(seat.ref, role)
        return found

    def _lineup(self, chat: "Chat", prompt: Prompt) -> Iterator[ModelRef]:
        question = chat.question(prompt)
        yield from (seat.ref for seat in self._house.router.decide_locally(question).lineup)

    def _detail(self, ref: ModelRef, roles: dict[ModelRef, str]) -> str:
        rests = "resting" if self._house.health.rests(ref) else ""
        return "  ".join(filter(None, (roles.get(ref, ""), self._price(ref), rests)))

    def _price(self, ref: ModelRef) -> str:
        rates = self._house.prices.rates(ref) if self._house.prices.ready else None
        if rates is None or rates.input is None or rates.output is None:
            return ""
        if not rates.input and not rates.output:
            return "free"
        return f"{figures.dollars(rates.input)} in, {figures.dollars(rates.output)} out a million tokens"
