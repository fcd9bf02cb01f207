"""Turns: one prompt and what came back."""

from datetime import datetime
from enum import StrEnum
from typing import Literal

from msgspec import Struct

from mixchat.domain.decision import RoutingDecision
from mixchat.domain.errors import Failure
from mixchat.domain.model import ModelRef
from mixchat.domain.request import MediaType
from mixchat.domain.usage import FREE, Cost, Usage

Stop = Literal["end", "length", "refused", "unknown"]
"""Why a reply ended; `unknown`: the server gave a reason that nobody here knows, so it may not be whole."""
Step = Literal["answer", "plan", "execute", "merge"]


class Citation(Struct, frozen=True):
    """A source that the model names for what it wrote."""

    url: str
    title: str | None = None


class Outcome(StrEnum):
    """How a turn stands. `OPEN` on disk means that the program died in the middle."""

    OPEN = "open"
    COMPLETE = "complete"
    STOPPED = "stopped"
    FAILED = "failed"


class FileRef(Struct, frozen=True):
    """A file that was attached: where it was and what it was, not its bytes."""

    path: str
    media_type: MediaType
    size: int
    """Bytes."""
    digest: str = ""
    """SHA-256 of the content, under which the history keeps it."""


class Attempt(Struct, frozen=True, kw_only=True):
    """One call to one model within a turn. Times are seconds since the epoch, UTC."""

    ref: ModelRef
    step: Step = "answer"
    started: float
    first_token: float | None = None
    ended: float
    failure: Failure | None = None
    usage: Usage = Usage()
    about: Usage | None = None
    """What it was charged for where the provider did not say all of it: an estimate, as it stands in the ledger."""
    cost: Cost
    stop: Stop | None = None
    request_id: str | None = None


class Seam(Struct, frozen=True):
    """A place in the reply, as an offset in characters, where another call went on writing."""

    offset: int
    ref: ModelRef
    why: str


class Turn(Struct, frozen=True, kw_only=True):
    """One prompt and what came back. Siblings share a `parent`; a branch is a path of turns."""

    id: str
    chat: str
    parent: str | None = None
    created: datetime
    prompt: str
    files: tuple[FileRef, ...] = ()
    pin: str | None = None
    """What was pinned, as it was written: a role, an alias or a reference."""
    decision: RoutingDecision | None = None
    plan: str = ""
    """What the planning model wrote, in a two-step role."""
    thinking: str = ""
    reply: str = ""
    seams: tuple[Seam, ...] = ()
    citations: tuple[Citation, ...] = ()
    notices: tuple[str, ...] = ()
    attempts: tuple[Attempt, ...] = ()
    outcome: Outcome = Outcome.OPEN
    stop: Stop | None = None
    failure: Failure | None = None
    compacts: bool = False
    """Its reply stands for everything before it, which is not sent any more."""
    compared: bool = False
    """It is one of several answers that were asked for at once."""
    set_aside: bool = False
    """It was taken back, and something else was said in its place: no other answer beside that one."""
    counted_in: str | None = None
    """The chat whose calls these were, where the turn is a copy in a fork; what they cost is counted there alone."""
    imported: str | None = None
    """The program whose export it came from: what it cost was not spent here."""
    corrected: str | None = None
    """The role that the person said this was."""
    extra: Cost = FREE
    """Calls made for this turn that are not attempts: the judge, an embedding, a title."""

    @property
    def ref(self) -> ModelRef | None:
        """The model that answered, or was the last to try."""
        return self.attempts[-1].ref if self.attempts else None

    @property
    def named_ref(self) -> ModelRef | None:
        """The model that is named with the turn: who answered, or where nobody did, the one whose failure is told."""
        told = self.failure.ref if self.failure is not None and self.attempts and not self.reply else None
        return told or self.ref

    @property
    def was_sent(self) -> bool:
        """Whether a model may have seen it: one of this machine that is not there has seen nothing."""
        return any(
            attempt.failure is None
            or attempt.failure.code != "unknown_model"
            or attempt.ref.provider != "local"
            for attempt in self.attempts
        )

    @property
    def usage(self) -> Usage:
        """The usage of every attempt together."""
        return sum((attempt.usage for attempt in self.attempts), Usage())

    @property
    def charged(self) -> Usage:
        """The usage that every attempt together was charged for, with estimates where a provider did not say it."""
        return sum((attempt.about or attempt.usage for attempt in self.attempts), Usage())

    @property
    def cost(self) -> Cost:
        """What the whole turn cost, failed attempts and extra calls included."""
        return sum((attempt.cost for attempt in self.attempts), self.extra)

    @property
    def seconds(self) -> float:
        """How long the attempts took together; what lies between them, such as days before a reply was continued, is left out."""
        return sum(attempt.ended - attempt.started for attempt in self.attempts)


def plan_to_keep(turn: Turn) -> str:
    """Return the plan of a turn that was planned to the end and then not carried out; else nothing."""
    planning = [attempt for attempt in turn.attempts if attempt.step == "plan"]
    half = planning and planning[-1].failure is not None
    return "" if turn.reply or half else turn.plan
