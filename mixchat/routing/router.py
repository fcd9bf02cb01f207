"""Gives every prompt its role and its fallback order, and sees it through."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

from msgspec import structs

from mixchat.domain.chat_request import ChatRequest, Pin, RoutingInput
from mixchat.domain.decision import Classification, Classifier, Evidence, RoutingDecision
from mixchat.domain.stack import Slot, Stack
from mixchat.domain.usage import FREE, Cost
from mixchat.routing.cost_order import CostOrder
from mixchat.routing.economy_order import Order
from mixchat.routing.fallback_order import FallbackOrder, no_local_candidate, of_role, of_slot
from mixchat.routing.services import RoutingServices

if TYPE_CHECKING:
    from mixchat.routing.turn_run import TurnRun

_MOST_EVIDENCE = 3
_UNCHOSEN: Mapping[Classifier, str] = {
    "continued": "continues the reply above",
    "summary": "a summary of the chat",
}
"""Why a role answers that nobody chose or guessed."""


class PromptClassifier(Protocol):
    """Gives a prompt a role without a network: the user's rules, what was learned, the local weights."""

    @property
    def is_loaded(self) -> bool:
        """Whether `classify` has nothing to load first."""
        ...

    async def load(self) -> None:
        """Load what `classify` needs, without holding up the loop."""
        ...

    def classify(self, question: RoutingInput, stack: Stack) -> Classification:
        """Return the role and what in the prompt spoke for it. Takes milliseconds once it is loaded."""
        ...


class SecondOpinion(Protocol):
    """Someone outside of this process who may know better than the local classifier."""

    async def ask(
        self, question: RoutingInput, stack: Stack, classification: Classification
    ) -> tuple[Classification, Cost]:
        """Return a better verdict, or `verdict` as it is, and what asking cost. Raises nothing but bugs."""
        ...


