"""The chat screen's parts and those who work with them, joined to the house."""

from typing import TYPE_CHECKING, Final

from msgspec import Struct
from textual.app import App
from textual.screen import Screen
from textual.widget import Widget

from mixchat.tui.aftermath import Aftermath
from mixchat.tui.arranging import Arranging
from mixchat.tui.bookkeeping import Bookkeeping
from mixchat.tui.budgeting import Budgeting
from mixchat.tui.choice_bar import ChoiceBar
from mixchat.tui.clipboard import Clipboard
from mixchat.tui.composer.composer import Composer
from mixchat.tui.conversation import Conversation
from mixchat.tui.copying import Copying
from mixchat.tui.curtain import Curtain
from mixchat.tui.deeds import Deeds
from mixchat.tui.forecast import Forecast, Seats
from mixchat.tui.greeting import Greeting
from mixchat.tui.live_figures import LiveFigures
from mixchat.tui.lookout import Lookout
from mixchat.tui.offers import Offers
from mixchat.tui.overview import Overview
from mixchat.tui.parts import Parts
from mixchat.tui.session import Session
from mixchat.tui.side.side_panel import SidePanel
from mixchat.tui.start.fetching import Fetching
from mixchat.tui.start.first_run import FirstRun
from mixchat.tui.status_line import StatusLine
from mixchat.tui.steering import Steering
from mixchat.tui.stopping import Stopping
from mixchat.tui.transcript import Transcript
from mixchat.tui.welcome import Welcome
from mixchat.tui.writing import Writing
from mixchat.words.turn import Turn

if TYPE_CHECKING:
    from mixchat.house import House

_SAID_FOR: Final = 6.0
"""Seconds that a sentence stays."""
_HINTS: Final = {
    "PromptArea": (
        ("enter", "send"),
        ("ctrl+j", "new line"),
        ("@", "who answers"),
        ("ctrl+p", "everything else"),
    ),
    "Transcript": (("↑↓", "scroll"), ("end", "follow"), ("ctrl+o", "copy the reply"), ("esc", "write")),
    "TurnList": (("↑↓", "turns"), ("enter", "show in the chat"), ("f2", "hide"), ("esc", "write")),
}


class Furnished(Struct, frozen=True):
    """What the chat screen needs at hand."""

    parts: Parts
    conversation: Conversation
    lookout: Lookout
    greeting: Greeting
    deeds: Deeds

    def hint(self, focused: Widget | None) -> None:
        """Say what the focused widget can do."""
        self.parts.status.tell_hints(_HINTS.get(type(focused).__name__, ()))

    def enter_on_nothing(self) -> None:
        """Let a paused queue go on; else, where nobody can answer yet, fetch the model that needs no key."""
        if not self.conversation.enter_on_nothing() and self.greeting.nobody:
            self.deeds.do("pull")

    def show_money(self) -> None:
        """Show the money in the status line while the side panel is away."""
        status = self.parts.status
        status.shows_money = not self.parts.panel.region
        status.refresh()


def furnish(house: "House", app: App[int], screen: Screen[None]) -> Furnished:
    """Make the widgets of the chat screen and those who work with them."""
    parts = _parts(house)
    books = Bookkeeping(house)

    def say(sentence: str) -> None:
        screen.notify(sentence, timeout=_SAID_FOR, markup=False)

    figures = LiveFigures(
        lambda: session.chat, books, house.clock, (parts.panel, parts.status, parts.transcript)
    )
    curtain = Curtain(parts, lambda: session.chat)
    stage = Aftermath(lambda: session.talk, parts, Seats(house), say)
    session = Session(house, stage, (curtain, parts.transcript, parts.status, figures), screen.run_worker)
    conversation = Conversation(house, parts, session, (curtain, figures), say)
    lookout = Lookout(parts.composer, lambda: session.chat, Forecast(house, books), say)
    clipboard = Clipboard(app.copy_to_clipboard)

    def refreshed() -> None:
        figures.refresh()
        lookout.look()

    def last() -> Turn | None:
        return session.chat.turns[-1] if session.chat.turns else None

    greeting = Greeting(app, house, parts, curtain, conversation.send, say)
    fetching = Fetching(house, parts.first_run, screen.run_worker, greeting.look_again, say)
    deeds = Deeds(
        greeting.deeds(),
        fetching.deeds(),
        Stopping(screen, conversation, fetching, clipboard, say).deeds(),
        Steering(house, session, parts.composer, refreshed, say).deeds(),
        Copying(last, clipboard, say).deeds(),
        Writing(app, house, session, parts.composer, say).deeds(),
        Budgeting(house, parts.composer, refreshed, say).deeds(),
        Overview(app, screen, house.config.keys).deeds(),
        Arranging(app, house, parts.panel, refreshed, say).deeds(),
        {"new-chat": conversation.new, "next-candidate": lookout.next_candidate},
    )
    return Furnished(parts, conversation, lookout, greeting, deeds)


def _parts(house: "House") -> Parts:
    return Parts(
        welcome=Welcome(),
        first_run=FirstRun(),
        transcript=Transcript(clock=house.clock),
        choices=ChoiceBar(),
        composer=Composer(Offers(house).sources(), house.pin, lambda: house.drafts.prompts()),
        panel=SidePanel(lambda: house.health.snapshot()),
        status=StatusLine(house.clock),
    )
