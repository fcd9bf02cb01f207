"""Comparing: what is shown while several models answer one prompt, and which answer goes on."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Final

from msgspec import structs

from mixchat.chat.compare import merge
from mixchat.domain.chat_request import GuardOverrides, Pin, TurnRequest
from mixchat.domain.role import BUILT_IN
from mixchat.domain.turn import Turn
from mixchat.tui.actions.dispatch import handles
from mixchat.tui.chat.answer_column import AnswerColumn
from mixchat.tui.chat.context import ChatContext
from mixchat.tui.chat.spending_view import SpendingView
from mixchat.tui.handlers.budget import BudgetHandler
from mixchat.tui.handlers.compare_request import ComparisonRequest, ComparisonSetup
from mixchat.tui.handlers.comparison import Comparison
from mixchat.tui.handlers.guard_options import TITLES, GuardOptions
from mixchat.tui.handlers.handler import ChatHandler
from mixchat.tui.handlers.model_download import ModelDownloadHandler
from mixchat.tui.handlers.private_role import PrivateRoleQuestion
from mixchat.tui.widgets.choice_bar import Option, Question

_TICK: Final = 0.5


_ALL: Final = "all replies"
"""What the large figure is of meanwhile."""


class CompareHandler(ChatHandler):
    """Runs a comparison in the conversation's place."""

    def __init__(self, context: ChatContext, budget: BudgetHandler, download: ModelDownloadHandler) -> None:
        super().__init__(context)
        self._spending = SpendingView(context.runtime)
        self._setup = ComparisonSetup(context)
        self._guards = GuardOptions(context, budget, download, self)
        self._private = PrivateRoleQuestion(context)
        self._now: Comparison | None = None
        self._picked = 0
        """The answer that was picked while others were still coming; 0: none was."""
        self._gone_on: tuple[Comparison, str] | None = None
        """The comparison out of which a turn was picked last, and that turn."""

    @handles("compare")
    def compare(self, text: str) -> None:
        """Have a prompt answered by several models side by side."""
        if self.context.queue.busy:
            self.say_busy()
        else:
            self._setup.ask(text, self._begin_if_public)

    def step(self, by: int) -> bool:
        """Open the next answer (1) or the one before (-1); return whether a comparison is shown."""
        if self._shown is not None:
            self.context.widgets.compared.step(by)
        return self._shown is not None

    @handles("pick")
    def pick(self, number: str) -> None:
        """Go on with the answer of that number."""
        if number.isdigit():
            self._pick_number(int(number))
        else:
            self.context.notify("Write which reply to continue with: /pick 1")

    def take_pick_back(self) -> bool:
        """Show the comparison again out of which the chat's last turn was picked; return whether it was."""
        if self._gone_on is None or self._gone_on[0].chat is not self.context.chat:
            return False
        comparison, picked = self._gone_on
        if self._shown is not None or self.context.chat.path.leaf != picked:
            return False
        self._gone_on = None
        self.context.chat.lessons.unkept(picked)
        columns = [column.again() for column in comparison.columns]
        self._now, self._picked = structs.replace(comparison, columns=columns), 0
        request = comparison.request
        self.context.widgets.compared.put(request.prompt.text, columns, self._role_of(request))
        self.context.view.body.show_comparison()
        self.context.widgets.status.note = ""
        self._ask(self._now)
        return True

    @handles("merge")
    def merge(self, name: str = "") -> None:
        """Have a model write one answer out of those that are shown, or of all to the last prompt."""
        turns = self._shown.answered if self._shown is not None else self._siblings()
        if self.context.queue.busy:
            self.say_busy()
        elif len(turns) < 2:
            other, several = self.context.key("retry-with"), self.context.key("compare")
            self.context.notify(
                f"There is one answer only; {other} asks another model, {several} compares several."
            )
        elif (pin := self.context.pin(name) if name else None) is not None or not name:
            self._put_question_away()
            self.context.composer.area.focus()
            role = next(filter(None, map(self._private.role_of_turn, turns)), None)
            work = partial(self._merge, turns, pin)
            self._private.ask(role, [pin] if pin else [], work, self.context.composer.area.focus)

    def _merge(self, turns: Sequence[Turn], pin: Pin | None) -> None:
        self.context.composer.area.focus()
        self.context.queue.run_events(merge(self.context.chat, turns, pin))

    @property
    def _shown(self) -> Comparison | None:
        now = self._now
        return now if now is not None and self.context.widgets.compared.holds(now.columns) else None

    def _siblings(self) -> list[Turn]:
        path = self.context.chat.path
        turns = [path.turn(id_) for id_ in path.siblings(path.leaf)] if path.leaf else []
        return [turn for turn in turns if turn.reply]

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
        chat = self.context.chat
        columns = [
            AnswerColumn(number, pin, role, colour, self.context.runtime.storage.clock)
            for number, (pin, role, colour) in enumerate(self._coloured(request.pins), 1)
        ]
        if request.typed:
            self.context.composer.clear()
            self.context.composer.leave_edit()
        self.context.widgets.compared.put(request.prompt.text, columns, self._role_of(request))
        self.context.view.body.show_comparison()
        self._start(Comparison(chat, request, columns), columns)

    def _start(self, comparison: Comparison, columns: Sequence[AnswerColumn]) -> None:
        """Have these columns answered."""
        self._now, self._picked = comparison, 0
        self.context.composer.area.focus()
        stop, pick = self.context.key("stop"), self.context.key("pick-1")
        self.context.widgets.status.note = f"comparing {len(columns)} · {stop} stops all · {pick} … picks"
        self.context.queue.run_busy(self._work(comparison, columns))

    def _coloured(self, pins: Sequence[Pin]) -> Iterator[tuple[Pin, str | None, str]]:
        """Yield each with its role and a colour: the role's, unless another column has that already."""
        roles = [self._setup.role_of(pin) for pin in pins]
        free = [role.name for role in BUILT_IN if role.name not in roles]
        used: set[str] = set()
        for pin, role in zip(pins, roles, strict=True):
            colour = role if role is not None and role not in used else free.pop(0)
            used.add(colour)
            yield pin, role, colour

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
        if self._shown is comparison:
            self.context.widgets.compared.rank()
            self.context.widgets.turns.chat_title = comparison.chat.record.title
            self.context.widgets.turns.update_turns(comparison.chat.turns)
            spending = structs.replace(
                self._spending.spending(comparison.chat), turn=comparison.cost, of=_ALL
            )
            if under_way:
                spending = structs.replace(spending, state="comparing", beside=comparison.progress)
            self.context.widgets.turns.spending = self.context.widgets.top.spending = spending

    def _over(self, comparison: Comparison) -> None:
        """Go on with what was picked; else ask, which takes nothing from who is writing."""
        self.context.widgets.status.note = ""
        if self._shown is not comparison:
            return
        if not comparison.turns:
            self.context.view.load()
            self.context.composer.put_back(comparison.request.typed)
        elif self._picked:
            self._pick_number(self._picked)
        elif comparison.stopped:
            self._ask_about(comparison)
        elif not comparison.answered:
            self._ask_once_more(comparison)
        else:
            self._ask(comparison)
        self._tick(comparison)

    def _ask(self, comparison: Comparison) -> None:
        options = [
            Option(
                self.context.key(f"pick-{column.number}"),
                column.name_asked,
                partial(self._pick_number, column.number),
            )
            for column in comparison.columns
            if column.turn is not None and column.turn.reply
        ]
        if len(comparison.answered) > 1:
            options.append(Option(self.context.key("merge"), "merge them", self.merge))
        options.append(Option(self.context.key("stop"), "decide later", self.context.composer.area.focus))
        self.context.widgets.choices.ask(
            Question(
                title="Continue with",
                options=options,
                inline=True,
                about="choose a reply",
                estimate=comparison.cost,
                of=_ALL,
                placeholder="Ask anything, or continue with one of the replies",
                waits="Choose a reply",
            )
        )

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
        if self._shown is not comparison or self.context.queue.busy:
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
                self.context.key("stop"), "leaves it so", partial(self._ask, comparison), short="leave it"
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
        comparison = self._shown
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

    def _pick_number(self, number: int) -> None:
        comparison = self._shown
        turn = comparison.turn(number) if comparison is not None else None
        if comparison is None:
            self.context.notify(f"Nothing is being compared; {self.context.key('compare')} does.")
        elif turn is None:
            self.context.notify(f"There is no answer {number}.")
        elif not self.context.queue.busy:
            self._go_on_with(comparison, turn)
        elif comparison.columns[number - 1].writes:
            self.context.notify(
                f"Answer {number} is still coming; {self.context.key('stop')} stops all of them."
            )
        else:
            self._picked = number
            self.context.queue.stop()

    def _go_on_with(self, comparison: Comparison, turn: Turn) -> None:
        self._put_question_away()
        self._gone_on = comparison, turn.id
        self.context.chat.pick(turn.id, learn=self._is_news(turn))
        self.context.view.load()
        before, after = self.context.key("previous-answer"), self.context.key("next-answer")
        self.context.widgets.status.note = f"{before} {after} show the other answers"
        self.context.composer.area.focus()

    def _role_of(self, request: ComparisonRequest) -> str | None:
        """Return which role the prompt would have had."""
        routed = self.context.chat.routing_input(TurnRequest(text=request.prompt.text))
        return self.context.runtime.routing.router.decide_locally(routed).role

    def _is_news(self, turn: Turn) -> bool:
        """Return whether the router would have had another model answer than the one that was picked."""
        chat = self.context.chat
        asked = TurnRequest(text=turn.prompt, files=turn.files)
        routed = chat.routing_input(asked, chat.path.up_to(turn.parent))
        fallback_order = self.context.runtime.routing.router.decide_locally(routed).fallback_order
        return not fallback_order or fallback_order[0].ref != turn.ref

    def _put_question_away(self) -> None:
        if self.context.widgets.choices.is_open:
            self.context.widgets.choices.cancel()
