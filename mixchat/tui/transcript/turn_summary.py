"""What is to be read of a turn, apart from the reply's own text: the same for a live turn and a settled one."""

from itertools import groupby
from typing import Final

from msgspec import Struct

from mixchat.domain.errors import ERRORS, Failure
from mixchat.domain.model import ModelRef
from mixchat.domain.plain_text import one_line, sanitize
from mixchat.domain.turn import Attempt, Citation, Outcome, Turn
from mixchat.ledger import money
from mixchat.tui import formatting
from mixchat.tui.formatting import why_unsent

_TIMES: Final = {1: "", 2: ", twice"}
"""How often a model failed in a row, where it can be said shorter than with the number."""


class TurnSummary(Struct, frozen=True, kw_only=True):
    """A turn in words, ready to be laid out. Text is cleaned."""

    prompt: str
    files: tuple[str, ...] = ()
    images: tuple[str, ...] = ()
    """The digests of those that are pictures."""
    role: str | None = None
    title: str = ""
    """The role as it is shown."""
    facts: tuple[str, ...] = ()
    """What follows the role in the header: model, time, cost."""
    suffix: str = ""
    hops: tuple[str, ...] = ()
    """One line for each model that did not answer."""
    notices: tuple[str, ...] = ()
    thinking: str = ""
    thought: str = ""
    """The fold's summary."""
    plan: str = ""
    planned: str = ""
    citations: tuple[Citation, ...] = ()
    failure: str = ""
    stopped: bool = False
    under_way: bool = False
    """Another window answers it."""


def role_title(turn: Turn) -> tuple[str | None, str]:
    """Return the role that colours a turn, and how the header names it."""
    decision = turn.decision
    if turn.corrected:
        return turn.corrected, turn.corrected
    if turn.compared and (decision is None or decision.role is None):
        return None, "compared"
    if decision is None or decision.role is None:
        return None, "pinned" if turn.pin or (decision is not None and decision.pinned) else ""
    return decision.role, one_line(decision.role)


def summarize_turn(turn: Turn, suffix: str, seconds: float | None) -> TurnSummary:
    """Return what is to be read of a settled turn.

    Args:
        turn: the turn.
        suffix: what the header ends with, such as `‹1/3›`.
        seconds: how long it thought, where somebody watched.
    """
    role, title = role_title(turn)
    return TurnSummary(
        prompt=sanitize(turn.prompt),
        files=tuple(
            f"{one_line(formatting.short_path(file.path))} {formatting.size(file.size)}"
            for file in turn.files
        ),
        images=tuple(
            file.digest for file in turn.files if file.digest and file.media_type.startswith("image/")
        ),
        role=role,
        title=title,
        facts=_facts(turn),
        suffix=suffix,
        hops=tuple(_hops(turn)),
        notices=tuple(one_line(notice) for notice in turn.notices),
        thinking=sanitize(turn.thinking),
        thought=_thought(turn.thinking, seconds),
        plan=sanitize(turn.plan),
        planned=_planned(turn),
        citations=turn.citations,
        failure=why_unsent(turn)
        or (_failure_words(turn, turn.failure) if turn.failure else _outcome_words(turn)),
        stopped=turn.outcome is Outcome.STOPPED or bool(why_unsent(turn)),
        under_way=turn.outcome is Outcome.OPEN,
    )


def addresses(citations: tuple[Citation, ...]) -> tuple[str, ...]:
    """Return where a turn's sources are, in the order of their numbers."""
    return tuple(one_line(source.url) for source in citations)


def hop_words(failed: str, failure: Failure, then: str | None, times: int = 1) -> str:
    """Return one line for calls that failed: who, why, how often, and who takes over."""
    why = ERRORS[failure.code].title.casefold() + _TIMES.get(times, f", {times} times")
    return f"{one_line(failed)}: {why}" + (f" → {one_line(then)}" if then else "")


def _facts(turn: Turn) -> tuple[str, ...]:
    if (ref := turn.named_ref) is None:
        return ()
    cost = money.turn_cost(turn) + (" before the fork" if turn.counted_in else "")
    if turn.imported:
        cost = one_line(f"imported from {turn.imported}")
    return one_line(ref.model), formatting.seconds(turn.seconds), cost


def _hops(turn: Turn) -> list[str]:
    """Return a line for each model that did not answer and for which reason, however often it was asked.

    What failed last is said by the turn's failure, or while it is under way by the line about the pause.
    """
    attempts, lines = turn.attempts, list[str]()
    at = 0
    for (ref, failure), tries in groupby(attempts, key=_silent):
        count = len(list(tries))
        at += count
        then = attempts[at].ref if at < len(attempts) else None
        if failure is None or (then is None and (count == 1 or turn.outcome is Outcome.OPEN)):
            continue
        target = then and (then.model if then != ref else "again")
        lines.append(hop_words(ref.model, failure, target, count))
    return lines


def _silent(attempt: Attempt) -> tuple[ModelRef, Failure | None]:
    """Return what attempts have in common that failed for the same reason before a word."""
    failure = attempt.failure if attempt.first_token is None else None
    return attempt.ref, failure and Failure(failure.code, "")


def _thought(thinking: str, seconds: float | None) -> str:
    if not thinking:
        return ""
    if seconds is not None:
        return f"thought for {formatting.seconds(seconds)}"
    words = len(thinking.split())
    return f"thought · {words:,} words"


def _planned(turn: Turn) -> str:
    planner = next((attempt.ref.model for attempt in turn.attempts if attempt.step == "plan"), None)
    return f"plan by {one_line(planner)}" if planner else "plan"


def _failure_words(turn: Turn, failure: Failure) -> str:
    """Return why a turn failed: in a word where the question above the composer says it in full."""
    if failure.code == "interrupted" and turn.reply:
        return ERRORS[failure.code].title.casefold()
    return one_line(failure.message)


def _outcome_words(turn: Turn) -> str:
    if turn.outcome is Outcome.STOPPED:
        return "stopped"
    if turn.outcome is Outcome.OPEN:
        return "another window is answering it"  # one that ended in the middle is settled when it is seen
    if turn.stop == "length":
        return "cut off at the length limit"
    return ""
