"""What a chat's exports say about it and its turns, in words and figures."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from msgspec import Struct

from mixchat.domain.turn import Turn
from mixchat.domain.usage import CostSum, Usage
from mixchat.ledger.money import turn_cost
from mixchat.transfer.document import ChatDocument


class Facts(Struct, frozen=True):
    """A chat in figures."""

    roles: tuple[str, ...]
    models: tuple[str, ...]
    usage: Usage
    cost: CostSum
    branches: int
    """Ways from the first turn to a last one."""
    whole_cost: CostSum
    """Of every branch together."""


def facts(document: ChatDocument, turns: Sequence[Turn]) -> Facts:
    """Return the figures of `turns`, with the number of branches of the whole chat."""
    parents = {turn.parent for turn in document.turns}
    return Facts(
        _once(turn.decision.role for turn in turns if turn.decision and turn.decision.role),
        _once(str(attempt.ref) for turn in turns for attempt in turn.attempts),
        sum((turn.usage for turn in turns), Usage()),
        _spent(turns),
        sum(turn.id not in parents for turn in document.turns),
        _spent(document.turns),
    )


def _spent(turns: Iterable[Turn]) -> CostSum:
    spent = CostSum()
    for turn in turns:
        spent = spent.add(turn.cost)
    return spent


def by_line(turn: Turn) -> str:
    """Return who answered a turn, how long it took and what it cost, as one line."""
    pinned = f"pinned to {turn.pin}" if turn.pin else None
    role = turn.decision.role if turn.decision else None
    parts = [role or pinned, str(turn.named_ref) if turn.named_ref else None]
    if turn.seconds > 0:
        parts.append(f"{turn.seconds:.1f} s")
    if turn.imported is None or turn.cost.usd:
        parts.append(turn_cost(turn) if turn.attempts else None)
    if turn.imported:
        parts.append(f"imported from {turn.imported}")
    return " · ".join(part for part in parts if part)


def remarks(turn: Turn) -> list[str]:
    """Return what else is to be said about a turn: failures on the way, seams, how it ended."""
    said = [f"{attempt.ref}: {attempt.failure.message}" for attempt in turn.attempts if attempt.failure]
    said += [f"{seam.ref} went on from character {seam.offset:,}: {seam.why}" for seam in turn.seams]
    said += turn.notices
    if turn.failure and not any(turn.failure.message in remark for remark in said):
        said.append(turn.failure.message)
    if turn.outcome == "stopped" and not turn.imported:
        said.append("Stopped; this is what had come.")
    if turn.outcome == "open":
        said.append("It was still being answered; this is what had come.")
    return said


def moment(seconds: float) -> str:
    """Return a time in UTC as ISO 8601 writes it."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")


def _once(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(words))
