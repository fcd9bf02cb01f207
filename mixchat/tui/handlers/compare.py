"""Comparing: several models answer one prompt side by side. Which answer goes on is asked in `pick`."""

from collections.abc import Sequence
from functools import partial
from typing import Final

from msgspec import structs

from mixchat.domain.chat_request import GuardOverrides, Pin
from mixchat.domain.turn import Turn
from mixchat.tui.actions.dispatch import handles
from mixchat.tui.chat.answer_column import AnswerColumn
from mixchat.tui.chat.context import ChatContext
from mixchat.tui.chat.spending_view import SpendingView
from mixchat.tui.handlers.budget import BudgetHandler
from mixchat.tui.handlers.compare_request import ComparisonRequest, ComparisonSetup
from mixchat.tui.handlers.comparison import ALL_REPLIES, Comparison, ShownComparison
from mixchat.tui.handlers.guard_options import TITLES, GuardOptions
from mixchat.tui.handlers.handler import ChatHandler
from mixchat.tui.handlers.model_download import ModelDownloadHandler
from mixchat.tui.handlers.pick import PickHandler
from mixchat.tui.handlers.private_role import PrivateRoleQuestion
from mixchat.tui.widgets.choice_bar import Option, Question

_TICK: Final = 0.5


class CompareHandler(ChatHandler):
    """Runs a comparison in the conversation's place."""

    def __init__(
        self,
        context: ChatContext,
        shown: ShownComparison,
        picks: PickHandler,
        budget: BudgetHandler,
        download: ModelDownloadHandler,
    ) -> None:
        super().__init__(context)
        self._spending = SpendingView(context.runtime)
        self._setup = ComparisonSetup(context)
        self._guards = GuardOptions(context, budget, download, self)
        self._private = PrivateRoleQuestion(context)
        self._shown = shown
        self._picks = picks

    @handles("compare")
    def compare(self, text: str) -> None:
        """Have a prompt answered by several models side by side."""
        if self.context.queue.busy:
            self.say_busy()
        else:
            self._setup.ask(text, self._begin_if_public)

    def _begin_if_public(self, request: ComparisonRequest) -> None:
        """Begin; where the router would keep the prompt on this machine, only when the person says so."""
        role = self._private.role_of(request.prompt, request.parent)
        self._private.ask(
            role, request.pins, partial(self._begin, request), partial(self._put_back, request.typed)
        )

    def _put_back(self, typed: str) -> None:
        if typed and self.context.composer.is_empty:
            self.context.composer.put_back(typed)
        self.context.composer.area.focus()

    def _begin(self, request: ComparisonRequest) -> None:
        """Show a column for each and start; the answers begin together."""
        columns = self._setup.columns(request.pins)
        if request.typed:
            self.context.composer.clear()
            self.context.composer.leave_edit()
        comparison = Comparison(self.context.chat, request, columns)
        self._shown.put(comparison)
        self._start(comparison, columns)

    def _start(self, comparison: Comparison, columns: Sequence[AnswerColumn]) -> None:
        """Have these columns answered."""
        self._shown.update(comparison)
        self._picks.reset()
        self.context.composer.area.focus()
        stop, pick = self.context.key("stop"), self.context.key("pick-1")
        self.context.widgets.status.note = f"comparing {len(columns)} · {stop} stops all · {pick} … picks"
        self.context.queue.run_busy(self._work(comparison, columns))

    async def _work(self, comparison: Comparison, columns: Sequence[AnswerColumn]) -> None:
        timer = self.context.widgets.compared.set_interval(
            _TICK, partial(self._tick, comparison, under_way=True)
        )
        try:
            await comparison.run(columns)
        finally:
            timer.stop()
            self.context.widgets.compared.call_later(self._over, comparison)

    def _tick(self, comparison: Comparison, *, under_way: bool = False) -> None:
        for column in comparison.columns:
            column.tick()
        if self._shown.now is comparison:
            self.context.widgets.compared.rank()
            self.context.widgets.turns.chat_title = comparison.chat.record.title
            self.context.widgets.turns.update_turns(comparison.chat.turns)
            spending = structs.replace(
                self._spending.spending(comparison.chat), turn=comparison.cost, of=ALL_REPLIES
            )
            if under_way:
                spending = structs.replace(spending, state="comparing", beside=comparison.progress)
            self.context.widgets.turns.spending = self.context.widgets.top.spending = spending

    def _over(self, comparison: Comparison) -> None:
        """Go on with what was picked; else ask, which takes nothing from who is writing."""
        self.context.widgets.status.note = ""
        if self._shown.now is not comparison:
            return
        if not comparison.turns:
            self.context.view.load()
            self.context.composer.put_back(comparison.request.typed)
        elif self._picks.is_due:
            self._picks.go_on()
        elif comparison.stopped:
            self._ask_about(comparison)
        elif not comparison.answered:
            self._ask_once_more(comparison)
        else:
            self._picks.ask(comparison)
        self._tick(comparison)

    def _ask_once_more(self, comparison: Comparison) -> None:
        """Ask what is to be done where nobody answered."""
        again = Option(
            "enter", "Ask all of them again", partial(self._all_again, comparison), short="ask again"
        )
        give_up = partial(self._give_up, comparison)
        edit = Option(self.context.key("stop"), "puts the message back here", give_up, short="edit")
        self.context.widgets.choices.ask(
            Question(
                title="No reply", words="None of them answered.", options=[again, edit], about="no reply"
            )
        )

    def _all_again(self, comparison: Comparison) -> None:
        if self._shown.now is not comparison or self.context.queue.busy:
            return
        comparison.forget(comparison.columns)
        for column in comparison.columns:
            column.ask(column.pin, self._setup.role_of(column.pin))
        self._start(comparison, comparison.columns)

    def _ask_about(self, comparison: Comparison) -> None:
        """Ask what is to be done about the columns that a guard stopped; those that answered stay."""
        stopped = comparison.stopped
        turn = stopped[0].turn
        if turn is None or turn.failure is None:
            return
        self.context.widgets.compared.update_prompt(turn.prompt)
        private, pins = comparison.chat.record.private, [column.pin for column in comparison.columns]
        beside = [str(pin.slot.ref) if pin.slot else pin.name for pin in pins]
        answers = self._guards.answers(turn, turn.failure, is_private=private, beside=beside)
        sentence = self._guards.sentence(turn, turn.failure)
        if comparison.answered:
            sentence = f"{', '.join(column.name_asked for column in stopped)}: {sentence}"
            last = Option(
                self.context.key("stop"),
                "leaves it so",
                partial(self._picks.ask, comparison),
                short="leave it",
            )
        else:
            give_up = partial(self._give_up, comparison)
            last = Option(self.context.key("stop"), "puts the message back here", give_up, short="edit")
        title, about = TITLES.get(turn.failure.code, ("Send it anyway?", ""))
        self.context.widgets.choices.ask(
            Question(title=title, words=sentence, options=[*answers, last], about=about)
        )

    def ask_again(self, turn: Turn, pin: Pin | None, allow: GuardOverrides) -> None:
        """Have the stopped columns answered after all, or one of them by another model."""
        comparison = self._shown.now
        if comparison is None or self.context.queue.busy:
            return
        columns = comparison.stopped[:1] if pin is not None else comparison.stopped
        comparison.forget(columns)
        for column in columns:
            asked_now = pin or column.pin
            column.ask(asked_now, self._setup.role_of(asked_now))
        prompt = structs.replace(comparison.request.prompt, files=turn.files, allow=allow)
        request = structs.replace(comparison.request, prompt=prompt, files=(), addresses=())
        self._start(structs.replace(comparison, request=request), columns)

    def _give_up(self, comparison: Comparison) -> None:
        comparison.forget(comparison.columns)
        self.context.view.load()
        self.context.composer.put_back(comparison.request.typed)
        self.context.composer.area.focus()
