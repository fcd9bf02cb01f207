"""The chat screen's parts and those who work with them, joined to the runtime."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct, structs
from textual.app import App
from textual.screen import Screen

from mixchat.chat.chat import Chat
from mixchat.domain.turn import Turn
from mixchat.tui.actions import Handler, Handlers
from mixchat.tui.chat.body import BodySwitcher
from mixchat.tui.chat.compare_view import CompareView
from mixchat.tui.chat.controller import ChatController
from mixchat.tui.chat.live_totals import LiveTotals, SpendingView
from mixchat.tui.chat.open_chats import OpenChats
from mixchat.tui.chat.route_preview import RoutePreviewBuilder, RoutePreviewer
from mixchat.tui.chat.turn_selection import TurnSelection
from mixchat.tui.chat.widgets import ChatWidgets
from mixchat.tui.first_widgets import FirstWidgets
from mixchat.tui.formatting import seconds_to_read
from mixchat.tui.handlers.appearance import AppearanceHandlers
from mixchat.tui.handlers.branch import BranchHandlers
from mixchat.tui.handlers.budget import BudgetHandlers
from mixchat.tui.handlers.chat import TitleHandlers
from mixchat.tui.handlers.compare import CompareHandlers
from mixchat.tui.handlers.compare_request import ComparisonSetup
from mixchat.tui.handlers.compose import ComposeHandlers
from mixchat.tui.handlers.copy import CopyHandlers, LinkHandlers
from mixchat.tui.handlers.failure import FailureHandler
from mixchat.tui.handlers.interrupt import InterruptHandlers
from mixchat.tui.handlers.navigate import CommandPalette, navigation_handlers
from mixchat.tui.handlers.onboarding import Onboarding
from mixchat.tui.handlers.turn import TurnHandlers
from mixchat.tui.onboarding.first_run import FirstRun
from mixchat.tui.onboarding.model_download import ModelDownload
from mixchat.tui.panel.turn_panel import TurnPanel
from mixchat.tui.terminal.clipboard import Clipboard
from mixchat.tui.terminal.notifications import ReplyNotifier, TerminalNotifier
from mixchat.tui.transcript import Transcript

if TYPE_CHECKING:
    from mixchat.runtime.runtime import Runtime


def steer(
    runtime: "Runtime",
    app: App[int],
    parts: ChatWidgets,
    conversation: ChatController,
    pointing: TurnSelection,
    body: BodySwitcher,
    *,
    refreshed: Callable[[], None],
    say: Callable[[str], None],
) -> Mapping[str, Handler]:
    """Return what can be done to turns, by act.

    Args:
        runtime: everything that a chat needs.
        app: where lists are shown.
        parts: the widgets.
        conversation: holds the chat.
        pointing: knows which turn is meant.
        body: shows the chat's branch.
        refreshed: shows the chat's figures as they are.
        say: shows a sentence.
    """
    session = conversation.session

    def load(turn_id: str) -> None:
        body.load()
        refreshed()
        if turn_id:
            pointing.point(turn_id)

    def replaced(turn: Turn) -> None:
        parts.transcript.replace(turn)
        refreshed()

    steering = TurnHandlers(
        runtime, app, session, parts.composer, pointing, refreshed=refreshed, replaced=replaced, say=say
    )
    branching = BranchHandlers(
        runtime, session, parts.composer, pointing, load=load, turn_to=conversation.turn_to, say=say
    )
    asking = ComparisonSetup(runtime, app, parts.composer, lambda: session.chat, pointing, say)
    comparing = CompareHandlers(runtime, parts, session, asking, draw=body.compare, load=load, say=say)

    def step(by: int) -> None:
        if not comparing.step(by):
            branching.step(by)

    return {
        **steering.handlers(),
        **branching.handlers(),
        **comparing.handlers(),
        "previous-answer": lambda _: step(-1),
        "next-answer": lambda _: step(1),
    }


def answer_mark(chat: Chat, turn_id: str) -> str:
    """Return `‹1/3›` for a turn whose prompt has several answers, else nothing."""
    if not chat.path.has(turn_id):
        return ""
    siblings = chat.path.siblings(turn_id)
    return f"‹{siblings.index(turn_id) + 1}/{len(siblings)}›" if len(siblings) > 1 else ""


def compared(chat: Chat, turn: Turn) -> list[Turn]:
    """Return the answers that were asked for at once with this one, itself included."""
    if not chat.path.has(turn.id):
        return []
    answers = [chat.path.turn(sibling) for sibling in chat.path.siblings(turn.id)]
    return [answer for answer in answers if answer.compared]


class ChatControllers(Struct, frozen=True):
    """What the chat screen needs at hand."""

    parts: ChatWidgets
    conversation: ChatController
    previewer: RoutePreviewer
    greeting: Onboarding
    handlers: Handlers

    def enter_on_nothing(self) -> None:
        """Let a paused queue go on; else, where nobody can answer yet, fetch the model that needs no key."""
        if not self.conversation.enter_on_nothing() and self.greeting.nobody:
            self.handlers.do("pull")


def wire(runtime: "Runtime", app: App[int], screen: Screen[None], front: FirstWidgets) -> ChatControllers:
    """Make the rest of the chat screen's widgets, mount them, and join everybody who works with them."""

    def mark(turn_id: str) -> str:
        return answer_mark(session.chat, turn_id)

    parts = _parts(runtime, front, mark, lambda turn: compared(session.chat, turn))
    front.panel.mount(parts.turns)
    screen.query_one("#conversation").mount(
        parts.first_run, parts.transcript, parts.compared, after=front.welcome
    )
    books = SpendingView(runtime)

    def say(sentence: str) -> None:
        app.clear_notifications()
        screen.notify(sentence, timeout=seconds_to_read(sentence), markup=False)

    figures = LiveTotals(
        lambda: session.chat, books, runtime.storage.clock, (parts.turns, parts.status, parts.transcript)
    )
    body = BodySwitcher(parts, lambda: session.chat)
    budgeting = BudgetHandlers(runtime, parts.composer, figures.refresh, say)

    def load() -> None:
        body.load()
        figures.refresh()

    stage = FailureHandler(
        lambda: session.queue, parts, runtime, budgeting, lambda: fetching.fetch(), load, say
    )
    naming = TitleHandlers(runtime, lambda: session, figures.refresh, screen.run_worker, say)
    previewer = RoutePreviewer(parts.composer, lambda: session.chat, RoutePreviewBuilder(runtime, books), say)
    watchers = (body, parts.transcript, parts.status, figures, naming, previewer, *_attention(runtime, app))
    session = OpenChats(runtime, stage, watchers, screen.run_worker)
    pointing = TurnSelection(parts, lambda: session.chat)
    conversation = ChatController(runtime, parts, session, (body, figures), screen.run_worker, say)
    clipboard = Clipboard(app.copy_to_clipboard)

    def refreshed() -> None:
        figures.refresh()
        previewer.refresh()

    def do(act: str, argument: str) -> bool:
        return handlers.do(act, argument)

    greeting = Onboarding(
        app, runtime, parts, body, remember=conversation.remember, send=conversation.send, say=say
    )
    fetching = ModelDownload(
        runtime, parts.first_run, parts.status.tell_note, screen.run_worker,
        done=greeting.look_again, stopped=greeting.give_back, say=say,
    )  # fmt: skip
    handlers = Handlers(
        greeting.handlers(),
        fetching.handlers(),
        InterruptHandlers(screen, conversation, fetching, clipboard, pointing.clear, say).handlers(),
        steer(runtime, app, parts, conversation, pointing, body, refreshed=refreshed, say=say),
        naming.handlers(),
        CopyHandlers(pointing.turn, clipboard, say).handlers(),
        LinkHandlers(app, pointing.turn, clipboard, say).handlers(),
        ComposeHandlers(app, runtime, session, parts.composer, say).handlers(),
        budgeting.handlers(),
        CommandPalette(app, screen, lambda: runtime.settings.config.keys).handlers(),
        AppearanceHandlers(app, runtime, parts.panel, refreshed, say).handlers(),
        navigation_handlers(
            runtime,
            app,
            parts,
            conversation,
            do=do,
            refreshed=refreshed,
            say=say,
        ),
        {"new-chat": conversation.new, "next-candidate": previewer.next_candidate},
    )
    return ChatControllers(parts, conversation, previewer, greeting, handlers)


def _attention(runtime: "Runtime", app: App[int]) -> tuple[ReplyNotifier, ...]:
    """Return who calls the person back, unless the config says that nobody shall."""
    if not runtime.settings.config.ui.notify or not isinstance(app, TerminalNotifier):
        return ()
    return (ReplyNotifier(lambda: app.app_focus, app.tell_terminal, app.bell),)


def _parts(
    runtime: "Runtime",
    front: FirstWidgets,
    mark: Callable[[str], str],
    beside: Callable[[Turn], Sequence[Turn]],
) -> ChatWidgets:
    return ChatWidgets(
        **structs.asdict(front),
        transcript=Transcript(header_suffix=mark, clock=runtime.storage.clock),
        first_run=FirstRun(runtime.storage.clock),
        turns=TurnPanel(
            lambda: runtime.routing.health.snapshot(),
            lambda turn: runtime.storage.ledger.rates_of(turn),
            beside,
            front.status.tell_resting,
        ),
        compared=CompareView(),
    )
