"""Which actions would do nothing now, as far as that can be told at once."""

from collections.abc import Iterator
from typing import Final

from mixchat.domain.turn import Outcome
from mixchat.tui.chat.context import ChatContext

_OF_TURNS: Final = frozenset({
    "retry", "retry-with", "title", "export", "fork", "compact", "find", "correct", "unlearn", "copy-reply",
    "copy-code", "copy-turn", "links", "save-code", "save-reply", "edit", "delete", "previous-turn", "next-turn",
    "previous-code", "next-code",
})  # fmt: skip
_OF_ANSWERS: Final = ("pick-3", "pick-4")
_OF_SEVERAL: Final = frozenset({"pick", "pick-1", "pick-2", "merge", *_OF_ANSWERS})
_WALKS: Final = frozenset({"previous-answer", "next-answer"})


def impossible(context: ChatContext) -> frozenset[str]:
    """Return the actions that would do nothing."""
    return frozenset(_impossible(context))


def _impossible(context: ChatContext) -> Iterator[str]:
    queue, turns, path = context.queue, context.chat.turns, context.chat.path
    answers = len(path.siblings(path.leaf)) if path.leaf is not None else 0
    if not turns:
        yield from _OF_TURNS
    yield from _OF_SEVERAL if answers < 2 else _OF_ANSWERS[max(answers - 2, 0) :]
    if path.leaf is None or len(path.beside(path.leaf)) < 2:
        yield from _WALKS
    now = {
        "continue": bool(turns) and turns[-1].outcome is not Outcome.COMPLETE and bool(turns[-1].reply),
        "stop": queue.busy or bool(queue.waiting),
        "next-model": queue.busy,
        "drop-queued": bool(queue.waiting),
        "unpin": context.chat.state.pin is not None,
        "next-candidate": not context.composer.is_empty,
    }
    yield from (action for action, possible in now.items() if not possible)
