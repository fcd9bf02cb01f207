"""A turn's events as the JSON lines that outside programs read."""

import re
from typing import Any

import msgspec

from mixchat.domain.decision import RoutingDecision
from mixchat.domain.errors import Failure
from mixchat.domain.events import (
    ChatEvent,
    FailedOver,
    Notice,
    Retrying,
    Routed,
    TextDelta,
    ThinkingDelta,
    TurnFailed,
    TurnFinished,
)
from mixchat.domain.turn import Attempt, Citation, Turn
from mixchat.domain.usage import Usage
from mixchat.ledger.money import cost_facts

_COUNTS = ("input", "output", "cache_read", "cache_write", "reasoning", "searches")


_OBEYED = re.compile("[\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def encode_line(record: dict[str, Any]) -> str:
    """Return one JSON line; what is not ASCII stays as it is, but for what a terminal or a line reader would obey."""
    line = msgspec.json.encode(record).decode()
    return line if line.isascii() and "\x7f" not in line else _OBEYED.sub(_escaped, line)


def _escaped(sign: re.Match[str]) -> str:
    return f"\\u{ord(sign[0]):04x}"


def event_to_json(event: ChatEvent) -> dict[str, Any] | None:
    """Return the JSON object for `event`, or `None` for events that only the screen needs."""
    match event:
        case TextDelta() | ThinkingDelta():
            return {"type": "text" if isinstance(event, TextDelta) else "thinking", "text": event.text}
        case Citation(url, title):
            return {"type": "citation", "url": url, "title": title}
        case Notice(kind, text):
            return {"type": "notice", "kind": kind, "message": text}
        case TurnFinished(turn):
            return end_record("finished", turn)
        case TurnFailed(turn, failure):
            return failed(turn, failure)
        case _:
            return _on_the_way(event)


def _on_the_way(event: ChatEvent) -> dict[str, Any] | None:
    match event:
        case Routed(decision):
            return _routed(decision)
        case Retrying(ref, wait, failure):
            said = {"type": "retrying", "model": str(ref), "wait_ms": round(wait * 1000)}
            return {**said, **_trouble(failure)}
        case FailedOver(source, target, failure):
            return {"type": "rerouted", "from": str(source), "to": str(target), **_trouble(failure)}
        case _:
            return None


def _routed(decision: RoutingDecision) -> dict[str, Any]:
    return {
        "type": "routed",
        "role": decision.role,
        "model": str(decision.fallback_order[0].ref) if decision.fallback_order else None,
        "why": decision.why,
        "classifier": decision.classifier,
        "confidence": decision.confidence,
    }


def _trouble(failure: Failure) -> dict[str, Any]:
    return {"error": failure.code, "message": failure.message}


def end_record(kind: str, turn: Turn) -> dict[str, Any]:
    """Return the last line of a turn that was finished or stopped."""
    first = next((attempt for attempt in turn.attempts if attempt.first_token is not None), None)
    return {
        "type": kind,
        "turn": turn.id,
        "chat": turn.chat,
        "role": turn.decision.role if turn.decision else None,
        "model": str(turn.ref) if turn.ref else None,
        "attempts": len(turn.attempts),
        "usage": counts(turn.usage),
        **cost_facts(turn.cost),
        "first_token_ms": _first_token(first, turn.created.timestamp()),
        "attempt_first_token_ms": _first_token(first, first.started) if first else None,
        "total_ms": _total(turn),
        "stop": turn.stop,
    }


def _total(turn: Turn) -> int:
    """Return the milliseconds from the prompt to the end, the pauses between two calls included."""
    last = turn.attempts[-1].ended - turn.created.timestamp() if turn.attempts else 0.0
    return round(max(last, turn.seconds) * 1000)


def _first_token(attempt: Attempt | None, since: float) -> int | None:
    """Return the milliseconds from a moment to the first word or thought that a person saw of the turn."""
    if attempt is None or attempt.first_token is None:
        return None
    return max(round((attempt.first_token - since) * 1000), 0)


def failed(turn: Turn, failure: Failure) -> dict[str, Any]:
    """Return the last line of a turn that failed."""
    return {
        "type": "failed",
        **_trouble(failure),
        "turn": turn.id,
        "chat": turn.chat,
        "model": str(turn.ref) if turn.ref else None,
        "attempts": len(turn.attempts),
        "usage": counts(turn.usage),
        **cost_facts(turn.cost),
    }


def counts(usage: Usage) -> dict[str, int | None]:
    """Return the contract's inclusive counts."""
    return {name: getattr(usage, name) for name in _COUNTS}
