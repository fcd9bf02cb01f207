"""Which actions would do nothing now but say so, as far as that can be told at once."""

from collections.abc import Iterator
from typing import Final

from mixchat.domain.turn import Outcome, Turn
from mixchat.tui.chat.context import ChatContext
from mixchat.tui.handlers.branch import BranchHandler
from mixchat.tui.handlers.comparison import ShownComparison
from mixchat.tui.handlers.interrupt import has_job_control

_OF_TURNS: Final = frozenset({
    "retry", "retry-with", "title", "export", "fork", "compact", "find", "copy-turn", "edit", "delete",
    "previous-turn", "next-turn", "previous-code", "next-code",
})  # fmt: skip
_WHILE_BUSY: Final = frozenset(
    {"retry", "retry-with", "continue", "compare", "merge", "compact", "undo", "redo", "delete"}
)
"""What waits for the end of a reply."""
_PICKS: Final = 4
_FENCES: Final = ("```", "~~~", "\n    ", "\n\t")
_ADDRESSES: Final = ("](", "]:", "://", "www.", "@")
"""Without one of these a reply holds no code, and no link; with one it may."""


class PossibleActions:
    """Tells what can be done."""

    def __init__(self, context: ChatContext, shown: ShownComparison, branches: BranchHandler) -> None:
        self._context = context
        self._shown = shown
        self._branches = branches

    def left_out(self) -> frozenset[str]:
        """Return the actions that would do nothing."""
        return frozenset(self._left_out())

    def _left_out(self) -> Iterator[str]:
        context = self._context
        queue, turn = context.queue, context.selection.turn()
        if turn is None:
            yield from _OF_TURNS
        if queue.busy:
            yield from _WHILE_BUSY
        now = {
            **self._of_turn(turn),
            **self._of_answers(turn),
            "undo": self._branches.can_undo,
            "redo": context.chat.path.can_redo,
            "compare": turn is not None or not context.composer.is_empty,
            "stop": queue.busy or bool(queue.waiting),
            "next-model": queue.busy,
            "drop-queued": bool(queue.waiting),
            "unpin": context.chat.state.pin is not None or context.composer.pin is not None,
            "next-candidate": not context.composer.is_empty,
            "next-favourite": bool(context.runtime.settings.config.favourites),
            "recall": bool(context.runtime.storage.drafts.prompts()),
            "wider": bool(context.widgets.panel.region),
            "narrower": bool(context.widgets.panel.region),
            "pull": not self._is_downloaded(),
            "suspend": has_job_control() and not context.app.is_web,
        }
        yield from (action for action, possible in now.items() if not possible)

    def _of_turn(self, turn: Turn | None) -> dict[str, bool]:
        """Return what can be done with the turn that is meant."""
        context = self._context
        now = context.widgets.transcript.current(turn) if turn is not None else None
        if turn is None or now is None:
            return dict.fromkeys(
                (
                    "continue",
                    "correct",
                    "unlearn",
                    "copy-reply",
                    "save-reply",
                    "copy-code",
                    "save-code",
                    "links",
                ),
                False,
            )
        reply = f"\n{now.reply}"
        has_code = any(mark in reply for mark in _FENCES)
        unfinished = turn.outcome is not Outcome.COMPLETE or turn.stop == "length"
        return {
            "continue": bool(turn.reply) and unfinished and turn.outcome is not Outcome.OPEN,
            "correct": turn.outcome is not Outcome.OPEN,
            "unlearn": context.chat.lessons.taught_by(turn.id) is not None,
            "copy-reply": bool(now.reply),
            "save-reply": bool(now.reply),
            "copy-code": has_code,
            "save-code": has_code,
            "links": bool(turn.citations) or any(mark in reply for mark in _ADDRESSES),
        }

    def _of_answers(self, turn: Turn | None) -> dict[str, bool]:
        """Return what can be done where several answered one prompt."""
        path, compared = self._context.chat.path, self._shown.now
        numbers = {f"pick-{number}": number for number in range(1, _PICKS + 1)}
        answers = {id_: compared and compared.turn(number) for id_, number in numbers.items()}
        beside = [path.turn(id_) for id_ in path.siblings(path.leaf)] if path.leaf is not None else []
        answered = compared.answered if compared is not None else [one for one in beside if one.reply]
        walks = compared is not None or (turn is not None and len(path.beside(turn.id)) > 1)
        return {
            **{id_: answer is not None and bool(answer.reply) for id_, answer in answers.items()},
            "merge": len(answered) > 1,
            "previous-answer": walks,
            "next-answer": walks,
        }

    def _is_downloaded(self) -> bool:
        from mixchat.providers.local.model_store import DEFAULT_MODEL, ModelStore

        settings = self._context.runtime.settings
        return DEFAULT_MODEL in ModelStore.of(settings.paths, settings.config).names()
