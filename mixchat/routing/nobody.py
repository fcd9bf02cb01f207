"""Why no seat can take a prompt, in one sentence that says what to do."""

from mixchat.routing.outgoing import unfit
from mixchat.routing.resources import Resources
from mixchat.words.decision import Decision
from mixchat.words.error import BadRequest, Failure, NeedsKey, NoLocalSeat, ProviderError
from mixchat.words.model import ModelRef
from mixchat.words.question import Brief


def nobody(brief: Brief, decision: Decision, resources: Resources) -> Failure:
    """Return why the decision's line-up holds nobody who could take `brief`."""
    for seat in decision.lineup:
        reason = unfit(seat, resources.cards(seat.ref), brief.messages)
        return BadRequest(
            f"{seat.ref} {reason}; leave the file out or pin another model.", ref=seat.ref
        ).failure
    if decision.private:
        return nobody_local(decision).failure
    if len(decision.skipped) == 1:
        ref = ModelRef.parse(decision.skipped[0][0])
        try:
            resources.providers.get(ref.provider)
        except ProviderError as error:
            return error.failure
    return _nobody_reachable(decision)


def nobody_local(decision: Decision) -> NoLocalSeat:
    """Return the error of a private prompt without a local seat."""
    if decision.pinned and decision.skipped:
        return NoLocalSeat(
            f"This is private, and {decision.skipped[0][0]} is not on this machine; pin a local model."
        )
    whose = f"the role {decision.role}" if decision.role else "this chat"
    return NoLocalSeat(
        f"This is private, and {whose} has no model on this machine; add a local or Ollama seat, "
        "or run `mixchat local pull`."
    )


def _nobody_reachable(decision: Decision) -> Failure:
    if not decision.skipped:
        return NeedsKey("The stack has no models for this; add some, or choose another stack.").failure
    reasons = "; ".join(f"{name}: {reason}" for name, reason in decision.skipped[:3])
    return NeedsKey(f"No model of the line-up can be asked ({reasons}); run `mixchat doctor`.").failure
