"""Which actions would do anything now, as far as that can be told at once."""

from collections.abc import Callable, Mapping
from typing import Final

from mixchat.domain.turn import Outcome
from mixchat.tui.chat.context import ChatContext

_Check = Callable[[ChatContext], bool]


def _has_turns(context: ChatContext) -> bool:
    return bool(context.chat.turns)


def _answers(context: ChatContext) -> int:
    path = context.chat.path
    return len(path.siblings(path.leaf)) if path.leaf is not None else 0


def _can_go_on(context: ChatContext) -> bool:
    turns = context.chat.turns
    return bool(turns) and turns[-1].outcome is not Outcome.COMPLETE and bool(turns[-1].reply)


def _has_several(context: ChatContext) -> bool:
    return _answers(context) > 1


_CHECKS: Final[Mapping[_Check, frozenset[str]]] = {
    _has_turns: frozenset({
        "retry", "retry-with", "title", "export", "fork", "compact", "find", "correct", "unlearn", "copy-reply",
        "copy-code", "copy-turn", "links", "save-code", "save-reply", "edit", "delete", "previous-turn", "next-turn",
        "previous-code", "next-code",
    }),
    _has_several: frozenset({"pick", "pick-1", "pick-2", "merge", "previous-answer", "next-answer"}),
    _can_go_on: frozenset({"continue"}),
    lambda context: _answers(context) > 2: frozenset({"pick-3"}),
    lambda context: _answers(context) > 3: frozenset({"pick-4"}),
    lambda context: context.queue.busy or bool(context.queue.waiting): frozenset({"stop"}),
    lambda context: context.queue.busy: frozenset({"next-model"}),
    lambda context: bool(context.queue.waiting): frozenset({"drop-queued"}),
    lambda context: context.chat.state.pin is not None: frozenset({"unpin"}),
    lambda context: not context.composer.is_empty: frozenset({"next-candidate"}),
}  # fmt: skip


def is_possible(action_id: str, context: ChatContext) -> bool:
    """Return whether an action would do anything now."""
    return all(check(context) for check, ids in _CHECKS.items() if action_id in ids)
