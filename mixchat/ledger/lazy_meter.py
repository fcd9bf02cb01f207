"""A meter that opens the ledger with the first call, so that deciding alone never touches the disk."""

from collections.abc import Callable

from mixchat.domain.errors import Failure
from mixchat.domain.growing_text import GrowingText
from mixchat.domain.meter import Meter, MeteredCall
from mixchat.domain.request import ModelRequest
from mixchat.domain.usage import Cost, Usage


class LazyMeter:
    """Implements `mixchat.domain.meter.Meter` by the one that `made` returns when it is first needed."""

    def __init__(self, made: Callable[[], Meter]) -> None:
        self._made = made

    async def open(self, call: MeteredCall, request: ModelRequest) -> str:
        """Reserve the call; see `Meter.open`."""
        return await self._made().open(call, request)

    def running(
        self, call_id: str, text: GrowingText, usage: Usage, *, counted: int = 0
    ) -> tuple[Usage, Cost]:
        """Return usage and cost so far; see `Meter.running`."""
        return self._made().running(call_id, text, usage, counted=counted)

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
        """Write the call down; see `Meter.close`."""
        return self._made().close(
            call_id, text=text, usage=usage, complete=complete, failure=failure, counted=counted
        )
