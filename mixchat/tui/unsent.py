"""Turns that mixchat itself stopped: they did not fail, they were not sent."""

from typing import Final

from mixchat.words.error import ERRORS, Guarded
from mixchat.words.turn import Turn

GUARDS: Final = frozenset(code for code, kind in ERRORS.items() if issubclass(kind, Guarded))


def why_unsent(turn: Turn) -> str:
    """Return in a few words why a turn was stopped before anything was sent; nothing for any other turn.

    The question above the composer says it in full.
    """
    failure = turn.failure
    if failure is None or failure.code not in GUARDS or turn.attempts or turn.reply:
        return ""
    why = ERRORS[failure.code].title
    return f"not sent: {why[0].lower()}{why[1:]}"
