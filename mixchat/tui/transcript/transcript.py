"""The transcript: the turns of one chat, saved and live, in one widget."""

from collections.abc import Sequence
from functools import partial
from typing import Any, ClassVar, cast

from msgspec import structs
from textual import events
from textual.app import App
from textual.binding import Binding, BindingType
from textual.signal import Signal

from mixchat.domain.events import ChatEvent, TextDelta, ThinkingDelta, TurnFailed, TurnFinished, UsageUpdate
from mixchat.domain.live_turn import LiveTurn
from mixchat.domain.turn import Turn
from mixchat.tui.terminal.pacing import Paced
from mixchat.tui.transcript.cursor_pane import CursorPane
from mixchat.tui.transcript.late_turn import late_turns
from mixchat.tui.transcript.live_turn import LiveTurnView
from mixchat.tui.transcript.messages import LinkActivated
from mixchat.tui.transcript.paint_scheduler import PaintScheduler
from mixchat.tui.transcript.pictures import Attachments, Pictures, PictureTerminal
from mixchat.tui.transcript.turn_column import RowAddress
from mixchat.tui.transcript.turn_view import HeaderSuffix, TurnView


def _no_suffix(turn_id: str) -> str:
    return ""


class Transcript(CursorPane):
    """Shows turns and follows the one that is under way.

    Args:
        header_suffix: given a turn's id, returns what its header ends with, such as `‹1/3›`.
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
        header_suffix: HeaderSuffix = _no_suffix,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._suffix = header_suffix
        self._inflow = PaintScheduler(self, self)
        self._thought: dict[str, float] = {}
        """How long each turn of this session thought, by its id: turns go and come back."""
        self.pictures: Pictures | None = None
        """What can be shown of attached pictures; none: their names."""
        self._quiet = True
        """Whether nothing of the live turn's reply was painted yet."""

    @property
    def turns(self) -> tuple[Turn, ...]:
        """The turns that are shown, the live one as it was accepted."""
        return tuple(view.turn for view in self._column.views)

    @property
    def turn_ids(self) -> list[str]:
        """The ids of the turns that are shown."""
        return [view.id for view in self._column.views]

    def current(self, turn: Turn) -> Turn:
        """Return a turn with what has come of its reply so far, if it is the one that is still coming."""
        index = self._index(turn.id)
        view = self._column.views[index] if index is not None else None
        return turn if view is None or view.live is None else structs.replace(turn, reply=view.reply)

    def load(self, turns: Sequence[Turn]) -> None:
        """Show a saved path from its end; only what is seen is read, where it can be read later, and laid out."""
        self._inflow.clear()
        self._forget_marks()
        if self.pictures is not None:
            self.pictures.forget()
        self._column.reset(
            [
                TurnView(turn, self._suffix, seconds=self._thought.get(turn.id), pictures=self.pictures)
                for turn in late_turns(turns)
            ]
        )
        self._follow(True)
        self._arrange()

    def show_pictures(self, files: Attachments, terminal: PictureTerminal) -> None:
        """Show attached pictures from now on, if the terminal can."""
        self.pictures = Pictures(self, self, files, terminal)

    def picture_came(self, digest: str) -> None:
        """Show a picture above what is read, which stays where it is."""
        for index, view in enumerate(self._column.views):
            if view.is_kept and any(file.digest == digest for file in view.turn.files):
                before = len(view.parts)
                view.changed()
                self._column.touched(index)
                if index == self._top.view and self._top.part > 0:
                    self._top = self._top._replace(part=self._top.part + len(view.parts) - before)
        self._arrange()

    def on_mount(self) -> None:
        """Send pictures again to a terminal that was given away."""
        resumed = cast("Signal[App[Any]]", cast("App[Any]", self.app).app_resume_signal)
        resumed.subscribe(self, self._send_pictures_again)

    def _send_pictures_again(self, app: "App[Any]") -> None:
        if self.pictures is not None:
            self.pictures.send_again()

    def on_unmount(self) -> None:
        """Leave no picture in the terminal."""
        if self.pictures is not None:
            self.pictures.forget()

    def clear(self) -> None:
        """Show nothing."""
        self.load(())

    def begin(self, turn: Turn, live: LiveTurn) -> None:
        """Show the turn that is being answered, its prompt at once; one that is there already goes on."""
        self._inflow.drain()
        view = TurnView(turn, self._suffix, LiveTurnView(turn, live), pictures=self.pictures)
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
        if isinstance(event, TurnFinished | TurnFailed):
            self.settle(event.turn)
            return
        if isinstance(event, UsageUpdate):
            return
        if not isinstance(event, TextDelta | ThinkingDelta):
            view.live.update(None)
        self._inflow.add(view.live.take_text())
        if self._quiet and isinstance(event, TextDelta | ThinkingDelta):
            self._quiet = False
            self._inflow.flush()
        else:
            self._inflow.schedule()

    def update_figures(self, turn: Turn) -> None:
        """Show who is at work on the live turn and what it has cost so far."""
        view = self._live
        if view is not None and view.live is not None and view.live.update(turn):
            self._inflow.schedule()

    def settle(self, turn: Turn) -> None:
        """Put the settled turn in the live one's place; what is painted is what the whole text paints.

        After a flood the text that waits is taken in first, in pieces, so that the keys stay quick.
        """
        self._inflow.end(partial(self.replace, turn))

    def replace(self, turn: Turn) -> None:
        """Show a turn as it is now."""
        index = self._index(turn.id)
        if index is None:
            return
        view = self._column.views[index]
        view.settle(turn)
        if view.seconds is not None:
            self._thought[turn.id] = view.seconds
        self._column.touched(index)
        self._grown()

    def remove_turn(self, turn_id: str) -> None:
        """Take a turn away."""
        index = self._index(turn_id)
        if index is None:
            return
        self._inflow.drain()
        self._forget_marks()
        views = self._column.views
        del views[index]
        self._column.reset(views)
        self._arrange()

    def jump(self, turn_id: str) -> None:
        """Scroll to a turn, wherever it is."""
        index = self._index(turn_id)
        if index is not None:
            self.show_place(RowAddress(index, 0, 0), above=1)

    def _index(self, turn_id: str) -> int | None:
        views = self._column.views
        return next((at for at in range(len(views) - 1, -1, -1) if views[at].id == turn_id), None)

    @property
    def _live(self) -> TurnView | None:
        return next((view for view in reversed(self._column.views) if view.live is not None), None)

    def take_text(self, chunk: str) -> None:
        """Add a chunk to the live turn's reply."""
        view = self._live
        if view is not None:
            view.grow(chunk)

    def is_behind(self) -> bool:
        """Return whether the terminal still has to show what was painted before."""
        app = cast("object", self.app)
        return isinstance(app, Paced) and app.is_behind

    def paint_text(self) -> None:
        """Paint the live turn as it is now."""
        view = self._live
        if view is not None:
            view.changed()
            self._column.touched(self._column.views.index(view))
            self._grown()

    def _grown(self) -> None:
        if not self._following and not self._below and self._column.height > self._row + self.size.height:
            self._below = True
        self._arrange()

    def action_follow(self) -> None:
        """Go to the end and follow it again."""
        self._follow(True)
        self._arrange()

    async def scroll_by_key(self, key: str) -> None:
        """Do what a key does while this has the focus."""
        for binding in self._bindings.key_to_bindings.get(key, ()):
            await self.run_action(binding.action)

    def toggle(self, fold: str, turn_id: str) -> None:
        """Open or close a turn's fold: `thinking` or `plan`."""
        index = self._index(turn_id)
        if index is not None:
            self._column.views[index].toggle(fold)
            self._column.touched(index)
            self._arrange()

    def on_click(self, event: events.Click) -> None:
        """Open a fold, tell of a link, or go to the end; what was dragged over is no click."""
        if self.dragged or event.chain > 1:
            return
        meta = event.style.meta
        row = event.y
        if "fold" in meta and row < len(self._seen):
            self.toggle(str(meta["fold"]), self._column.views[self._seen[row].place.view].id)
        elif "url" in meta:
            self.post_message(LinkActivated(str(meta["url"])))
        elif "end" in meta:
            self.action_follow()
