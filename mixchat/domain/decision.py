"""What the router decided about a prompt, and why."""

from decimal import Decimal
from typing import Literal

from msgspec import Struct, field

from mixchat.domain.stack import Slot
from mixchat.domain.usage import FREE, Cost

Classifier = Literal["pin", "rule", "local", "learned", "judge", "default", "continued", "summary"]
"""Who gave the role. `continued` and `summary`: what was asked for gave it, and nobody chose or guessed."""
Economy = Literal["quality", "balanced", "saver"]
"""What a better answer may cost."""


class Evidence(Struct, frozen=True):
    """One thing in the prompt that spoke for a role."""

    text: str
    """In words: `code fence`, `'fix'`, `TypeError`."""
    weight: float


class Classification(Struct, frozen=True):
    """A classifier's answer: the role, how sure it is (0 to 1) and what it saw."""

    role: str
    confidence: float
    classifier: Classifier
    evidence: tuple[Evidence, ...] = ()
    alternatives: tuple[tuple[str, float], ...] = ()
    """Other roles and their probabilities, the likeliest first."""
    margin: float = 1.0
    """The first role's probability less the second's."""


class Alternative(Struct, frozen=True):
    """Who else could answer, and what that would cost. Dollars, estimated."""

    slot: Slot = field(name="seat")  # as saved chats have it
    usd: Decimal
    leaving: Decimal = Decimal(0)
    """What of it is only for reading what the chosen model has in its cache."""


class RoutingDecision(Struct, frozen=True):
    """A verdict, turned into the fallback order that will be tried in order."""

    role: str | None
    """`None` when a model was pinned."""
    fallback_order: tuple[Slot, ...] = field(name="lineup")  # as saved chats have it
    """Only slots that can be reached with the keys at hand."""
    confidence: float
    classifier: Classifier
    why: str
    """One line in words, made from the evidence."""
    evidence: tuple[Evidence, ...] = ()
    alternatives: tuple[tuple[str, float], ...] = ()
    skipped: tuple[tuple[str, str], ...] = ()
    """Model references that were passed over, each with the reason in words."""
    plan: Slot | None = None
    """The slot that plans first, in a two-step role."""
    system: str | None = None
    """The role's own system prompt."""
    private: bool = False
    pinned: bool = False
    """A pin is a promise: the fallback order has one slot and is never widened."""
    spent: Cost = FREE
    """What deciding cost: the judge, where one was asked."""
    expected: Decimal | None = None
    """Dollars that the first slot's answer will probably cost, where its price is known and was looked up."""
    alternative: Alternative | None = None
    """The next best model, where its price is known and was looked up."""
    price_reason: str = ""
    """Why a price put another model first than the role's own, in words."""
    cold: bool = False
    """A long chat that nobody has in a cache any more: a summary to go on from may be offered."""
    long_cache: bool = False
    """Whether the first slot's provider is asked to keep the conversation for an hour."""
