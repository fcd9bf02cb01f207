"""Turns to show, and an app that shows them."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from datetime import UTC, datetime
from decimal import Decimal

from textual.app import App, ComposeResult
from textual.color import Color
from textual.pilot import Pilot
from textual.widgets import Input

from mixchat.chat.turn_builder import TurnBuilder
from mixchat.domain.clock import SystemClock
from mixchat.domain.decision import RoutingDecision
from mixchat.domain.errors import Failure
from mixchat.domain.events import AttemptFailed, ChatEvent, RouterEvent
from mixchat.domain.model import ModelRef
from mixchat.domain.stack import Slot
from mixchat.domain.turn import Attempt, Outcome, Step, Turn
from mixchat.domain.usage import FREE, Cost
from mixchat.tui.themes import role_defaults
from mixchat.tui.transcript import LinkActivated, Transcript, TurnSelected
from mixchat.tui.transcript.palette import make_palette

SONNET = ModelRef("anthropic", "claude-sonnet-5-5")
FLASH = ModelRef("google", "gemini-3.8-flash")
PALETTE = make_palette({"primary": "#8aadf4", "foreground": "#d8dce8"}, Color.parse("#101218"))


def attempt(
    ref: ModelRef = SONNET, seconds: float = 3.2, cost: str | None = "0.0123", *,
    exact: bool = True, first: float | None = 0.4, failure: Failure | None = None, step: Step = "answer",
) -> Attempt:  # fmt: skip
    usd = None if cost is None else Decimal(cost)
    return Attempt(
        ref=ref,
        step=step,
        started=0.0,
        first_token=first,
        ended=seconds,
        cost=Cost(usd, exact),
        failure=failure,
    )


def decided(role: str = "coding") -> RoutingDecision:
    return RoutingDecision(
        role=role, fallback_order=(Slot(SONNET),), confidence=0.9, classifier="local", why="a code fence"
    )


def turn(identity: str, prompt: str = "", reply: str = "", role: str = "coding") -> Turn:
    """Return a complete turn; `msgspec.structs.replace` gives the rest."""
    return Turn(
        id=identity, chat="c", created=datetime(2026, 11, 23, tzinfo=UTC), prompt=prompt, reply=reply,
        decision=decided(role), attempts=(attempt(),), outcome=Outcome.COMPLETE,
    )  # fmt: skip


def opened(identity: str, prompt: str) -> Turn:
    return Turn(id=identity, chat="c", created=datetime(2026, 11, 23, tzinfo=UTC), prompt=prompt)


class ScriptedCalls:
    """The calls of a turn, as its run would have them."""

    failure = None
    extra = FREE

    def __init__(self) -> None:
        self.attempts: list[Attempt] = []

    def try_next(self) -> bool:
        return False

    async def events(self) -> AsyncGenerator[RouterEvent]:
        if self.failure:
            yield AttemptFailed(self.failure)


class LiveScene:
    """A turn that grows in a transcript as a chat makes it grow: each event is folded, then shown."""

    def __init__(self, pane: Transcript, opened: Turn) -> None:
        self.calls = ScriptedCalls()
        self._pane = pane
        self._builder = TurnBuilder(opened, SystemClock())
        self._builder.follow(self.calls)
        pane.begin(opened, self._builder)

    def show(self, event: ChatEvent) -> None:
        if isinstance(event, RouterEvent):
            self._builder.apply(event)
        self._pane.show(event)


class Stage(App[None]):
    """A transcript above an input box; keeps what the transcript tells."""

    CSS = "Input { dock: bottom; }"

    def __init__(self, turns: Sequence[Turn] = ()) -> None:
        super().__init__()
        self.told: list[object] = []
        self._turns = turns

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return role_defaults(dark=True)

    def compose(self) -> ComposeResult:
        yield Transcript()
        yield Input()

    def on_mount(self) -> None:
        self.query_one(Input).cursor_blink = False
        self.transcript.load(self._turns)
        self.query_one(Input).focus()

    @property
    def transcript(self) -> Transcript:
        return self.query_one(Transcript)

    def on_turn_selected(self, message: TurnSelected) -> None:
        self.told.append(message.turn_id)

    def on_link_activated(self, message: LinkActivated) -> None:
        self.told.append(message.url)

    def screen_text(self) -> str:
        """Return what the transcript has painted."""
        pane = self.transcript
        return "\n".join(strip.text.rstrip() for strip in pane.render_lines(pane.size.region))


async def settled(pilot: Pilot[None]) -> None:
    """Wait until everything that came is painted, its colours included."""
    assert isinstance(pilot.app, Stage)
    pane = pilot.app.transcript
    await pilot.pause()
    for _ in range(2_000):
        if pane._inflow.is_idle and pane._colouring.is_idle:
            break
        await asyncio.sleep(0.01)
    else:
        raise AssertionError("the transcript is still at work")
    await pilot.pause()
