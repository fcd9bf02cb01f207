"""Money: who goes first when a model has read the chat already, when the strong one is dear, or a budget nearly used up."""

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import Final

from msgspec import Struct

from mixchat.domain.chat_request import RoutingInput
from mixchat.domain.decision import Alternative, Economy
from mixchat.domain.model import ModelRef
from mixchat.domain.role import (
    CODING,
    CREATIVE,
    DAILY_DRIVER,
    EXTRACTION,
    HEAVY_LIFTING,
    QUICK,
    SUMMARIZATION,
)
from mixchat.domain.stack import Seat, Stack
from mixchat.routing.cache_cost import (
    DAILY,
    EASY,
    HARD,
    NEEDS,
    CostCandidate,
    CostRuling,
    Priced,
    decide,
    keeps_long,
    need_of,
    price_now,
    warm_tokens,
)
from mixchat.routing.cost_facts import ChatCosts, CostFacts

SENTENCES: Final = {
    "quality": "every prompt gets the model of its role, or a better one that has read the chat",
    "balanced": "the strong model is asked while that costs a few cents more; else the everyday one answers and says so",
    "saver": "everyday prompts go to the small model, code and hard ones to the everyday model",
}
"""What each setting of `[router] economy` does, for people."""

_NEAR: Final = 0.8
"""Share of a budget from which on the cheaper seat is preferred."""
_SMALL: Final = 3_000
"""Tokens up to which a chat that nobody has read is no question of money."""
_LONG_COLD: Final[dict[Economy, int | None]] = {"quality": None, "balanced": 32_000, "saver": 16_000}
"""Tokens from which going on from a summary is offered once a chat has gone cold."""
_ANYBODY: Final = frozenset({QUICK, SUMMARIZATION, EXTRACTION, DAILY_DRIVER})
"""Roles that every everyday model is good for."""
_EVERYDAY: Final = (DAILY_DRIVER, CODING, CREATIVE)

Homes = Callable[[str], Sequence[Seat]]
"""Returns the seats of a role that can take this prompt, in order."""


class Order(Struct, frozen=True, kw_only=True):
    """A line-up in the order in which it will be asked, and why it is not the stack's."""

    seats: tuple[Seat, ...]
    why: str = ""
    skipped: tuple[tuple[str, str], ...] = ()
    expected: Decimal | None = None
    alternative: Alternative | None = None
    cold: bool = False
    long_cache: bool = False


def _unspent(chat: str | None) -> float:
    return 0.0


def _balanced() -> Economy:
    return "balanced"


class CostOrder(Struct, frozen=True, kw_only=True):
    """What a line-up's order may depend on besides the stack; everything is optional."""

    economy: Callable[[], Economy] = _balanced
    """Returns what a better answer may cost."""
    facts: CostFacts | None = None
    """Who has read the chat and what tokens cost; `None`: the stack's order stays."""
    thrift: Callable[[str | None], float] = _unspent
    """Returns how much of the tightest budget is used, 0 to 1; it is given the chat's id."""
    price: Callable[[ModelRef], Decimal | None] | None = None
    """Returns about what a million tokens cost, to compare by; `None` = unknown."""
    name: Callable[[ModelRef], str] = str
    """Returns what people call a model."""

    def order(
        self,
        seats: tuple[Seat, ...],
        stack: Stack,
        role: str,
        question: RoutingInput,
        homes: Homes | None = None,
        system: str | None = None,
    ) -> Order:
        """Return `seats` in order.

        Near a budget the role's own seats and daily-driver's change places. The fallbacks, and seats without a known
        price, stay where they are. Otherwise a model that has read the chat may go before the role's own one, or the
        everyday one before the strong one, when that is so much cheaper as the economy says.
        """
        used = self.thrift(question.chat)
        if used >= _NEAR:
            movable = self._priced(seats, stack, (role, DAILY_DRIVER))
            return self._moved(seats, movable, why=f"{used:.0%} of the budget is used")
        post = stack.roles.get(role)
        own = {seat.ref for seat in post.seats} if post is not None and not post.private else set[ModelRef]()
        if self.facts is None or homes is None or question.private or not seats or seats[0].ref not in own:
            return Order(seats=seats)
        return _Weighing(self, self.facts, homes, question, system).order(seats, role)

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
            return Order(seats=seats)
        passed = movable[0]
        reason = f"{why}: the cheaper {moved[seats.index(passed)].ref} goes first"
        return Order(
            seats=moved, why=f"{why}, so the cheaper model goes first", skipped=((str(passed.ref), reason),)
        )


