"""The conversation on the screen: opened, written to, stopped, and put away."""

from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any

from textual.worker import Worker

from mixchat.chat.chat import Chat
from mixchat.domain.errors import ConfigError, StorageError
from mixchat.tui.chat.body import BodySwitcher
from mixchat.tui.chat.live_totals import LiveTotals
from mixchat.tui.chat.open_chats import OpenChats
from mixchat.tui.chat.widgets import ChatWidgets
from mixchat.tui.composer.message import ComposedMessage, Draft
from mixchat.tui.launch_options import LaunchOptions

if TYPE_CHECKING:
    from mixchat.runtime.runtime import Runtime


class ChatController:
    """Puts chats on the screen and hands over what the person does there."""

    def __init__(
        self,
        runtime: "Runtime",
        parts: ChatWidgets,
        session: OpenChats,
        shown_by: tuple[BodySwitcher, LiveTotals],
        start: Callable[[Coroutine[Any, Any, None]], Worker[None]],
        say: Callable[[str], None],
    ) -> None:
        self.session = session
        self._runtime = runtime
        self._parts = parts
        self._body, self._figures = shown_by
        self._start = start
        self._say = say
        self._closed = False

    def open(self, opening: LaunchOptions) -> None:
        """Open the chat that was asked for, or a new one."""
        chat: Chat | None = None
        try:
            if opening.resume is not None:
                chat = self._runtime.saved_chat(opening.resume)
            elif opening.last:
                chat = self._runtime.last_chat()
        except ConfigError as error:
            self._say(str(error))
        self.turn_to(chat or self._runtime.new_chat())

    def turn_to(self, chat: Chat) -> None:
        """Put another chat on the screen, with the draft that was left in it."""
        composer = self._parts.composer
        if self.session.is_open:
            self._parts.choices.cancel()
            self.keep_draft()
            composer.leave_edit()
            composer.clear()
        talk = self.session.open(chat)
        self._body.load()
        self._figures.refresh()
        composer.restore(self.session.draft())
        composer.tell_waiting(tuple(talk.waiting), paused=talk.paused)

    def new(self, _: str = "") -> None:
        """Begin an empty chat; what is written comes along."""
        self._parts.choices.cancel()
        self._parts.composer.leave_edit()
        draft = self._parts.composer.draft
        self.session.keep_draft(Draft())
        self._parts.composer.clear()
        self.turn_to(self._runtime.new_chat())
        self._parts.composer.restore(draft)
        self._parts.composer.area.focus()

    def send(self, outgoing: ComposedMessage) -> None:
        """Send a message, or let it wait."""
        self.remember(outgoing)
        self.session.queue.send(outgoing)

    def remember(self, outgoing: ComposedMessage) -> None:
        """Add a message to the prompts that the arrow keys bring back, without the credentials in it."""
        self._start(self._remember(outgoing.typed))

    async def _remember(self, typed: str) -> None:
        try:
            self._runtime.storage.drafts.remember(await self._runtime.mask(typed))
        except StorageError as error:
            self._say(str(error))

    def enter_on_nothing(self) -> bool:
        """Let a paused queue go on; return whether there was one."""
        return self.session.queue.resume_queue()

    def escape(self) -> bool:
        """Act on the innermost thing; return whether there was any."""
        composer, choices, talk = self._parts.composer, self._parts.choices, self.session.queue
        return (
            composer.close_completions()
            or choices.cancel()
            or composer.area.leave_insert()
            or composer.leave_edit()
            or talk.stop()
            or talk.pause()
        )

    def write_on(self) -> None:
        """Go back to the prompt."""
        self._parts.composer.area.focus()

    @property
    def selected_text(self) -> str:
        """What is selected in the prompt."""
        return self._parts.composer.area.selected_text

    def keep_draft(self) -> None:
        """Keep what is written and what waits."""
        if self.session.is_open and not self._closed:
            self.session.keep_draft(self._parts.composer.draft)

    async def close(self) -> None:
        """Keep what is written, stop what is under way, and wait until it is settled."""
        self._parts.choices.cancel()
        self.keep_draft()
        try:
            await self.session.close()
        finally:
            self.keep_draft()  # a reply that had not begun has given its prompt back
            self._runtime.storage.drafts.release()
            self._closed = True
