"""Prompts that hold a credential: kept without it until they are sent."""

from collections.abc import Awaitable, Callable

from msgspec import structs

from mixchat.domain.turn import Turn


class PromptRedaction:
    """Remembers for this session what was said, so that a prompt that was stopped can still be sent or edited.

    Args:
        mask: returns a text without the credentials in it.
    """

    def __init__(self, mask: Callable[[str], Awaitable[str]]) -> None:
        self.mask = mask
        self._masked: dict[str, tuple[str, str]] = {}
        """By turn: its prompt as it was said, and without what must not be kept."""

    def redact(self, turn: Turn, masked: str) -> None:
        """Keep the prompt of a new turn as `masked` until it is sent."""
        if masked != turn.prompt:
            self._masked[turn.id] = turn.prompt, masked

    def original(self, turn: Turn) -> str:
        """Return the turn's prompt as it was said in this session, else as it was kept."""
        return self._masked[turn.id][0] if turn.id in self._masked else turn.prompt

    def stored(self, turn: Turn) -> Turn:
        """Return the turn as it may be kept: in full as soon as a model was sent it."""
        if turn.id not in self._masked:
            return turn
        sent = turn.attempts or turn.reply or turn.thinking or turn.plan
        said, masked = self._masked[turn.id]
        return structs.replace(turn, prompt=said if sent else masked)
