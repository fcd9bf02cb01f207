"""The conversation on the screen: opened, written to, stopped, and put away."""

from mixchat.chat.chat import Chat
from mixchat.domain.errors import ConfigError, StorageError
from mixchat.tui.actions.dispatch import handles
from mixchat.tui.chat.context import ChatContext
from mixchat.tui.composer.message import ComposedMessage
from mixchat.tui.handlers.handler import ChatHandler
from mixchat.tui.launch_options import LaunchOptions


class ConversationHandler(ChatHandler):
    """Puts chats on the screen, sends messages and keeps what is written."""

    def __init__(self, context: ChatContext) -> None:
        super().__init__(context)
        self._closed = False

    def open(self, options: LaunchOptions) -> None:
        """Open the chat that was asked for, or a new one."""
        runtime = self.context.runtime
        chat: Chat | None = None
        try:
            if options.resume is not None:
                chat = runtime.saved_chat(options.resume)
            elif options.last:
                chat = self._last_chat()
        except ConfigError as error:
            self.context.notify(str(error))
        self.switch_to(chat or runtime.new_chat())

    def _last_chat(self) -> Chat:
        """Return the chat that was used last: a new one where what was written last began one and was not answered."""
        last = self.context.runtime.last_chat()
        newer = self.context.runtime.storage.drafts.newest_new() > last.record.updated
        return self.context.runtime.new_chat() if newer else last

    def switch_to(self, chat: Chat, *, carry: bool = False) -> None:
        """Put another chat on the screen, with the draft that was left in it; if `carry`, what is written comes along."""
        chats, composer = self.context.chats, self.context.composer
        if chats.is_open:
            self.context.widgets.choices.cancel()
            self.save_draft()
            composer.leave_edit()
            composer.clear()
        queue = chats.open(chat, carry=carry)
        self.context.view.load()
        composer.restore(chats.draft())
        composer.update_queue(queue.waiting, paused=queue.paused)
        self.context.view.previewer.refresh()

    @handles("new-chat")
    def new(self) -> None:
        """Begin an empty chat; what is written comes along."""
        self.context.composer.leave_edit()
        self.switch_to(self.context.runtime.new_chat(), carry=True)
        self.context.composer.area.focus()

    def send(self, message: ComposedMessage) -> None:
        """Send a message, or let it wait."""
        self.remember(message)
        self.context.queue.send(message)
        self.save_draft()

    def remember(self, message: ComposedMessage) -> None:
        """Add a message to the prompts that the arrow keys bring back, without the credentials in it."""
        self.context.run_worker(self._remember(message.typed))

    async def _remember(self, typed: str) -> None:
        runtime = self.context.runtime
        try:
            runtime.storage.drafts.remember(await runtime.mask(typed))
        except StorageError as error:
            self.context.notify(str(error))

    def save_draft(self) -> None:
        """Save what is written and what waits."""
        if self.context.chats.is_open and not self._closed:
            self.context.chats.save_draft(self.context.composer.draft)

    async def close(self) -> None:
        """Save what is written, stop what is under way, and wait until it is settled."""
        self.context.widgets.choices.cancel()
        self.save_draft()
        try:
            await self.context.chats.close()
        finally:
            self.save_draft()  # a reply that had not begun has given its prompt back
            self.context.runtime.storage.drafts.release()
            self._closed = True

    def stay(self) -> None:
        """Go on after all with what was put away."""
        self._closed = False
