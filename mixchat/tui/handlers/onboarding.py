"""Looks at what is set up, and shows who answers, or how somebody could."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from textual.app import App
from textual.widget import Widget

from mixchat.domain.errors import ConfigError
from mixchat.tui.actions import Handler
from mixchat.tui.chat.body import BodySwitcher
from mixchat.tui.chat.status_line import hints
from mixchat.tui.chat.widgets import ChatWidgets
from mixchat.tui.choice_bar import Option
from mixchat.tui.composer.message import ComposedMessage
from mixchat.tui.onboarding.key_screen import KeyStore
from mixchat.tui.onboarding.provider_status import ProviderStatus

if TYPE_CHECKING:
    from mixchat.runtime.runtime import Runtime


_REST: Final = (("ctrl+k", "add a key"), ("ctrl+p", "everything else"))
_FIRST: Final = (("enter", "fetch the small model"), *_REST)
_WRITTEN: Final = (("enter", "choose who answers"), *_REST)


class Onboarding:
    """Fills the welcome and the first-run page, and looks again when a key or a model was added."""

    def __init__(
        self,
        app: App[int],
        runtime: "Runtime",
        parts: ChatWidgets,
        body: BodySwitcher,
        *,
        remember: Callable[[ComposedMessage], None],
        send: Callable[[ComposedMessage], None],
        say: Callable[[str], None],
    ) -> None:
        self._app = app
        self._runtime = runtime
        self._parts = parts
        self._body = body
        self._remember = remember
        self._send = send
        self._say = say
        self._pending: ComposedMessage | None = None
        """A message that waits for somebody who can answer."""
        self._findings = ProviderStatus(runtime)
        self.nobody = False
        """Whether no role has a model that can be asked."""

    def handlers(self) -> Mapping[str, Handler]:
        """Return what can be done here, by act."""
        return {"key": self.add_key}

    async def greet(self) -> None:
        """Look at keys and models, then at servers of this machine; show both at once."""
        try:
            await self._findings.probe()
            answering = self._findings.answering(self._runtime.routing.stack)
        except ConfigError as error:
            self._say(str(error))
            return
        self.nobody = not answering
        self._parts.welcome.tell(self._runtime.routing.stack, answering)
        self._parts.first_run.tell(self._findings.provider_specs())
        self._body.cover(nobody=self.nobody)
        self._parts.status.tell_hints(self.hints(self._app.focused))
        outgoing, self._pending = self._pending, None
        if outgoing is not None:
            self.send(outgoing)

    def hints(self, focused: Widget | None) -> Sequence[tuple[str, str]]:
        """Return what the keys do while `focused` has the focus; where nobody can answer, Enter does something else."""
        composer = self._parts.composer
        if not self.nobody or focused is not composer.area:
            return hints(focused)
        return _FIRST if composer.is_empty else _WRITTEN

    def look_again(self) -> None:
        """Let a key or a model that was just added count."""
        try:
            self._runtime.routing.use_stack(self._runtime.routing.stack.name)
        except ConfigError as error:
            self._say(str(error))
        self._app.run_worker(self.greet())

    def send(self, outgoing: ComposedMessage) -> None:
        """Send a message; where nobody can answer yet, ask first how somebody could."""
        if not self.nobody:
            self._send(outgoing)
            return
        self._pending = outgoing
        self._remember(outgoing)
        answers = (
            Option("f", "fetch the local model and send", lambda: self._act("pull")),
            Option("k", "add a key", lambda: self._act("key")),
            Option("e", "edit", self.give_back),
        )
        self._parts.choices.ask("Nobody can answer this yet.", answers)

    def give_back(self) -> None:
        """Put the message that waits for somebody back to be edited."""
        outgoing, self._pending = self._pending, None
        self._parts.composer.area.focus()
        if outgoing is not None:
            self._parts.composer.put_back(outgoing.typed)

    def _act(self, act: str) -> None:
        self._parts.composer.area.focus()
        self._app.call_later(self._app.run_action, f"screen.act('{act}')")

    def add_key(self, key: str) -> None:
        """Open the page where a key is pasted in."""
        from mixchat.tui.onboarding.key_screen import KeyScreen

        def closed(provider: str | None) -> None:
            if provider is not None:
                self.look_again()
            else:
                self.give_back()

        self._app.push_screen(KeyScreen(KeyStore(self._runtime), key), closed)
