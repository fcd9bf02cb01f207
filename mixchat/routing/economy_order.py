"""Who goes first when a model has read the chat already, or the strong one is dear, as the economy says."""

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
from mixchat.domain.stack import Slot
from mixchat.ledger.money import dollars
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

_SMALL: Final = 3_000
"""Tokens up to which a chat that nobody has read is no question of money."""
_LONG_COLD: Final[dict[Economy, int | None]] = {"quality": None, "balanced": 32_000, "saver": 16_000}
"""Tokens from which going on from a summary is offered once a chat has gone cold."""
_ANYBODY: Final = frozenset({QUICK, SUMMARIZATION, EXTRACTION, DAILY_DRIVER})
"""Roles that every everyday model is good for."""
_STRONG: Final = 2
"""Models at the head of heavy-lifting that are weighed: those behind them stand there for when these fail."""
_EVERYDAY: Final = (DAILY_DRIVER, CODING, CREATIVE)

RoleSlots = Callable[[str], Sequence[Slot]]
"""Returns the slots of a role that can take this prompt, in order."""


class Order(Struct, frozen=True, kw_only=True):
    """A fallback order in the order in which it will be asked, and why it is not the stack's."""

    slots: tuple[Slot, ...]
    why: str = ""
    skipped: tuple[tuple[str, str], ...] = ()
    expected: Decimal | None = None
    alternative: Alternative | None = None
    cold: bool = False
    long_cache: bool = False


class EconomyOrder:
    """Orders the slots for one turn by what each would cost with what it has read."""

    def __init__(
        self,
        economy: Economy,
        facts: CostFacts,
        role_slots: RoleSlots,
        question: RoutingInput,
        *,
        system: str | None,
        name: Callable[[ModelRef], str],
    ) -> None:
        """Take what a turn is about.

        Args:
            economy: what a better answer may cost.
            facts: who has read the chat and what tokens cost.
            role_slots: the slots of other roles.
            question: what is asked.
            system: the system prompt that is sent.
            name: returns what people call a model.
        """
        self._economy: Economy = economy
        self._name = name
        self._facts = facts
        self._role_slots = role_slots
        self._question = question
        self._system = system
        self._slots: dict[str, Slot] = {}

    def order(self, slots: tuple[Slot, ...], role: str) -> Order:
        """Return `slots` with the one first that the score says."""
        need = need_of(role, self._economy)
        if need is None:
            return Order(slots=slots)
        base = self._base(role, need)
        home = (self._role_slots(base) if base != role else slots)[:1] or slots[:1]
        chat = self._facts.chat(self._question, role)
        unread = not chat.kept and chat.situation.context < _SMALL
        if unread and not self._facts.ready:  # nothing to weigh: nobody waits for the price list
            return self._with_first(slots, home[0], self._saving(home[0], slots))
        candidates = self._candidates(home[0], role, need, chat)
        usual = EASY if self._economy == "saver" else DAILY
        ruling = decide(candidates, need, chat.situation, self._economy, home=usual)
        if ruling is None or not any(one.variant == self._variant(home[0]) for one in candidates):
            return self._with_first(slots, home[0], self._saving(home[0], slots))
        return self._decided(ruling, candidates, slots, home[0], chat)

    def _base(self, role: str, need: int) -> str:
        """Return the role whose slot answers: another one where the saver goes a step down."""
        if need == NEEDS[role]:
            return role
        return QUICK if need == EASY else DAILY_DRIVER

    def _variant(self, slot: Slot) -> str:
        return self._facts.variant(slot, self._question, self._system)

    def _weighed(self, home: Slot, role: str, need: int, chat: ChatCosts) -> Iterator[tuple[Slot, int, bool]]:
        """Yield who is weighed, with what it is good for and whether it may answer this turn.

        The role's own model, whoever has read the chat and is good enough, and for what comes after it the everyday and
        the strong one.
        """
        read = {kept.variant for kept in chat.kept if kept.warm_tokens(chat.situation.now)}
        yield home, need, True
        if need < HARD:
            yield from (
                (slot, need, True) for slot in self._role_slots(role)[1:] if self._variant(slot) in read
            )
        for everyday in _EVERYDAY:
            for slot in self._role_slots(everyday)[:1]:
                fits = role in _ANYBODY or role == everyday
                stands_in = role == HEAVY_LIFTING and everyday == DAILY_DRIVER
                yield slot, DAILY, stands_in or (fits and self._variant(slot) in read)
        for slot in self._role_slots(HEAVY_LIFTING)[:_STRONG]:
            yield slot, HARD, role == HEAVY_LIFTING or self._variant(slot) in read

    def _candidates(self, home: Slot, role: str, need: int, chat: ChatCosts) -> list[CostCandidate]:
        """Return them, each variant once: as what it is best for."""
        found: dict[str, tuple[int, bool]] = {}
        for slot, tier, able in self._weighed(home, role, need, chat):
            variant = self._variant(slot)
            known = found.get(variant, (0, False))
            found[variant] = max(known[0], tier), known[1] or able
            self._slots.setdefault(variant, slot)
        second = {self._variant(slot) for slot in self._role_slots(HEAVY_LIFTING)[1:_STRONG]} - {
            self._variant(home)
        }
        made = [
            self._facts.candidate(
                self._slots[variant], tier, chat, variant, role, able=able, second=variant in second
            )
            for variant, (tier, able) in found.items()
        ]
        return [one for one in made if one is not None]

    def _decided(
        self,
        ruling: CostRuling,
        candidates: Sequence[CostCandidate],
        slots: tuple[Slot, ...],
        home: Slot,
        chat: ChatCosts,
    ) -> Order:
        chosen = ruling.chosen
        slot = self._slots[chosen.candidate.variant]
        first = next(one for one in candidates if one.variant == self._variant(home))
        why = self._why(chosen, slot, first, home, chat) or self._saving(home, slots)
        found = self._with_first(slots, slot, why)
        return Order(
            slots=found.slots,
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

    def _why(self, chosen: Priced, slot: Slot, first: CostCandidate, home: Slot, chat: ChatCosts) -> str:
        if chosen.candidate.variant == first.variant:
            return ""
        name, other = self._name(slot.ref), self._name(home.ref)
        price = dollars(_usd(price_now(first, chat.situation)), exact=False)
        if warm_tokens(chosen.candidate, chat.situation.now):
            return f"stayed with {name}: it has read this chat, {other} would cost {price}"
        return f"{name} answers, for {other} would cost {price} ({self._economy})"

    def _saving(self, slot: Slot, slots: Sequence[Slot]) -> str:
        if self._economy != "saver" or not slots or slot == slots[0]:
            return ""
        return f"{self._name(slot.ref)} answers, to save ({self._economy})"

    @staticmethod
    def _with_first(slots: tuple[Slot, ...], first: Slot, why: str) -> Order:
        if not slots or first == slots[0]:
            return Order(slots=slots)
        rest = tuple(slot for slot in slots if slot != first)
        return Order(slots=(first, *rest), why=why, skipped=((str(slots[0].ref), why),))

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
        return Alternative(self._slots[other.variant], _usd(price_now(other, turn)), _usd(leaving))


def _usd(amount: float) -> Decimal:
    return Decimal(f"{amount:.6f}")
