"""The models that rest, each with the time until it is tried again."""

from collections.abc import Sequence

from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.timer import Timer
from textual.widget import Widget

from mixchat.domain.errors import ERRORS
from mixchat.domain.model import ModelRef
from mixchat.routing.health import Health, State
from mixchat.tui import formatting
from mixchat.tui.panel.tracker import ends

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
            before, self._shown = self._shown, len(unwell)
            self.display = bool(unwell)
            self.refresh(layout=before != self._shown)
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

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Return a row a model; where the panel has less room, the last row says how many more there are."""
        return min(self._shown, _SHOWN)

    def render(self) -> Content:
        """Return the rows."""
        unwell, (width, height) = list(self._models.snapshot().items()), self.size
        fit = max(min(height, _SHOWN), 1)
        rows = [_row(ref, state, width) for ref, state in unwell[:fit]]
        if len(unwell) > fit:
            count = len(unwell) - fit + 1
            again = min(state.seconds for _, state in unwell[fit - 1 :])
            said = Content.assemble(("◌ ", "$text-warning"), f"{count} {'more ' if fit > 1 else ''}models")
            rows[-1] = ends(said, f"retry in {formatting.seconds(again)}", width)
        return Content("\n").join(rows)


def _in_short(resting: Sequence[tuple[ModelRef, State]]) -> str:
    if not resting:
        return ""
    ref, state = resting[0]
    more = f" +{len(resting) - 1}" if len(resting) > 1 else ""
    return f"◌ {ref.model} {formatting.seconds(state.seconds)}{more}"


def _row(ref: ModelRef, state: State, width: int) -> Content:
    """Return a row that ends with when the model is tried again; why it rests where there is room for that."""
    reason = ERRORS[state.failure.code].title.casefold() if state.failure else "not well"
    again = f"retry in {formatting.seconds(state.seconds)}" if state.phase == "open" else "retry now"
    name = Content.assemble(("◌ ", "$text-warning"), ref.model)
    room = width - len(again) - 2
    longer = Content.assemble(name, (f"  {reason}", "$text-muted"))
    left = longer if longer.cell_length <= room else name.truncate(max(room, 1), ellipsis=True)
    return ends(left, again, width)