class Router:
    """Decides by pin, rules, local classifier and advisers, in this order; then asks the fallback order.

    `stack` may be exchanged at any time; a turn that is under way keeps its fallback order.
    """

    def __init__(
        self,
        stack: Stack,
        *,
        classifier: PromptClassifier,
        resources: RoutingServices,
        advisers: Sequence[SecondOpinion] = (),
        economy: CostOrder | None = None,
    ) -> None:
        self.stack = stack
        self.resources = resources
        self._classifier = classifier
        self._advisers = advisers
        self._economy = economy or CostOrder()

    @property
    def is_loaded(self) -> bool:
        """Whether a decision has nothing to load first."""
        return self._classifier.is_loaded

    async def load(self) -> None:
        """Load what a decision needs, without holding up the loop."""
        await self._classifier.load()

    async def decide(self, question: RoutingInput) -> RoutingDecision:
        """Return the decision for `question`. Once it is loaded, nothing is awaited without advisers.

        Raises:
            NoLocalModel: the role or the chat is private and nothing on this machine can take it.
        """
        if question.pin is not None:
            return _checked(self._pinned(question, question.pin))
        if not self._classifier.is_loaded:
            await self._classifier.load()
        classification, spent = self._classifier.classify(question, self.stack), FREE
        for adviser in self._advisers:
            if self._may_be_told(question, classification):
                classification, cost = await adviser.ask(question, self.stack, classification)
                spent += cost
        return _checked(self._by(classification, question, spent))

    def decide_locally(self, question: RoutingInput) -> RoutingDecision:
        """Return what would be decided without advisers: no network, nothing spent, nothing raised."""
        if question.pin is not None:
            return self._pinned(question, question.pin)
        return self._by(self._classifier.classify(question, self.stack), question, FREE)

    def run(self, chat_request: ChatRequest, decision: RoutingDecision) -> "TurnRun":
        """Return the turn's way through its fallback order; nothing is sent until its events are read."""
        from mixchat.routing.turn_run import TurnRun  # deciding alone needs no event loop

        return TurnRun(chat_request, decision, self.resources)

    def _may_be_told(self, question: RoutingInput, classification: Classification) -> bool:
        """Whether the prompt may leave the machine just to be classified."""
        role_config = self.stack.roles.get(classification.role)
        return not question.private and not (role_config is not None and role_config.private)

    def _pinned(self, question: RoutingInput, pin: Pin) -> RoutingDecision:
        if pin.slot is not None:
            fallback_order = of_slot(pin.slot, question, self.resources)
            return _decision(
                fallback_order, Classification("", 1.0, "pin"), f"pinned to {pin.slot.ref}", pinned=True
            )
        role = pin.role or pin.name
        fallback_order = of_role(self.stack, role, question, self.resources)
        why = _UNCHOSEN.get(pin.chosen_by, f"pinned to {role}")
        return _decision(
            fallback_order, Classification(role, 1.0, pin.chosen_by), why, system=self._system(role)
        )

    def _by(self, classification: Classification, question: RoutingInput, spent: Cost) -> RoutingDecision:
        fallback_order = of_role(self.stack, classification.role, question, self.resources)
        system = self._system(classification.role)
        order = (
            Order(slots=fallback_order.slots)
            if fallback_order.plan is not None or question.continues
            else self._economy.order(
                fallback_order.slots,
                self.stack,
                classification.role,
                question,
                self._role_slots(question),
                system,
            )
        )
        slots = tuple(sorted(order.slots, key=lambda slot: self.resources.health.rests(slot.ref)))
        why = told(classification)
        if classification.role not in self.stack.roles:
            why += f"; the stack {self.stack.name} has no models for it"
        decision = _decision(
            FallbackOrder(
                slots, (*fallback_order.skipped, *order.skipped), fallback_order.plan, fallback_order.private
            ),
            classification,
            f"{why}; {order.why}" if order.why else why,
            system=system,
            spent=spent,
        )
        if slots[:1] != order.slots[:1]:
            return decision
        return structs.replace(
            decision,
            expected=order.expected,
            alternative=order.alternative,
            price_reason=order.why,
            cold=order.cold,
            long_cache=order.long_cache,
        )

    def _role_slots(self, question: RoutingInput) -> Callable[[str], Sequence[Slot]]:
        """Return what looks up the slots of other roles that can take this prompt now."""

        def role_slots(role: str) -> Sequence[Slot]:
            role_config = self.stack.roles.get(role)
            if role_config is None or role_config.private:
                return ()
            own = {slot.ref for slot in role_config.slots}
            found = of_role(self.stack, role, question, self.resources).slots
            return [slot for slot in found if slot.ref in own and not self.resources.health.rests(slot.ref)]

        return role_slots

    def _system(self, role: str) -> str | None:
        role_config = self.stack.roles.get(role)
        return role_config.system if role_config else None


def told(classification: Classification) -> str:
    """Return a verdict in one line: `coding 0.93: code fence, TypeError, 'fix'`."""
    evidence = strongest(classification.evidence)
    line = f"{classification.role} {classification.confidence:.2f}"
    return f"{line}: {', '.join(item.text for item in evidence)}" if evidence else line


def strongest(evidence: Sequence[Evidence]) -> Sequence[Evidence]:
    """Return the few things that spoke the loudest, the loudest first."""
    return sorted(evidence, key=lambda item: -item.weight)[:_MOST_EVIDENCE]


def _checked(decision: RoutingDecision) -> RoutingDecision:
    if decision.private and not decision.fallback_order:
        raise no_local_candidate(decision)
    return decision


def _decision(
    fallback_order: FallbackOrder,
    classification: Classification,
    why: str,
    *,
    system: str | None = None,
    spent: Cost = FREE,
    pinned: bool = False,
) -> RoutingDecision:
    return RoutingDecision(
        role=classification.role or None,
        fallback_order=fallback_order.slots,
        confidence=classification.confidence,
        classifier=classification.classifier,
        why=why,
        evidence=classification.evidence,
        alternatives=classification.alternatives,
        skipped=fallback_order.skipped,
        plan=fallback_order.plan,
        system=system,
        private=fallback_order.private,
        pinned=pinned,
        spent=spent,
    )
