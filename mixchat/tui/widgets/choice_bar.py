"""A question in the conversation's own place: every way out with its key and its price."""

from collections.abc import Callable, Iterator, Sequence
from time import monotonic
from typing import Final

from msgspec import Struct
from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.style import Style
from textual.widget import Widget

from mixchat.domain.events import ChatEvent
from mixchat.domain.live_turn import LiveTurn
from mixchat.domain.turn import Turn
from mixchat.domain.usage import Cost
from mixchat.ledger import money
from mixchat.tui.widgets.card_edge import CardEdge

ARMED_AFTER: Final = 0.5
"""Seconds after which a key is an answer: what is typed on the run must not choose."""
KEYS: Final = ("enter", "alt+a", "alt+b", "alt+n", "alt+u")
"""The keys that answers can have besides those of actions; none of them writes anything."""
_KEY: Final = 8
_GAP: Final = "    "


Act = Callable[[], object]
"""What an answer does."""


class Option(Struct, frozen=True):
    """One way out and what it does."""

    key: str
    label: str
    act: Act
    cost: Cost | None = None
    """About what it costs; `None`: nothing, or nobody can say."""
    short: str = ""
    """What the last line calls it; empty: the label."""


class Question(Struct, frozen=True, kw_only=True):
    """What is asked, and what the rest of the screen says meanwhile."""

    title: str
    words: str = ""
    options: Sequence[Option]
    """What can be done, the cheapest first; at last what Esc does."""
    enter: str = ""
    """The key of the way out that Enter takes, too, where nothing is written."""
    inline: bool = False
    """Whether the ways out stand beside each other where there is room."""
    state: str = "waiting for you"
    about: str = ""
    """What it is about, in a word or two."""
    estimate: Cost | None = None
    """What the large figure shows meanwhile: what the message that waits would cost."""
    of: str = "estimate"
    """What that is, in a word or two."""
    placeholder: str = "Answer the question above first"
    waits: str = "Waiting for your decision"
    """What the composer says it waits for."""


class ChoiceRows(Widget):
    """The words and the ways out; a click takes one."""

    DEFAULT_CSS = "ChoiceRows { height: auto; width: 1fr; }"

    class Clicked(Message):
        """A way out was clicked."""

        def __init__(self, key: str) -> None:
            super().__init__()
            self.key = key

    def __init__(self) -> None:
        super().__init__()
        self._question: Question | None = None

    def update(self, question: Question) -> None:
        """Show this question."""
        self._question = question
        self.refresh(layout=True)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Return the rows of the question at that width."""
        return Content("\n").join(self._rows(max(width, 1))).get_height({}, max(width, 1))

    def render(self) -> Content:
        """Return the question and its ways out."""
        return Content("\n").join(self._rows(self.size.width))

    def _rows(self, width: int) -> Iterator[Content]:
        question = self._question
        if question is None:
            return
        said = Content.assemble((question.title, "$warning bold"), ("  " + question.words, "$text"))
        yield from said.wrap(width)
        # What Esc does is said by the composer and by the last line.
        ways = question.options[:-1]
        beside = Content(_GAP).join(_inline(option) for option in ways)
        if question.inline and beside.cell_length <= width:
            yield beside
            return
        if not question.inline:
            yield Content()
        for option in ways:
            yield _row(option, width)

    def on_click(self, event: events.Click) -> None:
        """Take the way out that was clicked."""
        if event.button == 1 and (key := event.style.meta.get("answer")):
            self.post_message(self.Clicked(str(key)))


def _inline(option: Option) -> Content:
    price = f" {money.cost(option.cost)}" if option.cost is not None else ""
    label = Content.assemble(
        (option.key, "$warning bold"), (f" {option.label}", "$text"), (price, "$text-muted")
    )
    return label.stylize(Style.from_meta({"answer": option.key}))


def _row(option: Option, width: int) -> Content:
    price = money.cost(option.cost) if option.cost is not None else ""
    room = max(width - _KEY - len(price) - 1, 1)
    label = Content.styled(option.label, "$text").truncate(room, ellipsis=True, pad=True)
    row = Content.assemble((option.key.ljust(_KEY), "$warning bold"), label, " ", (price, "$body"))
    return row.stylize(Style.from_meta({"answer": option.key}))


class ChoiceBar(Vertical):
    """Asks above the composer, which keeps the focus: no answer is a letter."""

    DEFAULT_CSS = "ChoiceBar { height: auto; width: 1fr; display: none; }"

    class Changed(Message):
        """Something is asked now, or nothing any more."""

        def __init__(self, question: Question | None) -> None:
            super().__init__()
            self.question = question

    def __init__(self) -> None:
        super().__init__()
        self._rows = ChoiceRows()
        self._question: Question | None = None
        self._asked_at = 0.0
        self.armed_after = ARMED_AFTER

    def compose(self) -> ComposeResult:
        """Lay out the card."""
        yield CardEdge(top=True)
        yield self._rows
        yield CardEdge(top=False)

    @property
    def is_open(self) -> bool:
        """Whether something is asked."""
        return self._question is not None

    @property
    def question(self) -> Question | None:
        """What is asked."""
        return self._question

    def ask(self, question: Question) -> None:
        """Ask; what was asked before is left as Esc leaves it."""
        self.cancel()
        self._question, self._asked_at = question, monotonic()
        self._rows.update(question)
        self.display = True
        self.post_message(self.Changed(question))

    def has(self, key: str) -> bool:
        """Whether a way out has this key."""
        return self._option(key) is not None

    def answer(self, key: str) -> None:
        """Take the way out with this key, unless the question was hardly there when it was pressed."""
        option = self._option(key)
        if option is not None and monotonic() - self._asked_at >= self.armed_after:
            self._take(option)

    def cancel(self) -> bool:
        """Take the last way out; return whether anything was asked."""
        if self._question is None:
            return False
        self._take(self._question.options[-1])
        return True

    def close(self) -> bool:
        """Ask no longer, and do nothing else; return whether anything was asked."""
        if self._question is None:
            return False
        self._question = None
        self.display = False
        self.post_message(self.Changed(None))
        return True

    def _option(self, key: str) -> Option | None:
        question = self._question
        if question is None:
            return None
        wanted = question.enter if key == "enter" and question.enter else key
        return next((option for option in question.options if option.key == wanted), None)

    def _take(self, option: Option) -> None:
        self.close()
        option.act()

    def on_choice_rows_clicked(self, event: ChoiceRows.Clicked) -> None:
        """Take what was clicked."""
        event.stop()
        option = self._option(event.key)
        if option is not None:
            self._take(option)

    def begin(self, turn: Turn, live: LiveTurn) -> None:
        """Ask no longer: a turn has begun, whichever way led to it."""
        self.close()

    def show(self, event: ChatEvent) -> None:
        """Nothing new."""

    def settle(self, turn: Turn) -> None:
        """Nothing new."""
