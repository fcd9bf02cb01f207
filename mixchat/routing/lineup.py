"""From a role to the seats that can really take the prompt."""

from collections.abc import Iterable, Sequence

from msgspec import Struct

from mixchat.domain.chat_request import ChatRequest, RoutingInput
from mixchat.domain.decision import RoutingDecision
from mixchat.domain.errors import BadRequest, Failure, NeedsKey, NoLocalSeat, ProviderError
from mixchat.domain.model import ModelRef
from mixchat.domain.stack import RoleConfig, Seat, Stack
from mixchat.routing.request_builder import unfit, unreadable
from mixchat.routing.services import RoutingServices


class Lineup(Struct, frozen=True):
    """Seats in the order in which they will be asked, and those that were passed over."""

    seats: tuple[Seat, ...]
    skipped: tuple[tuple[str, str], ...] = ()
    """Model references, each with the reason in words."""
    plan: Seat | None = None
    private: bool = False


def of_role(stack: Stack, role: str, question: RoutingInput, resources: RoutingServices) -> Lineup:
    """Return the line-up of `role`, private if the role or the chat is.

    A private chat may take any local seat of the stack when the role has none; resting models come last.
    """
    post = stack.roles.get(role) or RoleConfig(role)
    private = question.private or post.private
    seats = stack.lineup(role)
    if private and not post.private and not any(resources.local(seat.ref) for seat in seats):
        seats = (*seats, *(seat for other in stack.roles.values() for seat in other.seats))
    lineup = _sifted(dict.fromkeys(seats), question, resources, private=private)
    plan = None if question.continues else post.plan
    if plan is None:
        return lineup
    reason = _why_not(plan, question, resources, private=private)
    if reason is None:
        return Lineup(lineup.seats, lineup.skipped, plan, private)
    return Lineup(
        lineup.seats, (*lineup.skipped, (str(plan.ref), f"{reason}, so nothing is planned")), None, private
    )


def of_seat(seat: Seat, question: RoutingInput, resources: RoutingServices) -> Lineup:
    """Return the line-up of a pinned model: itself, or nobody."""
    return _sifted([seat], question, resources, private=question.private)


def _sifted(
    seats: Iterable[Seat], question: RoutingInput, resources: RoutingServices, *, private: bool
) -> Lineup:
    fit: list[Seat] = []
    resting: list[Seat] = []
    skipped: list[tuple[str, str]] = []
    for seat in seats:
        reason = _why_not(seat, question, resources, private=private)
        if reason is not None:
            skipped.append((str(seat.ref), reason))
            continue
        state = resources.health.state(seat.ref)
        if state.phase == "open" and state.failure is not None:
            skipped.append((str(seat.ref), f"rests for {state.seconds:.0f} s: {state.failure.message}"))
            resting.append(seat)
        else:
            fit.append(seat)
    return Lineup((*fit, *resting), tuple(skipped), private=private)


def _why_not(seat: Seat, question: RoutingInput, resources: RoutingServices, *, private: bool) -> str | None:
    provider = seat.ref.provider
    if private and not resources.local(seat.ref):
        return "is not on this machine, and this is private"
    if not resources.providers.reachable(provider):
        return f"no key or address for {provider}"
    return unreadable(_types(question), resources.cards(seat.ref))


def _types(question: RoutingInput) -> Sequence[str]:
    return [file.media_type for file in question.files]


def explain_no_candidate(
    chat_request: ChatRequest, decision: RoutingDecision, resources: RoutingServices
) -> Failure:
    """Return why the decision's line-up holds nobody who could take `brief`."""
    for seat in decision.lineup:
        reason = unfit(seat, resources.cards(seat.ref), chat_request.messages)
        return BadRequest(
            f"{seat.ref} {reason}; leave the file out or pin another model.", ref=seat.ref
        ).failure
    if decision.private:
        return no_local_candidate(decision).failure
    if len(decision.skipped) == 1:
        ref = ModelRef.parse(decision.skipped[0][0])
        try:
            resources.providers.get(ref.provider)
        except ProviderError as error:
            return error.failure
    return _nobody_reachable(decision)


def no_local_candidate(decision: RoutingDecision) -> NoLocalSeat:
    """Return the error of a private prompt without a local seat."""
    if decision.pinned and decision.skipped:
        return NoLocalSeat(
            f"This is private, and {decision.skipped[0][0]} is not on this machine; pin a local model."
        )
    whose = f"the role {decision.role}" if decision.role else "this chat"
    return NoLocalSeat(
        f"This is private, and {whose} has no model on this machine; add a local or Ollama model, "
        "or run `mixchat local pull`."
    )


def _nobody_reachable(decision: RoutingDecision) -> Failure:
    if not decision.skipped:
        return NeedsKey("The stack has no models for this; add some, or choose another stack.").failure
    reasons = "; ".join(f"{name}: {reason}" for name, reason in decision.skipped[:3])
    return NeedsKey(f"No model of the fallback order can be asked ({reasons}); run `mixchat doctor`.").failure
