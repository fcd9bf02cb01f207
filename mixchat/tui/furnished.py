"""The chat screen's parts and those who work with them, joined to the house."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct, structs
from textual.app import App
from textual.screen import Screen

from mixchat.tui.aftermath import Aftermath
from mixchat.tui.arranging import Arranging
from mixchat.tui.attention import Attention, Terminal
from mixchat.tui.bookkeeping import Bookkeeping
from mixchat.tui.budgeting import Budgeting
from mixchat.tui.clipboard import Clipboard
from mixchat.tui.compare.compare_view import CompareView
from mixchat.tui.conversation import Conversation
from mixchat.tui.copying import Copying
from mixchat.tui.curtain import Curtain
from mixchat.tui.deeds import Deeds
from mixchat.tui.forecast import Forecast
from mixchat.tui.front import Front
from mixchat.tui.greeting import Greeting
from mixchat.tui.helm import answer_mark, compared, steer
from mixchat.tui.linking import Linking
from mixchat.tui.live_figures import LiveFigures
from mixchat.tui.lookout import Lookout
from mixchat.tui.naming import Naming
from mixchat.tui.overview import Overview
from mixchat.tui.parts import Parts
from mixchat.tui.pointing import Pointing
from mixchat.tui.screens.doors import doors
from mixchat.tui.session import Session
from mixchat.tui.side.turn_panel import TurnPanel
from mixchat.tui.start.fetching import Fetching
from mixchat.tui.start.first_run import FirstRun
from mixchat.tui.stopping import Stopping
from mixchat.tui.toast import seconds_to_read
from mixchat.tui.transcript import Transcript
from mixchat.tui.writing import Writing
from mixchat.words.turn import Turn

if TYPE_CHECKING:
    from mixchat.house import House


class Furnished(Struct, frozen=True):
    """What the chat screen needs at hand."""

    parts: Parts
    conversation: Conversation
    lookout: Lookout
    greeting: Greeting
    deeds: Deeds

    def enter_on_nothing(self) -> None:
        """Let a paused queue go on; else, where nobody can answer yet, fetch the model that needs no key."""
        if not self.conversation.enter_on_nothing() and self.greeting.nobody:
            self.deeds.do("pull")


def furnish(house: "House", app: App[int], screen: Screen[None], front: Front) -> Furnished:
    """Make the rest of the chat screen's widgets, mount them, and join everybody who works with them."""

    def mark(turn_id: str) -> str:
        return answer_mark(session.chat, turn_id)

    parts = _parts(house, front, mark, lambda turn: compared(session.chat, turn))
    front.panel.mount(parts.turns)
    screen.query_one("#conversation").mount(
        parts.first_run, parts.transcript, parts.compared, after=front.welcome
    )
    books = Bookkeeping(house)

    def say(sentence: str) -> None:
        app.clear_notifications()
        screen.notify(sentence, timeout=seconds_to_read(sentence), markup=False)

    figures = LiveFigures(
        lambda: session.chat, books, house.clock, (parts.turns, parts.status, parts.transcript)
    )
    curtain = Curtain(parts, lambda: session.chat)
    budgeting = Budgeting(house, parts.composer, figures.refresh, say)

    def load() -> None:
        curtain.load()
        figures.refresh()

    stage = Aftermath(lambda: session.talk, parts, house, budgeting, lambda: fetching.fetch(), load, say)
    naming = Naming(house, lambda: session, figures.refresh, screen.run_worker, say)
    lookout = Lookout(parts.composer, lambda: session.chat, Forecast(house, books), say)
    watchers = (curtain, parts.transcript, parts.status, figures, naming, lookout, *_attention(house, app))
    session = Session(house, stage, watchers, screen.run_worker)
    pointing = Pointing(parts, lambda: session.chat)
    conversation = Conversation(house, parts, session, (curtain, figures), screen.run_worker, say)
    clipboard = Clipboard(app.copy_to_clipboard)

    def refreshed() -> None:
        figures.refresh()
        lookout.look()

    def do(act: str, argument: str) -> bool:
        return deeds.do(act, argument)

    greeting = Greeting(
        app, house, parts, curtain, remember=conversation.remember, send=conversation.send, say=say
    )
    fetching = Fetching(
        house, parts.first_run, parts.status.tell_note, screen.run_worker,
        done=greeting.look_again, stopped=greeting.give_back, say=say,
    )  # fmt: skip
    deeds = Deeds(
        greeting.deeds(),
        fetching.deeds(),
        Stopping(screen, conversation, fetching, clipboard, pointing.clear, say).deeds(),
        steer(house, app, parts, conversation, pointing, curtain, refreshed=refreshed, say=say),
        naming.deeds(),
        Copying(pointing.turn, clipboard, say).deeds(),
        Linking(app, pointing.turn, clipboard, say).deeds(),
        Writing(app, house, session, parts.composer, say).deeds(),
        budgeting.deeds(),
        Overview(app, screen, lambda: house.config.keys).deeds(),
        Arranging(app, house, parts.panel, refreshed, say).deeds(),
        doors(
            house,
            app,
            parts,
            conversation,
            do=do,
            refreshed=refreshed,
            say=say,
        ),
        {"new-chat": conversation.new, "next-candidate": lookout.next_candidate},
    )
    return Furnished(parts, conversation, lookout, greeting, deeds)


def _attention(house: "House", app: App[int]) -> tuple[Attention, ...]:
    """Return who calls the person back, unless the config says that nobody shall."""
    if not house.config.ui.notify or not isinstance(app, Terminal):
        return ()
    return (Attention(lambda: app.app_focus, app.tell_terminal, app.bell),)


def _parts(
    house: "House", front: Front, mark: Callable[[str], str], beside: Callable[[Turn], Sequence[Turn]]
) -> Parts:
    return Parts(
        **structs.asdict(front),
        transcript=Transcript(header_suffix=mark, clock=house.clock),
        first_run=FirstRun(house.clock),
        turns=TurnPanel(
            lambda: house.health.snapshot(),
            lambda turn: house.ledger.rates_of(turn),
            beside,
            front.status.tell_resting,
        ),
        compared=CompareView(),
    )
