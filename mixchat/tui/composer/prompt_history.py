"""Going back through the prompts sent before, as in a shell."""

from collections.abc import Callable, Sequence


class PromptHistory:
    """Walks the prompts, the newest first; what was being written waits at the end."""

    def __init__(self, read: Callable[[], Sequence[str]]) -> None:
        self._read = read
        self._prompts: list[str] | None = None
        self._at = 0
        self._unsent = ""

    def older(self, current: str) -> str | None:
        """Return the prompt before, or `None` at the oldest. `current` is kept at the newest end."""
        if self._prompts is None:
            self._prompts = list(self._read())
            self._at = len(self._prompts)
        if self._at == 0:
            return None
        if self._at == len(self._prompts):
            self._unsent = current
        self._at -= 1
        return self._prompts[self._at]

    def newer(self) -> str | None:
        """Return the prompt after, at last what was being written; `None` when already there."""
        if self._prompts is None or self._at >= len(self._prompts):
            return None
        self._at += 1
        return self._unsent if self._at == len(self._prompts) else self._prompts[self._at]

    def reset(self) -> None:
        """Start from the newest again; called when something was sent."""
        self._prompts = None
        self._unsent = ""
