"""The transcript: the turns of one chat, saved and live, in one widget."""

from collections.abc import Callable, Sequence
from time import monotonic, thread_time
from typing import ClassVar, Final

from textual import events
from textual.binding import Binding, BindingType
from textual.timer import Timer

from mixchat.tui.transcript.column import Place
from mixchat.tui.transcript.cursor import BlockCursor
from mixchat.tui.transcript.finder import Finder, Match
from mixchat.tui.transcript.live import Live
from mixchat.tui.transcript.message import FollowChanged, LinkActivated, TurnSelected
from mixchat.tui.transcript.pane import Pane
from mixchat.tui.transcript.view import TurnView
from mixchat.words.clock import Clock, SystemClock
from mixchat.words.event import ChatEvent, Failed, Finished, Text, Thinking, UsageUpdate
from mixchat.words.turn import Turn
from mixchat.words.usage import Cost

_PERIOD: Final = 1 / 16
"""Seconds between two repaints while text streams in."""
_DUTY: Final = 6
"""How many times what a repaint takes is left to everything else before the next."""
_LONGEST: Final = 0.5
"""Seconds after which it is painted again, whatever it takes."""
_GULP: Final = 3_000
"""Characters that are parsed at once, in a few milliseconds."""
_BREATH: Final = 0.001
"""Seconds for everything else between two gulps."""


def _no_suffix(turn_id: str) -> str:
    return ""


