"""What one call has given so far."""

from mixchat.words.clock import Clock
from mixchat.words.event import Ended, ProviderEvent, Text, Thinking, UsageUpdate
from mixchat.words.usage import Usage


class Tape:
    """Listens to one call's events and keeps what its settling needs."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._pieces: list[str] = []
        self.started = clock.now()
        self.first_token: float | None = None
        self.usage = Usage()
        self.ended: Ended | None = None
        self.spoke = False
        """Whether a word of the reply came; a thought is not one."""

    @property
    def painted(self) -> bool:
        """Whether a word or a thought came that a reader has seen."""
        return bool(self._pieces)

    @property
    def text(self) -> str:
        """Reply and thinking together, for an estimate of the tokens."""
        if len(self._pieces) > 1:
            self._pieces = ["".join(self._pieces)]
        return self._pieces[0] if self._pieces else ""

    def hear(self, event: ProviderEvent) -> None:
        """Take one event in."""
        match event:
            case Text(text) | Thinking(text):
                self._hear_text(text)
                self.spoke = self.spoke or isinstance(event, Text)
            case UsageUpdate(usage):
                self.usage = usage
            case Ended(usage=usage):
                self.ended, self.usage = event, usage
            case _:
                pass

    def _hear_text(self, text: str) -> None:
        if text and self.first_token is None:
            self.first_token = self._clock.now()
        if text:
            self._pieces.append(text)
