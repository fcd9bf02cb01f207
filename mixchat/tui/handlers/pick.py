"""After a comparison: one of the answers goes on, or one is written out of them."""

from collections.abc import Sequence
from functools import partial

from msgspec import structs

from mixchat.chat.compare import merge
from mixchat.domain.chat_request import Pin, TurnRequest
from mixchat.domain.turn import Turn
from mixchat.tui.actions.dispatch import handles
from mixchat.tui.chat.context import ChatContext
from mixchat.tui.handlers.comparison import ALL_REPLIES, Comparison, ShownComparison
from mixchat.tui.handlers.handler import ChatHandler
from mixchat.tui.handlers.private_role import PrivateRoleQuestion
from mixchat.tui.widgets.choice_bar import Option, Question


class PickHandler(ChatHandler):
    """Asks which answer goes on, goes on with it, and takes that back."""

    def __init__(self, context: ChatContext, shown: ShownComparison) -> None:
        super().__init__(context)
        self._shown = shown
        self._private = PrivateRoleQuestion(context)
        self._waiting = 0
        """The answer that was picked while others were still coming; 0: none was."""
        self._gone_on: tuple[Comparison, str] | None = None
        """The comparison out of which a turn was picked last, and that turn."""

    def reset(self) -> None:
        """Forget what was picked while others were still coming: they are asked anew."""
        self._waiting = 0

    @property
    def is_due(self) -> bool:
        """Whether an answer was picked while others were still coming."""
        return self._waiting > 0

    def go_on(self) -> None:
        """Go on with what was picked while others were still coming."""
        self._pick_number(self._waiting)

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
        if self._shown.now is not None or self.context.chat.path.leaf != picked:
            return False
        self._gone_on = None
        self.context.chat.lessons.unkept(picked)
        comparison = structs.replace(comparison, columns=[column.again() for column in comparison.columns])
        self._waiting = 0
        self._shown.put(comparison)
        self.context.widgets.status.note = ""
        self.ask(comparison)
        return True

    @handles("merge")
    def merge(self, name: str = "") -> None:
        """Have a model write one answer out of those that are shown, or of all to the last prompt."""
        shown = self._shown.now
        turns = shown.answered if shown is not None else self._siblings()
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

    def _siblings(self) -> list[Turn]:
        path = self.context.chat.path
        turns = [path.turn(id_) for id_ in path.siblings(path.leaf)] if path.leaf else []
        return [turn for turn in turns if turn.reply]

    def ask(self, comparison: Comparison) -> None:
        """Ask which answer goes on; it takes nothing from who is writing."""
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
                of=ALL_REPLIES,
                placeholder="Ask anything, or continue with one of the replies",
                waits="Choose a reply",
            )
        )

    def _pick_number(self, number: int) -> None:
        comparison = self._shown.now
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
            self._waiting = number
            self.context.queue.stop()

    def _go_on_with(self, comparison: Comparison, turn: Turn) -> None:
        self._put_question_away()
        self._gone_on = comparison, turn.id
        self.context.chat.pick(turn.id, learn=self._is_news(turn))
        self.context.view.load()
        before, after = self.context.key("previous-answer"), self.context.key("next-answer")
        self.context.widgets.status.note = f"{before} {after} show the other answers"
        self.context.composer.area.focus()

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
