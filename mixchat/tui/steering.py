"""Steering the chat: retry, continue, pin, correct, keep private."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from msgspec import structs

from mixchat.tui.composer.composer import Composer
from mixchat.tui.deeds import Deed
from mixchat.tui.session import Session
from mixchat.words.question import Pin

if TYPE_CHECKING:
    from mixchat.house import House


class Steering:
    """Does to the chat on the screen what the person says, and says what came of it.

    Args:
        house: knows what names mean.
        session: holds the chat.
        composer: gets the pin of a single message.
        refreshed: is called when something of the chat changed.
        say: shows a sentence.
    """

    def __init__(
        self,
        house: "House",
        session: Session,
        composer: Composer,
        refreshed: Callable[[], None],
        say: Callable[[str], None],
    ) -> None:
        self._house = house
        self._session = session
        self._composer = composer
        self._refreshed = refreshed
        self._say = say

    def deeds(self) -> Mapping[str, Deed]:
        """Return what can be done here, by act."""
        return {
            "retry": self.retry,
            "continue": self.go_on,
            "pin": self.pin,
            "unpin": self.unpin,
            "correct": self.correct,
            "private": self.private,
        }

    def retry(self, name: str) -> None:
        """Ask the last prompt again, of another role or model if one is named."""
        turns = self._session.chat.turns
        pin = self._named(name) if name else None
        if self._session.talk.busy:
            self._say("A reply is still coming; Esc stops it.")
        elif not turns:
            self._say("There is nothing to ask again yet.")
        elif pin is not None or not name:
            self._session.talk.again(turns[-1].id, pin)

    def go_on(self, name: str) -> None:
        """Continue the last reply where it was cut off."""
        turns = self._session.chat.turns
        pin = self._named(name) if name else None
        if self._session.talk.busy:
            self._say("A reply is still coming; Esc stops it.")
        elif not turns or not turns[-1].reply:
            self._say("There is no reply to continue; f5 asks again.")
        elif pin is not None or not name:
            self._session.talk.go_on(turns[-1].id, pin)

    def pin(self, name: str) -> None:
        """Let one role or model answer this chat."""
        if not name:
            self._composer.put_back("/pin ")
            return
        pin = self._named(name)
        if pin is not None:
            self._set_pin(pin)
            self._say(f"This chat is pinned to {pin.name}; /auto lets the router choose again.")

    def unpin(self, _: str) -> None:
        """Let the router choose again."""
        self._composer.pin = None
        self._set_pin(None)
        self._say("The router chooses who answers.")

    def _set_pin(self, pin: Pin | None) -> None:
        chat = self._session.chat
        chat.keep(structs.replace(chat.record, state=structs.replace(chat.state, pin=pin)))
        self._refreshed()

    def correct(self, role: str) -> None:
        """Say which role the last prompt was; the router learns it."""
        turns = self._session.chat.turns
        if not role:
            self._composer.put_back("/role ")
        elif role not in self._house.stack.posts:
            known = ", ".join(self._house.stack.posts)
            self._say(f"{role} is no role of the stack {self._house.stack.name}; it has {known}.")
        elif not turns:
            self._say("There is no turn to correct yet.")
        else:
            self._session.chat.correct(turns[-1].id, role)
            self._refreshed()
            self._say(f"Noted: that was {role}.")

    def private(self, _: str) -> None:
        """Keep the chat on this machine, or let it go anywhere again."""
        chat = self._session.chat
        chat.keep(structs.replace(chat.record, private=not chat.record.private))
        self._refreshed()
        where = "only to models on this machine" if chat.record.private else "to any model of the stack"
        self._say(f"This chat goes {where}.")

    def _named(self, name: str) -> Pin | None:
        pin = self._house.pin(name.removeprefix("@"))
        if pin is None:
            self._say(f"{name} is no role, alias or model.")
        return pin
