"""Looks ahead while one types: who would answer, and who else could."""

from collections.abc import Callable, Sequence

from mixchat.chat.chat import Chat
from mixchat.tui.composer.composer import Composer
from mixchat.tui.composer.outlook import Outlook
from mixchat.tui.forecast import Forecast
from mixchat.words.event import ChatEvent
from mixchat.words.question import Pin
from mixchat.words.turn import Turn


class Lookout:
    """Keeps the live line true, and walks through the candidates for a message."""

    def __init__(
        self, composer: Composer, chat: Callable[[], Chat], forecast: Forecast, say: Callable[[str], None]
    ) -> None:
        self._composer = composer
        self._chat = chat
        self._forecast = forecast
        self._say = say
        self._outlook = Outlook()
        self._candidates: Sequence[Pin] = ()
        self._at = -1

    def look(self) -> None:
        """Say who would answer what is written, and about what it would cost."""
        composer = self._composer
        self._outlook = self._forecast.outlook(self._chat(), composer.unfolded, composer.read(), composer.pin)
        composer.tell(self._outlook)

    def begin(self, turn: Turn) -> None:
        """Nothing new: what is written goes on from this turn once it is there."""

    def show(self, event: ChatEvent) -> None:
        """Nothing new yet."""

    def settle(self, turn: Turn) -> None:
        """Look again: what is written goes on from another turn if this one was taken back."""
        self.look()

    def next_candidate(self, _: str = "") -> None:
        """Let the next one who could answer take this message; after the last, the router chooses again."""
        if self._composer.pin is None:
            decision = self._outlook.decision
            self._candidates = self._forecast.candidates(decision) if decision else ()
            self._at = -1
        if not self._candidates:
            self._say(
                "Nobody else could answer this." if self._outlook.decision else "Write something first."
            )
            return
        self._at += 1
        self._composer.pin = self._candidates[self._at] if self._at < len(self._candidates) else None
        self.look()
