"""Looks at what is set up, and shows who answers, or how somebody could."""

from collections.abc import Sequence

from textual.widget import Widget

from mixchat.config.stacks import AUTO
from mixchat.domain.errors import ConfigError
from mixchat.domain.stack import Stack
from mixchat.tui.actions.dispatch import handles
from mixchat.tui.chat.context import ChatContext
from mixchat.tui.chat.hints import Hint, hints, no_model_hints
from mixchat.tui.composer.message import ComposedMessage
from mixchat.tui.handlers.conversation import ConversationHandler
from mixchat.tui.handlers.handler import ChatHandler
from mixchat.tui.onboarding.cards import Card
from mixchat.tui.onboarding.provider_status import ProviderFinding, ProviderStatus
from mixchat.tui.widgets.choice_bar import Option, Question


class OnboardingHandler(ChatHandler):
    """Fills the welcome and the first-run page, and looks again when a key or a model was added."""

    def __init__(self, context: ChatContext, conversation: ConversationHandler) -> None:
        super().__init__(context)
        self._conversation = conversation
        self._pending: ComposedMessage | None = None
        """A message that waits for a model that can answer."""
        self._providers = ProviderStatus(context.runtime)
        self.no_model_available = False
        """Whether no role has a model that can be asked."""

    async def look(self) -> None:
        """Look at keys and models, then at servers of this machine; show both at once."""
        context, stack = self.context, self.context.runtime.routing.stack
        try:
            await self._providers.probe()
            answering = self._providers.answering(stack)
            here = self._providers.answering(stack, here=True)
        except ConfigError as error:
            context.notify(str(error))
            return
        self.no_model_available = not answering
        findings = self._providers.provider_specs()
        context.widgets.welcome.update_roles(stack, answering, here, self._moves())
        context.widgets.first_run.update_findings(findings, self._ways(findings))
        context.widgets.turns.empty.findings = findings if self.no_model_available else ()
        context.composer.set_lacks_model(self.no_model_available)
        context.view.totals.lack("no model yet" if self.no_model_available else "")
        context.view.totals.idle = self._available(stack)
        context.view.body.update_no_model(self.no_model_available)
        context.widgets.status.hints = self.hints(context.screen.focused)
        context.view.refresh()
        message, self._pending = self._pending, None
        if message is not None:
            self.send(message)

    def _available(self, stack: Stack) -> str:
        """Return how many providers and models can be asked, in words."""
        if self.no_model_available:
            return ""
        models = {
            slot.ref
            for role in stack.roles.values()
            for slot in role.slots
            if self._providers.reaches(slot.ref)
        }
        providers = {ref.provider for ref in models}
        return f"{_number(len(providers), 'provider')}, {_number(len(models), 'model')}"

    def _moves(self) -> tuple[Card, ...]:
        """Return three things that are worth knowing."""
        aliases = self.context.runtime.settings.catalog.aliases()
        of_stack = {
            slot.ref for role in self.context.runtime.routing.stack.roles.values() for slot in role.slots
        }
        name = next((alias for alias, ref in aliases.items() if ref in of_stack), "coding")
        name = "opus" if aliases.get("opus") in of_stack else name
        return (
            Card(key=f"@{name}", title="Pin a model to one message", aside="then your message", writes=f"@{name} "),
            Card(
                key=self.context.key("compare"), title="Compare models side by side", aside="2 to 4 at once",
                action="compare",
            ),
            Card(
                key=self.context.key("chats"), title="Find anything you ever asked", aside="in every chat",
                action="chats",
            ),
        )  # fmt: skip

    def _ways(self, findings: Sequence[ProviderFinding]) -> tuple[Card, ...]:
        """Return the ways to a first reply; one of them is advised."""
        ollama = next((finding.words for finding in findings if finding.service == "ollama"), "")
        running = "not running" not in ollama
        instead = self._other_stack()
        return (
            *instead,
            Card(
                key="enter", title="Download a small model", aside="98 MB, free, works offline", action="pull",
                recommended=not instead,
            ),
            Card(
                key=self.context.key("key"), title="Add a provider key", aside="tested at once, stored in the key ring",
                action="key",
            ),
            Card(
                key=self.context.key("look"), title="Use Ollama on this machine", action="look",
                aside=ollama if running else "not running; start it with ollama serve",
            ),
        )  # fmt: skip

    def _other_stack(self) -> tuple[Card, ...]:
        """Return the way that a stack made by hand leaves out: the one that takes the models that can be asked."""
        runtime = self.context.runtime
        now = runtime.routing.stack.name
        try:
            found = now != AUTO and self._providers.answering(runtime.settings.stacks.get(AUTO))
        except ConfigError:
            found = {}
        if not found:
            return ()
        aside = "it has every model that can be asked"
        return (
            Card(
                key="/stack",
                title=f"Use the stack {AUTO}",
                aside=aside,
                writes=f"/stack {AUTO}",
                recommended=True,
            ),
        )

    @handles("look")
    def look_for_models(self) -> None:
        """Look for keys and servers again, such as one that was started meanwhile."""
        self.look_again()

    def look_again(self) -> None:
        """Let a key or a model that was just added count."""
        runtime = self.context.runtime
        try:
            runtime.routing.use_stack(runtime.routing.stack.name)
        except ConfigError as error:
            self.context.notify(str(error))
        self.context.run_worker(self.look())

    def hints(self, focused: Widget | None) -> Sequence[Hint]:
        """Return what the keys do while `focused` has the focus; where no model can answer, Enter does something else."""
        composer, keymap = self.context.composer, self.context.keymap
        if not self.no_model_available or focused is not composer.area:
            return hints(focused, keymap)
        return no_model_hints(keymap, is_empty=composer.is_empty)

    def send(self, message: ComposedMessage) -> None:
        """Send a message; where no model can answer yet, ask first how one could."""
        if not self.no_model_available:
            self._conversation.send(message)
            return
        self._pending = message
        self._conversation.remember(message)
        answers = (
            Option("enter", "Download the small model and send", self._fetch, short="download"),
            Option(self.context.key("key"), "Add a provider key", self._key, short="add a key"),
            Option(self.context.key("stop"), "edits it", self.give_back, short="edit"),
        )
        question = Question(
            title="No model is set up yet", words="The message is kept.", options=answers, about="no model"
        )
        self.context.widgets.choices.ask(question)

    def _fetch(self) -> None:
        self.context.composer.area.focus()
        self.context.run_action("pull")

    def _key(self) -> None:
        self.context.composer.area.focus()
        self.context.run_action("key")

    def give_back(self) -> None:
        """Put the message that waits for a model back to be edited."""
        message, self._pending = self._pending, None
        self.context.composer.area.focus()
        if message is not None:
            self.context.composer.put_back(message.typed)

    @handles("key")
    def add_key(self, key: str = "") -> None:
        """Open the page where a key is pasted in; `key` was pasted already."""
        from mixchat.tui.onboarding.key_screen import KeyScreen
        from mixchat.tui.onboarding.key_store import KeyStore

        if self._pending is not None:
            self.context.widgets.choices.close()  # what is asked about the message is answered by the key
        self.context.push_screen(KeyScreen(KeyStore(self.context.runtime), key), self._key_added)

    def _key_added(self, provider: str | None) -> None:
        if provider is not None:
            self.look_again()
        else:
            self.give_back()


def _number(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"
