"""What the ledger and the price list know that a turn's cost depends on: who has read the chat, and what tokens cost."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from mixchat.domain.chat_request import RoutingInput
from mixchat.domain.model import ModelRef
from mixchat.domain.stack import Slot
from mixchat.ledger.cache_book import Kept, variant_of
from mixchat.ledger.cache_rules import cache_rule
from mixchat.ledger.token_count import count_tokens
from mixchat.routing.cache_cost import CostCandidate, Gaps, Situation, Tariff, Warmth

if TYPE_CHECKING:
    from mixchat.ledger.ledger import Ledger
    from mixchat.ledger.prices import Prices

_THINKS: Final = 2.0
"""How many times longer a reply at high effort is, until it was counted."""
_MUCH: Final = frozenset({"high", "xhigh", "max"})
_PER_IMAGE: Final = 1_100
_PER_BYTE: Final = {"text/plain": 0.25, "application/pdf": 0.03}


class ChatCosts(Struct, frozen=True):
    """What is known of a turn's chat."""

    kept: tuple[Kept, ...]
    situation: Situation


class CostFacts:
    """Answers from the ledger and the price list; the ledger is opened when a chat is asked about."""

    def __init__(self, ledger: "Callable[[], Ledger]", prices: "Prices", now: Callable[[], float]) -> None:
        self._ledger = ledger
        self._prices = prices
        self._now = now

    @property
    def ready(self) -> bool:
        """Whether the price list is in memory, so that nobody has to wait for it."""
        return self._prices.ready

    def chat(self, question: RoutingInput, role: str) -> ChatCosts:
        """Return who has read the chat, how large it is with this prompt, and how long people take to go on."""
        prompt = count_tokens(question.prompt) + sum(
            _PER_IMAGE
            if file.media_type.startswith("image/")
            else _PER_BYTE.get(file.media_type, 0.25) * file.size
            for file in question.files
        )
        if question.chat is None or not question.history:
            return ChatCosts((), self._situation(prompt, role, Gaps()))
        book = self._ledger().caches
        before = book.size(question.chat) or sum(count_tokens(earlier) for earlier in question.history)
        return ChatCosts(book.kept(question.chat), self._situation(prompt + before, role, Gaps(book.gaps())))

    def _situation(self, tokens: float, role: str, gaps: Gaps) -> Situation:
        reply = round(self._ledger().estimator.usual_length(role)) if self.ready else 400
        return Situation(context=round(tokens), reply=reply, now=self._now(), gaps=gaps)

    def variant(self, slot: Slot, question: RoutingInput, system: str | None) -> str:
        """Return what the cache of `slot` would be kept for in this turn."""
        own = question.settings
        return variant_of(
            slot.ref,
            own.effort or slot.effort,
            system if own.system is None else own.system,
            search=slot.search if own.search is None else own.search,
        )

    def candidate(
        self,
        slot: Slot,
        tier: int,
        chat: ChatCosts,
        variant: str,
        role: str,
        *,
        able: bool = True,
        second: bool = False,
    ) -> CostCandidate | None:
        """Return `slot` with its prices and what it has read, or `None` where its price is unknown or nothing."""
        now = chat.situation.now
        first = self._tariff(slot.ref, 0, now)
        if first is None or first.output <= 0:
            return None
        book, rule = self._ledger(), cache_rule(str(slot.ref))
        ratio = book.estimator.ratio(slot.ref)
        kept = next((one for one in chat.kept if one.variant == variant), None)
        return CostCandidate(
            variant=variant,
            tier=tier,
            tariff=lambda tokens: self._tariff(slot.ref, tokens, now) or first,
            rule=rule,
            hit=book.caches.hit(slot.ref) if kept else rule.hit,
            ratio=ratio,
            longer=self._longer(slot, role, ratio),
            warmth=Warmth(kept.started, kept.tokens, kept.life) if kept else None,
            able=able,
            second=second,
        )

    def _longer(self, slot: Slot, role: str, ratio: float) -> float:
        """Return how many times longer than the role's usual reply this model's is, beside what its tokens do."""
        estimator = self._ledger().estimator
        own, usual = estimator.usual_length(role, slot.ref), estimator.usual_length(role)
        if own != usual:
            return own / max(usual * ratio, 1.0)
        return _THINKS if slot.effort in _MUCH else 1.0

    def _tariff(self, ref: ModelRef, tokens: int, now: float) -> Tariff | None:
        rates = self._prices.rates(ref, now, context=tokens)
        if rates is None or rates.input is None or rates.output is None:
            return None
        entry = float(rates.input)
        read = entry if rates.cache_read is None else float(rates.cache_read)
        write = entry if rates.cache_write is None else float(rates.cache_write)
        dollars: Sequence[float] = (
            entry,
            float(rates.output),
            read,
            write,
            float(rates.cache_write_long or 0),
        )
        return Tariff(*(each / 1e6 for each in dollars))
