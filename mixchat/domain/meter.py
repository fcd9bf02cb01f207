"""The seam between those who make calls and those who count the money."""

from typing import Literal, Protocol

from msgspec import Struct

from mixchat.domain.errors import Failure
from mixchat.domain.growing_text import GrowingText
from mixchat.domain.model import ModelRef
from mixchat.domain.request import ModelRequest
from mixchat.domain.usage import Cost, Usage

Purpose = Literal["answer", "plan", "execute", "judge", "title", "compare", "merge", "compact", "embedding"]


class MeteredCall(Struct, frozen=True, kw_only=True):
    """A call that is about to be made, and for whom."""

    ref: ModelRef
    purpose: Purpose
    role: str | None = None
    chat: str | None = None
    turn: str | None = None
    allow_over_budget: bool = False
    """The person was shown the budget and said to go on: reserve and count, but do not refuse."""


class Meter(Protocol):
    """Counts every call exactly once: `open` before it is sent, `close` in the caller's `finally`.

    Closing is synchronous, so that a cancelled caller cannot lose it. A caller that is cancelled while it opens has
    reserved nothing.
    """

    async def open(self, call: MeteredCall, request: ModelRequest) -> str:
        """Reserve the call's estimated cost and return its id.

        Raises:
            OverBudget: the call would pass a budget; nothing is reserved.
        """
        ...

    def running(
        self, call_id: str, text: GrowingText, usage: Usage, *, counted: int = 0
    ) -> tuple[Usage, Cost]:
        """Return what the call has used and cost so far, by the usage reported and the text received.

        `text` is all that came, thinking included; `counted` is how many of its characters had come when the provider
        last counted the output. This is the one live figure there is: counts that the provider
        did not give are estimated here as they are when the call ends, so that the two differ by what it corrects.
        """
        ...

    def close(
        self,
        call_id: str,
        *,
        text: str,
        usage: Usage,
        complete: bool,
        failure: Failure | None,
        counted: int = 0,
    ) -> tuple[Usage, Cost]:
        """Write the ledger's row, free the reservation, and return the usage as reported and the cost as written.

        Counts that the provider did not give are estimated from the request and `text` (reply and
        thinking together) for the row and make the cost inexact; in the usage returned they stay
        `None`. A call that failed before the provider counted anything costs nothing. A second
        close of the same call writes nothing.
        """
        ...
