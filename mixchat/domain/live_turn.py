"""A turn under way, as everybody who shows it reads it."""

from collections.abc import Sequence
from typing import Literal, Protocol

from msgspec import Struct

from mixchat.domain.errors import Failure
from mixchat.domain.growing_text import GrowingText
from mixchat.domain.model import ModelRef
from mixchat.domain.turn import Turn

Doing = Literal["routing", "waiting", "loading", "thinking", "planning", "writing", "pausing"]


class Activity(Struct, frozen=True, kw_only=True):
    """What a turn is doing. Times are those of `Clock.monotonic`."""

    doing: Doing = "routing"
    since: float
    until: float | None = None
    """When the pause before the next try ends."""
    ref: ModelRef | None = None
    """Who is waited for or writes."""
    instead_of: ModelRef | None = None
    """Who failed before."""
    then: ModelRef | None = None
    """Who can be asked at once in its place."""
    failure: Failure | None = None
    """Why there is a pause."""
    text: str = ""
    """What is loaded."""


class LiveTurn(Protocol):
    """A turn under way. Its events are folded once, in `mixchat.chat.turn_builder`; whoever shows it reads this.

    Texts are shared, not copied: a reader takes what is new with `GrowingText.since`.
    """

    @property
    def reply(self) -> GrowingText:
        """The reply so far, what it continues included."""
        ...

    @property
    def thinking(self) -> GrowingText:
        """The thinking so far."""
        ...

    @property
    def plan(self) -> GrowingText:
        """The plan so far, in a two-step role."""
        ...

    @property
    def notices(self) -> Sequence[str]:
        """What is worth knowing, those included that are only of the moment."""
        ...

    @property
    def activity(self) -> Activity:
        """What it is doing now."""
        ...

    @property
    def thought_seconds(self) -> float | None:
        """How long it has thought, once it did."""
        ...

    def snapshot(self) -> Turn:
        """Return the turn as it stands, all but the three texts: attempts, usage, cost and times until now.

        What it costs is the ledger's own running figure. Taken when somebody paints, not with each delta.
        """
        ...