class Transcript(Pane):
    """Shows turns and follows the one that is under way.

    Args:
        header_suffix: given a turn's id, returns what its header ends with, such as `‹1/3›`.
        clock: tells how long a model thinks.
        id: the widget's id.
        classes: the widget's classes.
    """

    DEFAULT_CSS = """
    Transcript { height: 1fr; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("end", "follow", "End", show=False, id="transcript.end"),
    ]

    def __init__(
        self,
        *,
        header_suffix: Callable[[str], str] = _no_suffix,
        clock: Clock | None = None,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self.cursor = BlockCursor(self._column)
        self.finder = Finder(self._column)
        self._suffix = header_suffix
        self._clock = clock or SystemClock()
        self._pending: list[str] = []
        self._settled: Turn | None = None
        """The live turn as it ended, while text of it still waits."""
        self._timer: Timer | None = None
        self._painted = 0.0
        self._pause = _PERIOD
        self._quiet = True
        """Whether nothing of the live turn's reply was painted yet."""

    @property
    def turns(self) -> tuple[Turn, ...]:
        """The turns that are shown, the live one as it was accepted."""
        return tuple(view.turn for view in self._column.views)

    # -- turns

    def load(self, turns: Sequence[Turn]) -> None:
        """Show a saved path from its end; only what is seen is laid out."""
        self._stop_timer()
        self._pending, self._settled = [], None
        self._forget_marks()
        self._column.reset([TurnView(turn, self._suffix) for turn in turns])
        self._follow(True)
        self._arrange()

    def clear(self) -> None:
        """Show nothing."""
        self.load(())

    def begin(self, turn: Turn) -> None:
        """Show the turn that is being answered, its prompt at once; one that is there already goes on."""
        self._drain()
        view = TurnView(turn, self._suffix, Live(turn, self._clock))
        index = self._index(turn.id)
        if index is None:
            self._column.views.append(view)
            index = len(self._column.views) - 1
        else:
            self._column.views[index] = view
        self._quiet = True
        self._follow(True)
        self._column.touched(index)
        self._arrange()

    def show(self, event: ChatEvent) -> None:
        """Take in one event of the live turn. Returns at once; what it changes is painted soon, the first word now."""
        view = self._live
        if view is None or view.live is None:
            return
        if isinstance(event, Finished | Failed):
            self.settle(event.turn)
            return
        if isinstance(event, UsageUpdate):
            return
        if text := view.live.show(event):
            self._pending.append(text)
        if self._quiet and isinstance(event, Text | Thinking):
            self._quiet = False
            self._flush()
        else:
            self._schedule()

    def running(self, cost: Cost | None) -> None:
        """Show what the live turn has cost so far."""
        view = self._live
        if view is not None and view.live is not None and view.live.cost != cost:
            view.live.cost = cost
            self._schedule()

    def settle(self, turn: Turn) -> None:
        """Put the settled turn in the live one's place; what is painted is what the whole text paints.

        After a flood the text that waits is taken in first, in gulps, so that the keys stay quick.
        """
        self._settled = turn
        self._flush()

    def replace(self, turn: Turn) -> None:
        """Show a turn as it is now."""
        index = self._index(turn.id)
        if index is None:
            return
        if self._column.views[index].live is not None:
            self._grow("".join(self._pending))
            self._pending = []
        self._column.views[index].settle(turn)
        self._column.touched(index)
        self._grown()

    def remove_turn(self, turn_id: str) -> None:
        """Take a turn away."""
        index = self._index(turn_id)
        if index is None:
            return
        self._drain()
        self._forget_marks()
        views = self._column.views
        del views[index]
        self._column.reset(views)
        self._arrange()

    def jump(self, turn_id: str) -> None:
        """Scroll to a turn, wherever it is."""
        index = self._index(turn_id)
        if index is not None:
            self.show_place(Place(index, 0, 0), above=1)

    def refresh_header(self, turn_id: str) -> None:
        """Ask for a turn's header suffix again."""
        index = self._index(turn_id)
        if index is not None:
            self._column.views[index].changed()
            self._column.touched(index)
            self._arrange()

    def _index(self, turn_id: str) -> int | None:
        views = self._column.views
        return next((at for at in range(len(views) - 1, -1, -1) if views[at].turn.id == turn_id), None)

    @property
    def _live(self) -> TurnView | None:
        return next((view for view in reversed(self._column.views) if view.live is not None), None)

    # -- painting what streams in

    def _schedule(self) -> None:
        if self._timer is None and self.is_attached:
            self._timer = self.set_timer(max(_BREATH, self._painted + self._pause - monotonic()), self._flush)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer = None

    def _flush(self) -> None:
        """Take in a gulp of what came; paint when it was the last, or when it is time."""
        self._stop_timer()
        start = thread_time()
        text = "".join(self._pending)
        self._pending = [text[_GULP:]] if len(text) > _GULP else []
        self._grow(text[:_GULP])
        if self._pending and monotonic() - self._painted < self._pause:
            self._timer = self.set_timer(_BREATH, self._flush)
            return
        if not self._pending and self._settled is not None:
            turn, self._settled = self._settled, None
            self.replace(turn)
        else:
            self._show_live()
        self._painted = monotonic()
        self._pause = min(_LONGEST, max(_PERIOD, _DUTY * (thread_time() - start)))
        if self._pending:
            self._timer = self.set_timer(_BREATH, self._flush)

    def _drain(self) -> None:
        """Take in all text that came, however long it takes."""
        self._stop_timer()
        text, self._pending = "".join(self._pending), []
        self._grow(text)
        if self._settled is not None:
            turn, self._settled = self._settled, None
            self.replace(turn)

    def _grow(self, text: str) -> None:
        view = self._live
        if view is not None:
            view.grow(text)

    def _show_live(self) -> None:
        view = self._live
        if view is not None:
            view.changed()
            self._column.touched(self._column.views.index(view))
            self._grown()

    def _grown(self) -> None:
        if not self._following and not self._below and self._column.height > self._row + self.size.height:
            self._below = True
            self.post_message(FollowChanged(following=False, new_below=True))
        self._arrange()

    # -- following

    def _follow(self, following: bool) -> None:
        if following != self._following:
            self.post_message(FollowChanged(following, new_below=False))
        super()._follow(following)

    def action_follow(self) -> None:
        """Go to the end and follow it again."""
        self._follow(True)
        self._arrange()

    # -- the block cursor and the search

    def move_turn(self, by: int) -> bool:
        """Move the block cursor by turns (negative: up); false at the end."""
        return self._moved(self.cursor.step_turn(by, self._near(by)))

    def move_code(self, by: int) -> bool:
        """Move the block cursor to the next (1) or previous (-1) code block; false if there is none."""
        return self._moved(self.cursor.step_code(by, self._near(by)))

    def unmark(self) -> None:
        """Take the block cursor and the search away."""
        self._forget_marks()
        self._arrange()
        self.post_message(TurnSelected(None))

    def find(self, text: str) -> list[Match]:
        """Search prompts and replies and mark what is found; empty text ends the search."""
        found = self.finder.find(text)
        self._painter.sought, self._painter.here = self.finder.sought, None
        self._arrange()
        return found

    def find_step(self, by: int) -> Match | None:
        """Go to the next match (1) or the one before (-1)."""
        here = self.finder.step(by, self._near(1))
        if here is None:
            return None
        self._painter.here = here
        self.show_place(Place(here[0], here[1], 0))
        return self.finder.matches[self.finder.position - 1]

    def _near(self, by: int) -> int:
        """Return the turn that is seen first, or, going up, last."""
        if not self._seen:
            return 0
        return self._seen[0 if by > 0 else -1].place.view

    def _moved(self, moved: bool) -> bool:
        if moved:
            self._painter.cursor = self.cursor.mark
            self.show_place(self.cursor.place, above=1)
            turn = self.cursor.turn
            self.post_message(TurnSelected(turn.id if turn else None))
        return moved

    def _forget_marks(self) -> None:
        self.cursor.clear()
        self.finder.find("")
        self._painter.cursor = self._painter.here = None
        self._painter.sought = ""

    # -- the mouse

    def toggle(self, fold: str, turn_id: str) -> None:
        """Open or close a turn's fold: `thinking` or `plan`."""
        index = self._index(turn_id)
        if index is not None:
            self._column.views[index].toggle(fold)
            self._column.touched(index)
            self._arrange()

    def on_click(self, event: events.Click) -> None:
        """Open a fold, tell of a link, or go to the end."""
        meta = event.style.meta
        row = event.y
        if "fold" in meta and row < len(self._seen):
            self.toggle(str(meta["fold"]), self._column.views[self._seen[row].place.view].turn.id)
        elif "url" in meta:
            self.post_message(LinkActivated(str(meta["url"])))
        elif "end" in meta:
            self.action_follow()
