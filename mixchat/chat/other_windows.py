"""What other windows and the shell did to a chat that is open here, each thing told once."""

from typing import Final, Literal

from mixchat.storage.chats import ChatRecord

Elsewhere = Literal["deleted", "gone", "restored", "beside"]
"""It was deleted, taken off the disk, brought back; or something was sent in the same place as a turn of it."""
ANSWERED_ELSEWHERE: Final = (
    "This was sent while another window was answering: it stands beside that message and does not follow it."
)


class OtherWindows:
    """Keeps what is to be told of a chat: of what was done and undone the last, and what came beside its turns once."""

    def __init__(self) -> None:
        self._chat: Elsewhere | None = None
        self._beside: Elsewhere | None = None

    def changed(self, before: ChatRecord, after: ChatRecord, *, beside: bool) -> None:
        """Note whether it was deleted or brought back, and whether something came beside a turn on the screen."""
        if (before.deleted is None) != (after.deleted is None):
            self._chat = "restored" if after.deleted is None else "deleted"
        if beside:
            self._beside = "beside"

    def gone(self) -> None:
        """Note that it is not on the disk any more."""
        self._chat = "gone"

    def take(self) -> list[Elsewhere]:
        """Return what happened since this was last asked."""
        news: list[Elsewhere] = [what for what in (self._chat, self._beside) if what is not None]
        self._chat = self._beside = None
        return news
