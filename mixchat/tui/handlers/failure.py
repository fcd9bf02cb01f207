"""What follows when a turn did not simply end with a reply."""

from functools import partial

from msgspec import structs

from mixchat.domain.chat_request import GuardOverrides, Pin
from mixchat.domain.errors import ERRORS, Failure, StorageError
from mixchat.domain.turn import Turn
from mixchat.tui.chat.context import ChatContext
from mixchat.tui.chat.spending_view import SpendingView
from mixchat.tui.composer.message import ComposedMessage
from mixchat.tui.formatting import GUARDS
from mixchat.tui.handlers.budget import BudgetHandler
from mixchat.tui.handlers.guard_options import TITLES, GuardOptions
from mixchat.tui.handlers.handler import ChatHandler
from mixchat.tui.handlers.model_download import ModelDownloadHandler
from mixchat.tui.widgets.choice_bar import Option, Question


class FailureHandler(ChatHandler):
    """Gives prompts back, asks what to do about a guard, and says which key goes on."""

    def __init__(self, context: ChatContext, budget: BudgetHandler, download: ModelDownloadHandler) -> None:
        super().__init__(context)
        self._guards = GuardOptions(context, budget, download, self)
        self._spending = SpendingView(context.runtime)

    def withdrawn(self, turn: Turn, message: ComposedMessage | None) -> None:
        """Take the turn away and put its prompt back."""
        self.context.widgets.transcript.remove_turn(turn.id)
        path = self.context.chat.path
        if message is not None or not path or path[-1].prompt != turn.prompt:
            self._give_back(turn, message)
        self.context.chats.save_draft(self.context.composer.draft)

    def refused(self, sentence: str, message: ComposedMessage | None) -> None:
        """Say why nothing was sent, and put the prompt back."""
        if message is not None:
            self.context.composer.put_back(message.typed)
            self.context.chats.save_draft(self.context.composer.draft)
        if sentence:
            self.context.notify(sentence)

    def fetching(self, address: str) -> None:
        """Say which page is fetched; Esc stops it."""
        stop = self.context.key("stop")
        self.context.widgets.status.note = f"fetching {address} · {stop} stops" if address else ""

    def own_network(self, sentence: str, message: ComposedMessage) -> None:
        """Ask whether a page of this machine or its network may be fetched; meanwhile the prompt is back."""
        self.refused("", message)
        fetch = Option("alt+a", "Fetch it and send", partial(self._fetch, message))
        edit = Option(self.context.key("stop"), "leaves it", self.context.composer.area.focus, short="edit")
        question = Question(
            title="Fetch this page?", words=sentence, options=[fetch, edit], about="own network"
        )
        self.context.widgets.choices.ask(question)

    def _fetch(self, message: ComposedMessage) -> None:
        composer = self.context.composer
        if composer.typed == message.typed:
            composer.clear()
        composer.area.focus()
        self.context.queue.send(structs.replace(message, own_network=True))
        self.context.chats.save_draft(composer.draft)

    def failed(self, turn: Turn, failure: Failure, message: ComposedMessage | None) -> None:
        """Ask about a guard; else give the prompt back, or say how to go on with what came."""
        if failure.code in GUARDS:
            self._ask(turn, failure, message)
        elif turn.reply and self.context.chat.path.leaf == turn.id:
            self._offer_to_go_on(turn, failure)
        elif failure.higher_limit is not None:
            self._offer_limit(turn, failure, failure.higher_limit, message)
        elif self.context.chat.path.leaf == turn.id:
            self._give_back(turn, message)
            again, other = self.context.key("retry"), self.context.key("retry-with")
            self.context.widgets.status.note = f"no reply · {again} retry · {other} other model"
        else:
            self._say_what_stays(turn, failure, message)

    def cut_short(self) -> None:
        """Say which key goes on with a reply that ended at its limit."""
        self.context.widgets.status.note = f"reply cut off · {self.context.key('continue')} continues it"

    def _say_what_stays(self, turn: Turn, failure: Failure, message: ComposedMessage | None) -> None:
        """Say why there is no other answer: the one that was there is on the screen and is gone on from."""
        shown = {other.prompt for other in self.context.chat.turns}
        if message is not None or turn.prompt not in shown:
            self._give_back(turn, message)
        failed = self.context.key("next-answer")
        self.context.widgets.status.note = (
            f"no other answer · the one before stays · {failed} shows what failed"
        )
        self.context.notify(f"{failure.message} The answer before stays.")

    def _offer_limit(self, turn: Turn, failure: Failure, limit: int, message: ComposedMessage | None) -> None:
        """Ask whether the reply may be longer: with the same limit the call would end the same."""
        cost = self._spending.estimate(self.context.chat, turn)
        allow = partial(self._allow, turn, limit)
        more = Option("enter", f"Retry with up to {limit:,} tokens", allow, cost, "retry")
        question = Question(
            title="No reply",
            words=failure.message,
            options=[more, self._editing(turn, message)],
            about="tokens",
        )
        self.context.widgets.choices.ask(question)

    def _offer_to_go_on(self, turn: Turn, failure: Failure) -> None:
        """Ask how to go on with a reply that was cut off, each way with its price."""
        chat, run = self.context.chat, self.context.run_action
        cost, rest = self._spending.estimate(chat, turn), self._spending.estimate_rest(chat, turn)
        ways = [
            Option(self.context.key("continue"), "continue", partial(run, "continue"), rest),
            Option(self.context.key("retry"), "retry", partial(run, "retry"), cost),
            Option(self.context.key("retry-with"), "other model", partial(run, "retry-with")),
            Option(self.context.key("stop"), "leaves it", _nothing, short="leave it"),
        ]
        self.context.widgets.choices.ask(
            Question(
                title="Interrupted",
                words=failure.message,
                options=ways,
                enter=ways[0].key,
                inline=True,
                state="interrupted",
                about=ERRORS[failure.code].title.casefold(),
                placeholder=f"Ask anything, or press {ways[0].key} to continue the reply",
                waits="Interrupted",
            )
        )

    def _allow(self, turn: Turn, limit: int) -> None:
        """Let this chat's replies be that long, and ask again."""
        chat = self.context.chat
        settings = structs.replace(chat.state.settings, max_tokens=limit)
        try:
            chat.save_record(
                structs.replace(chat.record, state=structs.replace(chat.state, settings=settings))
            )
        except StorageError as error:
            self.context.notify(f"It holds until mixchat is closed: {error}")
        self.ask_again(turn, None, GuardOverrides())

    def waiting_changed(self) -> None:
        """Show what waits now."""
        queue = self.context.queue
        self.context.composer.update_queue(queue.waiting, paused=queue.paused)

    def _give_back(self, turn: Turn, message: ComposedMessage | None) -> bool:
        """Put the prompt back if nothing else is written; return whether it was."""
        composer = self.context.composer
        if message is None:
            return composer.put_back(self.written(turn))
        edits = message.edits
        if edits is None or not composer.is_empty or not self.context.chat.path.has(edits.turn):
            return composer.put_back(message.typed, of=message.rewrites)
        composer.edit(edits, message.typed)
        return True

    def _ask(self, turn: Turn, failure: Failure, message: ComposedMessage | None) -> None:
        is_private = self.context.chat.record.private
        ways = self._guards.answers(turn, failure, is_private=is_private)
        title, about = TITLES.get(failure.code, ("Send it anyway?", ""))
        question = Question(
            title=title,
            words=self._guards.sentence(turn, failure),
            options=[*ways, self._editing(turn, message)],
            about=about,
            estimate=next((way.cost for way in ways if way.key == "alt+a"), None),
        )
        self.context.widgets.choices.ask(question)

    def _editing(self, turn: Turn, message: ComposedMessage | None) -> Option:
        return Option(
            self.context.key("stop"),
            "puts the message back here",
            partial(self._edit, turn, message),
            short="edit",
        )

    def ask_again(self, turn: Turn, pin: Pin | None, allow: GuardOverrides) -> None:
        """Ask a turn's prompt again; without another pin its own still holds."""
        self.context.composer.area.focus()
        self.context.queue.again(
            turn.id, pin or (self.context.runtime.routing.resolve_name(turn.pin) if turn.pin else None), allow
        )

    def _edit(self, turn: Turn, message: ComposedMessage | None) -> None:
        """Put the prompt back to be edited; the turn that was stopped before anything was sent goes away for it."""
        self.context.composer.area.focus()
        chat = self.context.chat
        if self._give_back(turn, message) and chat.withdraw(turn.id):
            self.context.view.load()


def _nothing() -> None:
    """Leave it as it is."""
