"""The models that rest, each with the time until it is tried again."""

from collections.abc import Callable, Mapping, Sequence

from textual.content import Content
from textual.timer import Timer
from textual.widget import Widget

from mixchat.domain.errors import ERRORS
from mixchat.domain.model import ModelRef
from mixchat.routing.health import State
from mixchat.tui import formatting

_SHOWN = 6


class HealthList(Widget):
    """A row for each model that is not well; it counts down only while there is one."""

    DEFAULT_CSS = "HealthList { height: auto; width: 1fr; display: none; }"

    def __init__(self, read: Callable[[], Mapping[ModelRef, State]], tell: Callable[[str], None]) -> None:
        """Take how the models are read, and who is told in a few words which of them rest."""
        super().__init__()
        self._read = read
        self._tell = tell
        self._timer: Timer | None = None

    def look(self) -> None:
        """Read how the models are, and go on looking while one of them rests."""
        unwell = self._read()
        self.display = bool(unwell)
        self.refresh(layout=True)
        resting = [(ref, state) for ref, state in unwell.items() if state.phase == "open"]
        self._tell(_in_short(resting))
        if resting and self._timer is None:
            self._timer = self.set_interval(1.0, self.look)
        elif not resting and self._timer is not None:
            self._timer.stop()
            self._timer = None

    def render(self) -> Content:
        """Return the rows."""
        rows = [_row(ref, state) for ref, state in list(self._read().items())[:_SHOWN]]
        return Content("\n").join(row.truncate(self.size.width, ellipsis=True) for row in rows)


def _in_short(resting: Sequence[tuple[ModelRef, State]]) -> str:
    if not resting:
        return ""
    ref, state = resting[0]
    more = f" +{len(resting) - 1}" if len(resting) > 1 else ""
    return f"◌ {ref.model} {formatting.seconds(state.seconds)}{more}"


def _row(ref: ModelRef, state: State) -> Content:
    reason = ERRORS[state.failure.code].title.casefold() if state.failure else "not well"
    again = f"again in {formatting.seconds(state.seconds)}" if state.phase == "open" else "to be tried again"
    return Content.assemble(("◌ ", "$text-warning"), ref.model, (f"  {again}: {reason}", "$text-muted"))
