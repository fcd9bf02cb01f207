"""The ledger, opened when the first call is made: a router that only decides opens no history."""

from collections.abc import Callable

from mixchat.words.error import Failure
from mixchat.words.meter import Call, Meter
from mixchat.words.request import Request
from mixchat.words.usage import Cost, Usage


class LateMeter:
    """Passes everything on to a meter that is made at the first call."""

    def __init__(self, make: Callable[[], Meter]) -> None:
        self._make = make

    def open(self, call: Call, request: Request) -> str:
        """Reserve the call's estimated cost and return its id.

        Raises:
            OverBudget: the call would pass a budget; nothing is reserved.
        """
        return self._make().open(call, request)

    def running(self, call_id: str, text: str, usage: Usage) -> Cost:
        """Return what the call has cost so far."""
        return self._make().running(call_id, text, usage)

    def close(
        self, call_id: str, *, text: str, usage: Usage, complete: bool, failure: Failure | None
    ) -> tuple[Usage, Cost]:
        """Write the ledger's row, free the reservation, and return usage and cost as written."""
        return self._make().close(call_id, text=text, usage=usage, complete=complete, failure=failure)
