"""What comes up from a provider, through the router and the chat, to the screen.

A provider yields any number of `TextDelta`, `ThinkingDelta`, `Citation`, `UsageUpdate` and `Notice`, then exactly
one `StreamEnd`. The router adds `Routed` (first), `AttemptStarted`, `AttemptFailed`, `Retrying` and `FailedOver`. A
chat adds `TurnAccepted` before all and one last event, `TurnFinished` or `TurnFailed`. Cancelling is never an event.
"""

from typing import Literal

from msgspec import Struct

from mixchat.domain.decision import RoutingDecision
from mixchat.domain.errors import Failure
from mixchat.domain.live_turn import LiveTurn
from mixchat.domain.model import ModelRef
from mixchat.domain.stack import Slot
from mixchat.domain.turn import Citation, Step, Stop, Turn
from mixchat.domain.usage import Usage


class TextDelta(Struct, frozen=True):
    """A piece of the reply."""

    text: str


class ThinkingDelta(Struct, frozen=True):
    """A piece of the model's thinking; never replayed."""

    text: str


class UsageUpdate(Struct, frozen=True):
    """The call's usage so far; it replaces the one before, it is never added."""

    usage: Usage


class Notice(Struct, frozen=True):
    """Something worth knowing that is neither reply nor error: `loading`, `12 turns left out`."""

    kind: Literal["loading", "left_out", "parameter", "search", "info"]
    text: str


class StreamEnd(Struct, frozen=True):
    """The provider's own finishing marker came."""

    stop: Stop
    usage: Usage
    request_id: str | None = None


class TurnAccepted(Struct, frozen=True):
    """The prompt is on disk; `turn` is still open, and `live` is how it goes on."""

    turn: Turn
    live: LiveTurn


class Routed(Struct, frozen=True):
    """The prompt has a role and a fallback order."""

    decision: RoutingDecision


class AttemptStarted(Struct, frozen=True):
    """A call to `slot` begins; `attempt` counts from 1 within the turn."""

    slot: Slot
    attempt: int
    step: Step = "answer"
    then: ModelRef | None = None
    """Who can be asked at once in its place."""


class AttemptFailed(Struct, frozen=True):
    """The call that was under way failed."""

    failure: Failure


class Retrying(Struct, frozen=True):
    """The same model is asked again after `wait` seconds."""

    ref: ModelRef
    wait: float
    failure: Failure


class FailedOver(Struct, frozen=True):
    """The next model takes over; no word had been shown yet, and what the first one thought is forgotten."""

    source: ModelRef
    target: ModelRef
    failure: Failure


class TurnFinished(Struct, frozen=True):
    """The turn is complete and saved."""

    turn: Turn


class TurnFailed(Struct, frozen=True):
    """The turn ended without a complete reply; what came is in it and saved."""

    turn: Turn
    failure: Failure


ProviderEvent = TextDelta | ThinkingDelta | Citation | UsageUpdate | Notice | StreamEnd
RouterEvent = Routed | AttemptStarted | ProviderEvent | AttemptFailed | Retrying | FailedOver
ChatEvent = TurnAccepted | RouterEvent | TurnFinished | TurnFailed
