"""Going back through the prompts sent before, as in a shell."""

from collections.abc import Sequence
from typing import Protocol


class SentPrompts(Protocol):
    """Knows the prompts sent before."""

    def prompts(self) -> Sequence[str]:
        """Return them, the newest last."""
        ...


class PromptHistory:
    """Walks the prompts, the newest first; what was being written waits at the end.

    A prompt that was changed on the way stays changed until something is sent, as in a shell.
    """

    def __init__(self, sources: SentPrompts) -> None:
        self._sources = sources
        self._prompts: list[str] | None = None
        """The prompts, and behind them what is being written."""
        self._at = 0

    def older(self, current: str) -> str | None:
        """Return the prompt before, or `None` at the oldest. `current` is kept in its place."""
        if self._prompts is None:
            self._prompts = [*self._sources.prompts(), current]
            self._at = len(self._prompts) - 1
        return self._moved(self._prompts, -1, current)

    def newer(self, current: str) -> str | None:
        """Return the prompt after, at last what was being written; `None` when already there."""
        return None if self._prompts is None else self._moved(self._prompts, 1, current)

    def _moved(self, prompts: list[str], by: int, current: str) -> str | None:
        if not 0 <= self._at + by < len(prompts):
            return None
        prompts[self._at] = current
        self._at += by
        return prompts[self._at]

    def reset(self) -> None:
        """Start from the newest again; called when something was sent."""
        self._prompts = None
