"""Makes the rest of the chat screen, and joins its widgets with those who handle what happens on it."""

from importlib.util import find_spec
from typing import TYPE_CHECKING, cast

from msgspec import Struct, structs
from textual.containers import Vertical
from textual.screen import Screen
from textual.widget import AwaitMount

from mixchat.tui.actions.dispatch import ActionDispatcher
from mixchat.tui.actions.keys import key_label, read_keys
from mixchat.tui.actions.table import BY_ID
from mixchat.tui.chat.body import ChatBody
from mixchat.tui.chat.compare_view import CompareView
from mixchat.tui.chat.context import ChatContext
from mixchat.tui.chat.find_bar import FindBar
from mixchat.tui.chat.first_widgets import FirstWidgets
from mixchat.tui.chat.live_totals import LiveTotals
from mixchat.tui.chat.open_chats import OpenChats
from mixchat.tui.chat.route_preview import RoutePreviewBuilder, RoutePreviewer
from mixchat.tui.chat.spending_view import SpendingView
from mixchat.tui.chat.turn_listeners import TurnObserver
from mixchat.tui.chat.turn_selection import TurnSelection
from mixchat.tui.chat.view import ChatView
from mixchat.tui.chat.widgets import ChatWidgets
from mixchat.tui.handlers.appearance import AppearanceHandler
from mixchat.tui.handlers.branch import BranchHandler
from mixchat.tui.handlers.budget import BudgetHandler
from mixchat.tui.handlers.chat_settings import ChatSettingsHandler
from mixchat.tui.handlers.choose_model import ModelHandler
from mixchat.tui.handlers.compaction import CompactionHandler
from mixchat.tui.handlers.compare import CompareHandler
from mixchat.tui.handlers.comparison import ShownComparison
from mixchat.tui.handlers.compose import ComposeHandler
from mixchat.tui.handlers.conversation import ConversationHandler
from mixchat.tui.handlers.copy import CopyHandler
from mixchat.tui.handlers.failure import FailureHandler
from mixchat.tui.handlers.interrupt import InterruptHandler
from mixchat.tui.handlers.model_download import ModelDownloadHandler
from mixchat.tui.handlers.navigate import NavigationHandler
from mixchat.tui.handlers.onboarding import OnboardingHandler
from mixchat.tui.handlers.palette import PaletteHandler
from mixchat.tui.handlers.pick import PickHandler
from mixchat.tui.handlers.possible import PossibleActions
from mixchat.tui.handlers.prompt_library import PromptLibraryHandler
from mixchat.tui.handlers.roles import RolesHandler
from mixchat.tui.handlers.startup import StartupHandler
from mixchat.tui.handlers.titles import TitleHandler
from mixchat.tui.handlers.turn import TurnHandler
from mixchat.tui.onboarding.first_run import FirstRun
from mixchat.tui.panel.turn_panel import TurnPanel
from mixchat.tui.terminal.notifications import ReplyNotifier, TerminalNotifier
from mixchat.tui.transcript import Transcript
from mixchat.tui.transcript.pictures import PictureTerminal

if TYPE_CHECKING:
    from mixchat.runtime.runtime import Runtime


class ChatWiring(Struct, frozen=True):
    """What the chat screen needs at hand once everything is joined."""

    context: ChatContext
    actions: ActionDispatcher
    conversation: ConversationHandler
    onboarding: OnboardingHandler
    copying: CopyHandler
    library: PromptLibraryHandler
    startup: StartupHandler
    navigation: NavigationHandler
    mounted: AwaitMount
    """Awaited, is done once the other widgets have their children."""


def wire(runtime: "Runtime", screen: Screen[None], first: FirstWidgets) -> ChatWiring:
    """Make and mount the other widgets, then the context, then the handlers, each from what was made before it."""
    chats = OpenChats(runtime, screen)
    widgets, mounted = _mount_widgets(runtime, screen, first, chats)
    spending = SpendingView(runtime)
    selection = TurnSelection(widgets, chats)
    view = ChatView(
        widgets,
        ChatBody(widgets, chats),
        LiveTotals(chats, spending, (widgets.turns, widgets.top, widgets.status, widgets.transcript)),
        RoutePreviewer(widgets.composer, chats, RoutePreviewBuilder(runtime, spending)),
        selection,
    )
    context = ChatContext(runtime, screen, widgets, chats, view, selection)

    conversation = ConversationHandler(context)
    onboarding = OnboardingHandler(context, conversation)
    download = ModelDownloadHandler(context, onboarding)
    budget = BudgetHandler(context)
    turns = TurnHandler(context)
    titles = TitleHandler(context, spending)
    shown = ShownComparison(context)
    picks = PickHandler(context, shown)
    comparing = CompareHandler(context, shown, picks, budget, download)
    copying = CopyHandler(context)
    navigation = NavigationHandler(context, conversation)
    branches = BranchHandler(context, conversation, shown, picks, navigation)
    actions = ActionDispatcher(
        conversation,
        onboarding,
        download,
        budget,
        turns,
        titles,
        CompactionHandler(context, spending),
        comparing,
        picks,
        copying,
        branches,
        InterruptHandler(context, download),
        ModelHandler(context, turns),
        ChatSettingsHandler(context),
        ComposeHandler(context),
        AppearanceHandler(context, onboarding),
        RolesHandler(context),
        navigation,
        PaletteHandler(context, PossibleActions(context, shown, branches)),
    )
    observers: tuple[TurnObserver, ...] = (
        view.body, widgets.transcript, widgets.choices, view.totals, titles, view.previewer,
    )  # fmt: skip
    chats.attach((*observers, *_notifier(context)), FailureHandler(context, budget, download))
    return ChatWiring(
        context,
        actions,
        conversation,
        onboarding,
        copying,
        PromptLibraryHandler(context),
        StartupHandler(context, onboarding),
        navigation,
        mounted,
    )


def _mount_widgets(
    runtime: "Runtime", screen: Screen[None], first: FirstWidgets, chats: OpenChats
) -> tuple[ChatWidgets, AwaitMount]:
    transcript = Transcript(header_suffix=chats.answer_mark, id="transcript")
    widgets = ChatWidgets(
        **structs.asdict(first),
        transcript=transcript,
        first_run=FirstRun(runtime.storage.clock, id="first-run"),
        compared=CompareView(id="compare-view"),
        turns=TurnPanel(
            runtime.routing.health, runtime.storage.ledger, runtime.storage.ledger.reports, chats
        ),
        find_bar=FindBar(transcript),
    )
    chats_action = BY_ID["chats"]
    widgets.turns.empty.all_key = key_label(
        read_keys(runtime.settings.config.keys).key(chats_action.id, chats_action.key)
    )
    app = cast("object", screen.app)
    wanted = runtime.settings.config.ui.images == "auto" and find_spec("PIL") is not None
    if wanted and isinstance(app, PictureTerminal) and app.may_show_pictures:
        transcript.show_pictures(runtime.storage.turns, app)
    transcript.display = False  # until it has the place of the welcome
    first.panel.mount(widgets.turns)
    mounted = first.switcher.mount(widgets.first_run, transcript, widgets.compared)
    # Mounted before it is wanted, so that what is typed right after its key is in the field.
    screen.query_one("#conversation", Vertical).mount(widgets.find_bar, before=widgets.composer)
    return widgets, mounted


def _notifier(context: ChatContext) -> tuple[ReplyNotifier, ...]:
    """Return who calls the person back, unless the config says that nobody shall."""
    app: object = context.app
    if not context.runtime.settings.config.ui.notify or not isinstance(app, TerminalNotifier):
        return ()
    return (ReplyNotifier(app),)
