"""What every chat works with, and what one message may carry."""

from collections.abc import Awaitable, Callable

from msgspec import Struct

from mixchat.history.chats import ChatStore
from mixchat.history.turns import TurnStore
from mixchat.words.clock import Clock
from mixchat.words.question import Pin, Settings
from mixchat.words.router import Router
from mixchat.words.turn import FileRef


async def _as_it_is(text: str) -> str:
    return text


class Desk(Struct, frozen=True):
    """What every chat works with."""

    chats: ChatStore
    turns: TurnStore
    router: Callable[[], Router]
    """Returns the router of the stack in use; it is asked anew for each turn."""
    clock: Clock
    learn: Callable[[str, str, str], None]
    """Takes a prompt, the role or model it should have had, and how that became known."""
    mask: Callable[[str], Awaitable[str]] = _as_it_is
    """Returns a text without the credentials in it: what is kept of a prompt that was not sent."""


class Allow(Struct, frozen=True):
    """What the person was asked about and let pass, for one turn."""

    secret: bool = False
    over_budget: bool = False


class Prompt(Struct, frozen=True, kw_only=True):
    """What the person sends: the words, and everything chosen for this message alone."""

    text: str
    files: tuple[FileRef, ...] = ()
    pin: Pin | None = None
    settings: Settings = Settings()
    allow: Allow = Allow()
