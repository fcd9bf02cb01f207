"""Who is told of the turns of a chat: those who show them, and who deals with what is no reply."""

from typing import Protocol

from mixchat.domain.errors import Failure
from mixchat.domain.events import ChatEvent
from mixchat.domain.live_turn import LiveTurn
from mixchat.domain.turn import Turn
from mixchat.tui.composer.message import ComposedMessage


class TurnObserver(Protocol):
    """Somebody who shows what happens in a turn."""

    def begin(self, turn: Turn, live: LiveTurn) -> None:
        """A turn was accepted; it is open, and `live` is how it goes on."""
        ...

    def show(self, event: ChatEvent) -> None:
        """Something happened in it."""
        ...

    def settle(self, turn: Turn) -> None:
        """It is over, however it ended."""
        ...


class TurnEnds(Protocol):
    """Deals with the ends of a turn that are not simply a reply.

    Called at once, not by a message: what goes back into the composer has to be there before the app leaves.
    """

    def withdrawn(self, turn: Turn, message: ComposedMessage | None) -> None:
        """The turn was stopped before anything came; the prompt goes back."""
        ...

    def failed(self, turn: Turn, failure: Failure, message: ComposedMessage | None) -> None:
        """The turn has no complete reply."""
        ...

    def cut_short(self) -> None:
        """The reply ended at its limit of tokens."""
        ...

    def refused(self, sentence: str, message: ComposedMessage | None) -> None:
        """Nothing was sent, for the reason given; the prompt goes back."""
        ...

    def fetching(self, address: str) -> None:
        """A web page is fetched that goes with a message; an empty address: no more."""
        ...

    def own_network(self, sentence: str, message: ComposedMessage) -> None:
        """A page is in the person's own network; it is asked whether it may be fetched."""
        ...

    def waiting_changed(self) -> None:
        """Other messages wait, or the queue was paused or let go."""
        ...
