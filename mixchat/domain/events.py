"""What comes up from a provider, through the router and the chat, to the screen.

A provider yields any number of `Text`, `Thinking`, `Citation`, `UsageUpdate` and `Notice`, then exactly
one `Ended`. The router adds `Routed` (first), `Started`, `Broke`, `Retrying` and `Rerouted`. A chat adds
`Accepted` before all and one last event, `Finished` or `Failed`. Cancelling is never an event.
"""

from typing import Literal

from msgspec import Struct

from mixchat.domain.decision import Decision
from mixchat.domain.errors import Failure
from mixchat.domain.model import ModelRef
from mixchat.domain.stack import Seat
from mixchat.domain.turn import Citation, Step, Stop, Turn
from mixchat.domain.usage import Usage


class Text(Struct, frozen=True):
    """A piece of the reply."""

    text: str


class Thinking(Struct, frozen=True):
    """A piece of the model's thinking; never replayed."""

    text: str


class UsageUpdate(Struct, frozen=True):
    """The call's usage so far; it replaces the one before, it is never added."""

    usage: Usage


class Notice(Struct, frozen=True):
    """Something worth knowing that is neither reply nor error: `loading`, `12 turns left out`."""

    kind: Literal["loading", "left_out", "parameter", "search", "info"]
    text: str


class Ended(Struct, frozen=True):
    """The provider's own finishing marker came."""

    stop: Stop
    usage: Usage
    request_id: str | None = None


class Accepted(Struct, frozen=True):
    """The prompt is on disk; `turn` is still open."""

    turn: Turn


class Routed(Struct, frozen=True):
    """The prompt has a role and a line-up."""

    decision: Decision


class Started(Struct, frozen=True):
    """A call to `seat` begins; `attempt` counts from 1 within the turn."""

    seat: Seat
    attempt: int
    step: Step = "answer"


class Broke(Struct, frozen=True):
    """The call that was under way failed."""

    failure: Failure


class Retrying(Struct, frozen=True):
    """The same model is asked again after `wait` seconds."""

    ref: ModelRef
    wait: float
    failure: Failure


class Rerouted(Struct, frozen=True):
    """The next seat takes over; nothing had been painted yet."""

    source: ModelRef
    target: ModelRef
    failure: Failure


class Finished(Struct, frozen=True):
    """The turn is complete and saved."""

    turn: Turn


class Failed(Struct, frozen=True):
    """The turn ended without a complete reply; what came is in it and saved."""

    turn: Turn
    failure: Failure


ProviderEvent = Text | Thinking | Citation | UsageUpdate | Notice | Ended
RouterEvent = Routed | Started | ProviderEvent | Broke | Retrying | Rerouted
ChatEvent = Accepted | RouterEvent | Finished | Failed
