"""Comparing: what is shown while several models answer one prompt, and which answer goes on."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Final

from msgspec import structs

from mixchat.chat.compare import merge
from mixchat.domain.chat_request import GuardOverrides, Pin
from mixchat.domain.role import BUILT_IN
from mixchat.domain.turn import Turn
from mixchat.tui.actions import Handler
from mixchat.tui.chat.answer_column import AnswerColumn
from mixchat.tui.chat.live_totals import SpendingView, written
from mixchat.tui.chat.open_chats import OpenChats
from mixchat.tui.chat.widgets import ChatWidgets
from mixchat.tui.choice_bar import Option
from mixchat.tui.handlers.compare_chooser import MOST
from mixchat.tui.handlers.compare_request import ComparisonRequest, ComparisonSetup
from mixchat.tui.handlers.comparison import Comparison

if TYPE_CHECKING:
    from mixchat.runtime.runtime import Runtime

_TICK: Final = 0.5
BUSY: Final = "A reply is still coming; Esc stops it."


class CompareHandlers:
    """Runs a comparison in the conversation's place.

    Args:
        runtime: everything that a chat needs.
        parts: the widgets.
        session: holds the chat.
        asking: finds out what is compared.
        draw: shows the comparison where the conversation stands.
        load: shows the chat's branch again, with its figures; a turn's id marks that turn.
        say: shows a sentence.
    """

    def __init__(
        self,
        runtime: "Runtime",
        parts: ChatWidgets,
        session: OpenChats,
        asking: ComparisonSetup,
        *,
        draw: Callable[[], None],
        load: Callable[[str], None],
        say: Callable[[str], None],
    ) -> None:
        self._clock = runtime.storage.clock
        self._pin = runtime.routing.resolve_name
        self._no_pin = runtime.routing.unknown_name_message
        self._books = SpendingView(runtime)
        self._parts = parts
        self._session = session
        self._asking = asking
        self._guards = session.guarded(self._again)
        self._draw = draw
        self._load = load
        self._say = say
        self._now: Comparison | None = None
        self._picked = 0
        """The answer that was picked while others were still coming; 0: none was."""

    def handlers(self) -> Mapping[str, Handler]:
        """Return what can be done here, by act."""
        picks = {f"pick-{number}": partial(self._pick_number, number) for number in range(1, MOST + 1)}
        return {"compare": self.compare, "pick": self.pick, "merge": self.merge, **picks}

    def compare(self, words: str) -> None:
        """Have a prompt answered by several models side by side."""
        if self._session.queue.busy:
            self._say(BUSY)
        else:
            self._asking.ask(words, self._begin)

    def step(self, by: int) -> bool:
        """Open the next answer (1) or the one before (-1); return whether a comparison is shown."""
        if self._shown is not None:
            self._parts.compared.step(by)
        return self._shown is not None

    def pick(self, words: str) -> None:
        """Go on with the answer of that number."""
        if words.isdigit():
            self._pick_number(int(words))
        else:
            self._say("Write which answer goes on: /pick 1")

    def merge(self, words: str) -> None:
        """Have a model write one answer out of those that are shown, or of all to the last prompt."""
        pin = self._pin(words.removeprefix("@")) if words else None
        turns = self._shown.answered if self._shown is not None else self._siblings()
        if self._session.queue.busy:
            self._say(BUSY)
        elif words and pin is None:
            self._say(self._no_pin(words))
        elif len(turns) < 2:
            self._say("There is one answer only; f8 asks another model, f7 compares several.")
        else:
            self._put_question_away()
            self._parts.composer.area.focus()
            self._session.queue.run_events(merge(self._session.chat, turns, pin))

    @property
    def _shown(self) -> Comparison | None:
        now = self._now
        return now if now is not None and self._parts.compared.holds(now.columns) else None

    def _siblings(self) -> list[Turn]:
        path = self._session.chat.path
        turns = [path.turn(id_) for id_ in path.siblings(path.leaf)] if path.leaf else []
        return [turn for turn in turns if turn.reply]

    def _begin(self, asked: ComparisonRequest) -> None:
        """Show a column for each and start; the answers begin together."""
        chat = self._session.chat
        reads = (written(chat) + len(asked.prompt.text)) // 4
        columns = [
            AnswerColumn(number, pin, role, colour, self._clock, self._books.so_far, reads)
            for number, (pin, role, colour) in enumerate(self._coloured(asked.pins), 1)
        ]
        if asked.typed:
            self._parts.composer.clear()
            self._parts.composer.leave_edit()
        self._parts.compared.put(asked.prompt.text, columns)
        self._draw()
        self._start(Comparison(chat, asked, columns), columns)

    def _start(self, comparison: Comparison, columns: Sequence[AnswerColumn]) -> None:
        """Have these columns answered."""
        self._now, self._picked = comparison, 0
        self._parts.composer.area.focus()
        self._parts.status.tell_note(f"comparing {len(columns)} · esc stops all · alt+1 … picks")
        self._session.queue.run_busy(self._work(comparison, columns))

    def _coloured(self, pins: Sequence[Pin]) -> Iterator[tuple[Pin, str | None, str]]:
        """Yield each with its role and a colour: the role's, unless another column has that already."""
        roles = [self._asking.role_of(pin) for pin in pins]
        free = [role.name for role in BUILT_IN if role.name not in roles]
        worn: set[str] = set()
        for pin, role in zip(pins, roles, strict=True):
            colour = role if role is not None and role not in worn else free.pop(0)
            worn.add(colour)
            yield pin, role, colour

    async def _work(self, comparison: Comparison, columns: Sequence[AnswerColumn]) -> None:
        timer = self._parts.compared.set_interval(_TICK, partial(self._tick, comparison))
        try:
            await comparison.run(columns)
        finally:
            timer.stop()
            self._parts.compared.call_later(self._over, comparison)

    def _tick(self, comparison: Comparison) -> None:
        for column in comparison.columns:
            column.tick()
        if self._shown is comparison:
            self._parts.turns.tell_title(comparison.chat.record.title)
            self._parts.turns.tell_turns(comparison.chat.turns)
            self._parts.turns.tell_spending(self._books.spending(comparison.chat))

    def _over(self, comparison: Comparison) -> None:
        """Go on with what was picked; else ask, unless something is being written."""
        self._parts.status.tell_note("")
        if self._shown is not comparison:
            return
        if not comparison.turns:
            self._load("")
            self._parts.composer.put_back(comparison.asked.typed)
        elif self._picked:
            self._pick_number(self._picked)
        elif comparison.stopped and (self._parts.composer.is_empty or not comparison.answered):
            self._ask_about(comparison)
        elif self._parts.composer.is_empty:
            self._ask(comparison)
        else:
            self._parts.status.tell_note("alt+1 … goes on with that answer · alt+m merges them")
        self._tick(comparison)

    def _ask(self, comparison: Comparison) -> None:
        options = [
            Option(str(column.number), column.asked, partial(self._pick_number, column.number))
            for column in comparison.columns
            if column.turn is not None and column.turn.reply
        ]
        if len(comparison.answered) > 1:
            options.append(Option("m", "merge them", lambda: self.merge("")))
        options.append(Option("w", "write on", lambda: self._parts.composer.type("")))
        self._parts.choices.ask("Which answer goes on?", options, yields=True)

    def _ask_about(self, comparison: Comparison) -> None:
        """Ask what is to be done about the columns that a guard stopped; those that answered stay."""
        stopped = comparison.stopped
        turn = stopped[0].turn
        if turn is None or turn.failure is None:
            return
        self._parts.compared.tell_prompt(turn.prompt)
        private, pins = comparison.chat.record.private, [column.pin for column in comparison.columns]
        beside = [str(pin.seat.ref) if pin.seat else pin.name for pin in pins]
        answers = self._guards.answers(turn, turn.failure, is_private=private, beside=beside)
        sentence = turn.failure.message
        if comparison.answered:
            sentence = f"{', '.join(column.asked for column in stopped)}: {sentence}"
            last = Option("k", "leave it so", lambda: self._ask(comparison))
        else:
            last = Option("e", "edit", lambda: self._give_up(comparison))
        self._parts.choices.ask(sentence, [*answers, last])

    def _again(self, turn: Turn, pin: Pin | None, allow: GuardOverrides) -> None:
        """Have the stopped columns answered after all, or one of them by another model."""
        comparison = self._shown
        if comparison is None or self._session.queue.busy:
            return
        columns = comparison.stopped[:1] if pin is not None else comparison.stopped
        comparison.forget(columns)
        for column in columns:
            asked_now = pin or column.pin
            column.ask(asked_now, self._asking.role_of(asked_now))
        prompt = structs.replace(comparison.asked.prompt, files=turn.files, allow=allow)
        asked = structs.replace(comparison.asked, prompt=prompt, files=())
        self._start(structs.replace(comparison, asked=asked), columns)

    def _give_up(self, comparison: Comparison) -> None:
        comparison.forget(comparison.columns)
        self._load("")
        self._parts.composer.put_back(comparison.asked.typed)
        self._parts.composer.area.focus()

    def _pick_number(self, number: int, _: str = "") -> None:
        comparison = self._shown
        turn = comparison.turn(number) if comparison is not None else None
        if comparison is None:
            self._say("Nothing is being compared; f7 does.")
        elif turn is None:
            self._say(f"There is no answer {number}.")
        elif not self._session.queue.busy:
            self._go_on_with(turn)
        elif comparison.columns[number - 1].writes:
            self._say(f"Answer {number} is still coming; Esc stops all of them.")
        else:
            self._picked = number
            self._session.queue.stop()

    def _go_on_with(self, turn: Turn) -> None:
        self._put_question_away()
        self._session.chat.path.show(turn.id)
        self._load("")
        self._parts.status.tell_note("alt+← alt+→ show the other answers")
        self._parts.composer.area.focus()

    def _put_question_away(self) -> None:
        if self._parts.choices.is_open:
            self._parts.choices.cancel()
