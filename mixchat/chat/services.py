"""What every chat works with."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from msgspec import Struct

from mixchat.domain.clock import Clock
from mixchat.domain.router import Router
from mixchat.storage.chats import ChatStore
from mixchat.storage.turns import TurnStore

if TYPE_CHECKING:
    from mixchat.classifier.learned import Learned


async def _as_it_is(text: str) -> str:
    return text


class ChatServices(Struct, frozen=True):
    """What every chat works with."""

    chats: ChatStore
    turns: TurnStore
    router: Callable[[], Router]
    """Returns the router of the stack in use; it is asked anew for each turn."""
    clock: Clock
    learned: Callable[[], "Learned | None"]
    """Returns where it is kept what turns teach the router; `None` where nobody teaches."""
    mask: Callable[[str], Awaitable[str]] = _as_it_is
    """Returns a text without the credentials in it: what is kept of a prompt that was not sent."""
