"""The models that rest, each with the time until it is tried again."""

from collections.abc import Sequence

from textual.content import Content
from textual.message import Message
from textual.timer import Timer
from textual.widget import Widget

from mixchat.domain.errors import ERRORS
from mixchat.domain.model import ModelRef
from mixchat.routing.health import Health, State
from mixchat.tui import formatting

_SHOWN = 6


class HealthList(Widget):
    """A row for each model that is not well; it counts down only while there is one."""

    DEFAULT_CSS = "HealthList { height: auto; width: 1fr; display: none; }"

    class RestingChanged(Message):
        """Other models rest now, or the time until they are tried again is another."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text
            """Which rest, in a few words."""

    def __init__(self, health: Health) -> None:
        super().__init__()
        self._models = health
        self._said = ""
        self._shown = 0
        """How many are not well."""
        self._timer: Timer | None = None

    def update(self) -> None:
        """Read how the models are, and go on looking while one of them rests."""
        unwell = self._models.snapshot()
        if unwell or self._shown:
            self.display = bool(unwell)
            self.refresh(layout=len(unwell) != self._shown)
            self._shown = len(unwell)
        resting = [(ref, state) for ref, state in unwell.items() if state.phase == "open"]
        text = _in_short(resting)
        if text != self._said:
            self._said = text
            self.post_message(self.RestingChanged(text))
        if resting and self._timer is None:
            self._timer = self.set_interval(1.0, self.update)
        elif not resting and self._timer is not None:
            self._timer.stop()
            self._timer = None

    def render(self) -> Content:
        """Return the rows."""
        rows = [_row(ref, state) for ref, state in list(self._models.snapshot().items())[:_SHOWN]]
        return Content("\n").join(row.truncate(self.size.width, ellipsis=True) for row in rows)


def _in_short(resting: Sequence[tuple[ModelRef, State]]) -> str:
    if not resting:
        return ""
    ref, state = resting[0]
    more = f" +{len(resting) - 1}" if len(resting) > 1 else ""
    return f"◌ {ref.model} {formatting.seconds(state.seconds)}{more}"


def _row(ref: ModelRef, state: State) -> Content:
    reason = ERRORS[state.failure.code].title.casefold() if state.failure else "not well"
    again = f"retry in {formatting.seconds(state.seconds)}" if state.phase == "open" else "retry now"
    return Content.assemble(("◌ ", "$text-warning"), ref.model, (f"  {again}, {reason}", "$text-muted"))