class _Weighing:
    """One turn's candidates, weighed."""

    def __init__(
        self, order: CostOrder, facts: CostFacts, homes: Homes, question: RoutingInput, system: str | None
    ) -> None:
        self._order = order
        self._economy: Economy = order.economy()
        self._facts = facts
        self._homes = homes
        self._question = question
        self._system = system
        self._seats: dict[str, Seat] = {}

    def order(self, seats: tuple[Seat, ...], role: str) -> Order:
        """Return `seats` with the one first that the score says."""
        need = need_of(role, self._economy)
        if need is None:
            return Order(seats=seats)
        base = self._base(role, need)
        home = (self._homes(base) if base != role else seats)[:1] or seats[:1]
        chat = self._facts.chat(self._question, role)
        unread = not chat.kept and chat.situation.context < _SMALL
        if unread and not self._facts.ready:  # nothing to weigh: nobody waits for the price list
            return self._led(seats, home[0], self._saving(home[0], seats))
        candidates = self._candidates(home[0], role, need, chat)
        usual = EASY if self._economy == "saver" else DAILY
        ruling = decide(candidates, need, chat.situation, self._economy, home=usual)
        if ruling is None or not any(one.variant == self._variant(home[0]) for one in candidates):
            return self._led(seats, home[0], self._saving(home[0], seats))
        return self._ruled(ruling, candidates, seats, home[0], chat)

    def _base(self, role: str, need: int) -> str:
        """Return the role whose seat answers: another one where the saver goes a step down."""
        if need == NEEDS[role]:
            return role
        return QUICK if need == EASY else DAILY_DRIVER

    def _variant(self, seat: Seat) -> str:
        return self._facts.variant(seat, self._question, self._system)

    def _weighed(self, home: Seat, role: str, need: int, chat: ChatCosts) -> Iterator[tuple[Seat, int, bool]]:
        """Yield who is weighed, with what it is good for and whether it may answer this turn.

        The role's own model, whoever has read the chat and is good enough, and for what comes after it the everyday and
        the strong one.
        """
        read = {kept.variant for kept in chat.kept}
        yield home, need, True
        if need < HARD:
            yield from ((seat, need, True) for seat in self._homes(role)[1:] if self._variant(seat) in read)
        for everyday in _EVERYDAY:
            for seat in self._homes(everyday)[:1]:
                fits = role in _ANYBODY or role == everyday
                stands_in = role == HEAVY_LIFTING and everyday == DAILY_DRIVER
                yield seat, DAILY, stands_in or (fits and self._variant(seat) in read)
        for seat in self._homes(HEAVY_LIFTING)[:1]:
            yield seat, HARD, role == HEAVY_LIFTING or self._variant(seat) in read

    def _candidates(self, home: Seat, role: str, need: int, chat: ChatCosts) -> list[CostCandidate]:
        """Return them, each variant once: as what it is best for."""
        found: dict[str, tuple[int, bool]] = {}
        for seat, tier, able in self._weighed(home, role, need, chat):
            variant = self._variant(seat)
            known = found.get(variant, (0, False))
            found[variant] = max(known[0], tier), known[1] or able
            self._seats.setdefault(variant, seat)
        made = [
            self._facts.candidate(self._seats[variant], tier, chat, variant, role, able=able)
            for variant, (tier, able) in found.items()
        ]
        return [one for one in made if one is not None]

    def _ruled(
        self,
        ruling: CostRuling,
        candidates: Sequence[CostCandidate],
        seats: tuple[Seat, ...],
        home: Seat,
        chat: ChatCosts,
    ) -> Order:
        chosen = ruling.chosen
        seat = self._seats[chosen.candidate.variant]
        first = next(one for one in candidates if one.variant == self._variant(home))
        why = self._why(chosen, seat, first, home, chat) or self._saving(home, seats)
        found = self._led(seats, seat, why)
        return Order(
            seats=found.seats,
            why=found.why,
            skipped=found.skipped,
            expected=_usd(chosen.now),
            alternative=self._alternative(chosen, first, candidates, chat),
            cold=self._cold(candidates, chat),
            long_cache=keeps_long(chosen.candidate, chat.situation),
        )

    def _cold(self, candidates: Sequence[CostCandidate], chat: ChatCosts) -> bool:
        """Whether nobody has a long chat in a cache any more, so that a summary may be the better start."""
        limit = _LONG_COLD[self._economy]
        read = any(warm_tokens(one, chat.situation.now) for one in candidates)
        return (
            limit is not None
            and bool(self._question.history)
            and not read
            and chat.situation.context >= limit
        )

    def _why(self, chosen: Priced, seat: Seat, first: CostCandidate, home: Seat, chat: ChatCosts) -> str:
        if chosen.candidate.variant == first.variant:
            return ""
        name, other = self._order.name(seat.ref), self._order.name(home.ref)
        price = cents(price_now(first, chat.situation))
        if warm_tokens(chosen.candidate, chat.situation.now):
            return f"stayed with {name}: it has read this chat, {other} would cost {price}"
        return f"{name} answers, for {other} would cost {price} ({self._economy})"

    def _saving(self, seat: Seat, seats: Sequence[Seat]) -> str:
        if self._economy != "saver" or not seats or seat == seats[0]:
            return ""
        return f"{self._order.name(seat.ref)} answers, to save ({self._economy})"

    @staticmethod
    def _led(seats: tuple[Seat, ...], first: Seat, why: str) -> Order:
        if not seats or first == seats[0]:
            return Order(seats=seats)
        rest = tuple(seat for seat in seats if seat != first)
        return Order(seats=(first, *rest), why=why, skipped=((str(seats[0].ref), why),))

    def _alternative(
        self, chosen: Priced, first: CostCandidate, candidates: Sequence[CostCandidate], chat: ChatCosts
    ) -> Alternative | None:
        """Return who else could answer: the role's own model where another one answers, else the next better one."""
        others = [one for one in candidates if one.variant != chosen.candidate.variant]
        if not others:
            return None
        better = [one for one in others if one.tier > chosen.candidate.tier]
        other = first if first in others else min(better or others, key=lambda one: one.tier)
        turn = chat.situation
        read = warm_tokens(chosen.candidate, turn.now) / chosen.candidate.ratio * other.ratio
        lost = max(read - warm_tokens(other, turn.now), 0.0)
        tariff = other.tariff(round(turn.context * other.ratio))
        leaving = lost * ((tariff.write if other.rule.life else tariff.input) - tariff.read)
        return Alternative(self._seats[other.variant], _usd(price_now(other, turn)), _usd(leaving))


def _usd(dollars: float) -> Decimal:
    return Decimal(f"{dollars:.6f}")


def cents(dollars: float) -> str:
    """Return a price of a turn as people say it: `20 ¢`, `0.5 ¢`, `$1.20`."""
    if dollars >= 1:
        return f"${dollars:.2f}"
    amount = 100 * dollars
    return f"{amount:.0f} ¢" if amount >= 2 else f"{amount:.1f} ¢" if amount >= 0.1 else "under 0.1 ¢"
