"""The seam between a chat and the router."""

from collections.abc import AsyncGenerator, Sequence
from typing import Protocol

from mixchat.domain.chat_request import ChatRequest, RoutingInput
from mixchat.domain.decision import RoutingDecision
from mixchat.domain.errors import Failure
from mixchat.domain.events import RouterEvent
from mixchat.domain.turn import Attempt
from mixchat.domain.usage import Cost


class Run(Protocol):
    """One turn's way through its fallback order."""

    @property
    def attempts(self) -> Sequence[Attempt]:
        """Return the calls so far; the one under way is the last, with what it has used and cost until now."""
        ...

    @property
    def failure(self) -> Failure | None:
        """Return why there is no complete reply, once `events` has ended."""
        ...

    @property
    def extra(self) -> Cost:
        """Return what was spent for this turn outside of its attempts."""
        ...

    def try_next(self) -> bool:
        """Go on to the next model now; return whether there is one and no word has come yet."""
        ...

    def events(self) -> AsyncGenerator[RouterEvent]:
        """Yield what happens; `Routed` first. Cancelling it closes the connection under way.

        A `ProviderError` never escapes: the last event is then `AttemptFailed`, or there was no call at all,
        and `failure` says why.
        """
        ...


class Router(Protocol):
    """Gives a prompt its role and its fallback order, and sees it through."""

    async def decide(self, question: RoutingInput) -> RoutingDecision:
        """Return the decision for `question`.

        Raises:
            Guarded: no slot may take it.
        """
        ...

    def run(self, chat_request: ChatRequest, decision: RoutingDecision) -> Run:
        """Return the turn's way through its fallback order; nothing is sent until its events are read."""
        ...
