"""From a role to the slots that can really take the prompt."""

from collections.abc import Iterable, Sequence
from typing import Final

from msgspec import Struct

from mixchat.domain.chat_request import ChatRequest, RoutingInput
from mixchat.domain.decision import RoutingDecision
from mixchat.domain.errors import BadRequest, Failure, NeedsKey, NoLocalModel, ProviderError
from mixchat.domain.model import ModelRef
from mixchat.domain.stack import RoleConfig, Slot, Stack
from mixchat.routing.request_builder import surely_reads, unfit, unreadable
from mixchat.routing.services import RoutingServices

_OTHERWISE: Final = "leave the file out or pin another model."
_NO_WAY: Final = "no key or address for"
_ELSEWHERE: Final = "is not on this machine, and this is private"


class FallbackOrder(Struct, frozen=True):
    """Slots in the order in which they will be asked, and those that were passed over."""

    slots: tuple[Slot, ...]
    skipped: tuple[tuple[str, str], ...] = ()
    """Model references, each with the reason in words."""
    plan: Slot | None = None
    private: bool = False


def of_role(stack: Stack, role: str, question: RoutingInput, resources: RoutingServices) -> FallbackOrder:
    """Return the fallback order of `role`, private if the role or the chat is.

    A private chat may take any local slot of the stack when the role has none; resting models come last.
    """
    role_config = stack.roles.get(role) or RoleConfig(role)
    private = question.private or role_config.private
    slots = stack.fallback_order(role)
    if private and not role_config.private and not any(resources.local(slot.ref) for slot in slots):
        slots = (*slots, *(slot for other in stack.roles.values() for slot in other.slots))
    fallback_order = _sifted(dict.fromkeys(slots), question, resources, private=private)
    plan = None if question.continues else role_config.plan
    if plan is None:
        return fallback_order
    reason = _why_not(plan, question, resources, private=private)
    if reason is None:
        return FallbackOrder(fallback_order.slots, fallback_order.skipped, plan, private)
    return FallbackOrder(
        fallback_order.slots,
        (*fallback_order.skipped, (str(plan.ref), f"{reason}, so nothing is planned")),
        None,
        private,
    )


def of_slot(slot: Slot, question: RoutingInput, resources: RoutingServices) -> FallbackOrder:
    """Return the fallback order of a pinned model: itself, or nobody."""
    return _sifted([slot], question, resources, private=question.private)


def _sifted(
    slots: Iterable[Slot], question: RoutingInput, resources: RoutingServices, *, private: bool
) -> FallbackOrder:
    fit: list[Slot] = []
    resting: list[Slot] = []
    skipped: list[tuple[str, str]] = []
    for slot in slots:
        reason = _why_not(slot, question, resources, private=private)
        if reason is not None:
            skipped.append((str(slot.ref), reason))
            continue
        state = resources.health.state(slot.ref)
        if state.phase == "open" and state.failure is not None:
            skipped.append(
                (str(slot.ref), f"unavailable, retry in {state.seconds:.0f} s: {state.failure.message}")
            )
            resting.append(slot)
        else:
            fit.append(slot)
    types = _types(question)
    if types:
        # A model of which nobody knows whether it sees is asked after those that do.
        fit.sort(key=lambda slot: not surely_reads(types, resources.cards(slot.ref)))
    return FallbackOrder((*fit, *resting), tuple(skipped), private=private)


def _why_not(slot: Slot, question: RoutingInput, resources: RoutingServices, *, private: bool) -> str | None:
    provider = slot.ref.provider
    if private and not resources.local(slot.ref):
        return _ELSEWHERE
    if not resources.providers.reachable(provider):
        return f"{_NO_WAY} {provider}"
    return unreadable(question.files, slot.ref, resources)


def _types(question: RoutingInput) -> Sequence[str]:
    return [file.media_type for file in question.files]


def explain_no_candidate(
    chat_request: ChatRequest, decision: RoutingDecision, resources: RoutingServices
) -> Failure:
    """Return why the decision's fallback order holds nobody who could take `chat_request`."""
    files = chat_request.messages[-1].attachments if chat_request.messages else ()
    for slot in decision.fallback_order:
        reason = unfit(slot, chat_request.messages, resources)
        return BadRequest(f"{slot.ref} {reason}; {_OTHERWISE}", ref=slot.ref).failure
    if decision.private:
        return no_local_candidate(decision).failure
    refs = [ModelRef.parse(name) for name, _ in decision.skipped]
    unable = [
        (ref, reason)
        for ref in refs
        if resources.providers.reachable(ref.provider)
        and (reason := unreadable(files, ref, resources)) is not None
    ]
    if len(unable) == 1:
        ref, reason = unable[0]
        return BadRequest(f"{ref} {reason}; {_OTHERWISE}", ref=ref).failure
    if unable:
        said = "; ".join(f"{ref} {reason}" for ref, reason in unable[:3])
        return BadRequest(f"No model of the fallback order can take the file ({said}); {_OTHERWISE}").failure
    if len(refs) == 1:
        try:
            resources.providers.get(refs[0].provider)
        except ProviderError as error:
            return error.failure
    return _nobody_reachable(decision)


def no_local_candidate(decision: RoutingDecision) -> NoLocalModel:
    """Return the error of a private prompt without a local slot."""
    here = [
        (name, reason)
        for name, reason in decision.skipped
        if reason != _ELSEWHERE and not reason.startswith(_NO_WAY)
    ]
    if here:
        # It is on this machine, and cannot take it for another reason.
        said = "; ".join(f"{name}: {reason}" for name, reason in here[:3])
        return NoLocalModel(
            f"This is private, and no model on this machine can take it ({said}); choose another, or leave the file out."
        )
    if decision.pinned and decision.skipped:
        return NoLocalModel(
            f"This is private, and {decision.skipped[0][0]} is not on this machine; pin a local model."
        )
    whose = f"the role {decision.role}" if decision.role else "this chat"
    return NoLocalModel(
        f"This is private, and {whose} has no model on this machine; add a local or Ollama model, "
        "or run `mixchat local pull`."
    )


def _nobody_reachable(decision: RoutingDecision) -> Failure:
    if not decision.skipped:
        return NeedsKey("The stack has no models for this; add some, or choose another stack.").failure
    reasons = "; ".join(f"{name}: {reason}" for name, reason in decision.skipped[:3])
    # The stack `auto` never comes here: it holds what can be asked, and the built-in model.
    instead = "" if decision.pinned else ", or use the stack auto, which takes the models that can be asked"
    return NeedsKey(
        f"No model of the fallback order can be asked ({reasons}); run `mixchat doctor`{instead}."
    ).failure
