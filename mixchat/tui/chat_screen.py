"""The screen of a conversation: it lays out the widgets, and hands what they say to the handlers."""

import asyncio
import gc
import importlib
from collections.abc import Iterable
from functools import cached_property
from time import monotonic
from typing import TYPE_CHECKING, Any, ClassVar, Final, cast

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.geometry import Spacing
from textual.screen import Screen
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import ContentSwitcher
from textual.worker import Worker

from mixchat.tui.actions.keys import bindings, key_on, read_keys
from mixchat.tui.actions.table import BY_ID, find_slash
from mixchat.tui.chat.completion_sources import CompletionSources
from mixchat.tui.chat.first_widgets import FirstWidgets
from mixchat.tui.chat.hints import hints, question_hints
from mixchat.tui.chat.status_line import StatusLine
from mixchat.tui.chat.top_line import TopLine
from mixchat.tui.composer.composer import Composer
from mixchat.tui.composer.prompt_area import PromptArea
from mixchat.tui.launch_options import LaunchOptions
from mixchat.tui.onboarding.welcome import Welcome
from mixchat.tui.panel.side_panel import SidePanel
from mixchat.tui.widgets.choice_bar import KEYS, ChoiceBar

if TYPE_CHECKING:
    from mixchat.runtime.runtime import Runtime
    from mixchat.tui.chat.context import ChatContext
    from mixchat.tui.panel.empty_panel import EmptyPanel
    from mixchat.tui.panel.health_list import HealthList
    from mixchat.tui.panel.turn_list import TurnList
    from mixchat.tui.transcript import LinkActivated, TurnSelected
    from mixchat.tui.wiring import ChatWiring


LEAST: Final = (50, 12)
"""Columns and rows below which nothing can be laid out."""


class TooSmall(Widget):
    """Covers everything; what was typed stays where it is."""

    DEFAULT_CSS = """
    TooSmall {
        display: none; layer: cover; width: 100%; height: 100%;
        content-align: center middle; text-align: center;
    }
    """

    def render(self) -> Content:
        """Return the sentence, with the size there is."""
        width, height = self.screen.size
        return Content(
            f"mixchat would like 60×15.\nThis terminal is {width}×{height}.\n\n"
            f"Nothing is lost: make it larger,\nor leave with {key_on(self, 'quit')}."
        )


_PREVIEW_AFTER: Final = 0.15
"""Seconds without a key before it is worked out who would answer: longer than between two keys, shorter than a pause."""
_PREVIEW_WITHIN: Final = 0.7
"""Seconds after which it is worked out although the keys go on."""
_LOOK_AROUND: Final = 1.0
"""Seconds between two looks at what other windows and the shell did."""
_TOAST: Final = 30
"""Cells that a sentence needs."""
_SETTLING: Final = "settling"
"""The group of the worker that a start goes on with after the first picture."""
_SAVE_AFTER: Final = 0.2
"""Seconds after which what is being written is on disk at the latest."""


class ChatScreen(Screen[None]):
    """Coordinates: what is done about anything is done by the handlers in `tui/handlers/`."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings(),
        *(Binding(key, f"answer('{key}')", show=False, priority=True, id=f"answer.{key}") for key in KEYS),
    ]
    AUTO_FOCUS = "PromptArea"

    def __init__(self, runtime: "Runtime", options: LaunchOptions) -> None:
        super().__init__()
        self.HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide"), (180, "-roomy")]
        self.VERTICAL_BREAKPOINTS = [(0, "-short"), (30, "-tall")]
        self._runtime = runtime
        self._options = options
        self._preview_timer: Timer | None = None
        self._unseen_since = 0.0
        """When the first key came that no preview knows of."""
        self._save_timer: Timer | None = None
        self._body = Horizontal(id="body")
        self._focused_before: Widget | None = None
        self.ready = asyncio.Event()
        """Set once everything is mounted and joined."""
        welcome = Welcome(id="welcome")
        self.first = FirstWidgets(
            switcher=ContentSwitcher(welcome, initial="welcome", id="chat-body"),
            welcome=welcome,
            choices=ChoiceBar(),
            composer=Composer(CompletionSources(runtime)),
            panel=SidePanel(runtime.settings.paths),
            top=TopLine(),
            status=StatusLine(),
        )
        self.set_class(not self.first.panel.is_wanted, "-no-panel")

    @cached_property
    def wiring(self) -> "ChatWiring":
        """The rest of the screen and its handlers, made when they are first asked for."""
        from mixchat.tui.wiring import wire

        wiring = wire(self._runtime, self, self.first)
        wiring.conversation.open(self._options)
        return wiring

    @property
    def context(self) -> "ChatContext":
        """What the handlers work with."""
        return self.wiring.context

    def terminal_named(self, name: str) -> None:
        """Take what the terminal says that it is, which was asked for to show a picture."""
        if (pictures := self.context.widgets.transcript.pictures) is not None:
            pictures.named(name)

    def compose(self) -> ComposeResult:
        """Lay out conversation, composer, side panel and status line."""
        first = self.first
        with self._body:
            with Vertical(id="conversation"):
                yield first.top
                yield first.switcher
                yield first.choices
                yield first.composer
                yield first.status
            yield first.panel
        yield TooSmall()

    def on_mount(self) -> None:
        """Paint first; everything that takes time comes after, beside the loop where it can."""
        if self._runtime.settings.config.ui.vim:
            self.first.composer.area.use_vim()
        cast("Any", self).screen_layout_refresh_signal.subscribe(self, self._place_toasts)
        self.call_after_refresh(self.run_worker, self._settle_in(), group=_SETTLING)

    def _place_toasts(self, _: object) -> None:
        """Keep sentences above what one writes, and beside the panel where there is room: no figure is covered."""
        first = self.first
        lowest = first.choices if first.choices.is_open else first.composer
        right = self.size.width - first.panel.region.x if first.panel.region.width else 0
        if self.size.width - right < _TOAST:
            right = 0
        margin = Spacing(0, right, max(self.size.height - lowest.region.y, 0), 0)
        rack = self.query_one("ToastRack")
        if rack.styles.margin != margin:
            rack.styles.margin = margin

    def stop_settling(self) -> None:
        """Do nothing more of what a start does: what it works with is closed now."""
        for worker in cast("Iterable[Worker[object]]", self.workers):
            if worker.group == _SETTLING:
                worker.cancel()

    async def _settle_in(self) -> None:
        """Load the handlers after the first picture: their imports take longer than the picture does."""
        await asyncio.to_thread(importlib.import_module, "mixchat.tui.wiring")
        onboarding = self.wiring.onboarding
        await self.wiring.mounted
        self.ready.set()
        try:
            await self._runtime.discover(unnamed=True)
            await onboarding.look()
            await asyncio.to_thread(self._runtime.start_log)
            # The first turn then need not wait for the imports of an SDK, which take seconds.
            await asyncio.to_thread(self._runtime.preload)
        finally:
            # Only now: what was imported stays for as long as the app runs, and an SDK is most of it. Frozen, no
            # collection walks it while one types or reads; before, each of them held everything for 150 ms.
            gc.freeze()
            gc.enable()
        storage = self._runtime.storage
        storage.database.post(storage.ledger.settle_orphans)
        await asyncio.to_thread(storage.purge)
        self.set_interval(_LOOK_AROUND, self.wiring.elsewhere.look)

    def action_run(self, action_id: str, argument: str = "") -> None:
        """Do something from the table of actions; what is covered can only be stopped or left."""
        if not self._body.disabled or BY_ID[action_id].while_covered:
            self.wiring.actions.run(action_id, argument)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Let a key be an answer only while something is asked; Enter only where it would send nothing."""
        if action != "answer":
            return True
        key = str(parameters[0])
        free = key != "enter" or self.first.composer.is_empty
        return free and not self._body.disabled and self.first.choices.has(key)

    def action_answer(self, key: str) -> None:
        """Take the way out of what is asked that has this key."""
        self.first.choices.answer(key)

    @on(ChoiceBar.Changed)
    def _question_changed(self, event: ChoiceBar.Changed) -> None:
        """Let the rest of the screen say what waits for a person."""
        asked = event.question
        totals = self.context.view.totals
        if asked is None:
            totals.ask("")
        else:
            totals.ask(asked.state, asked.about, asked.estimate)
        self.first.composer.waits_for(asked)
        self._show_hints()

    @on(Composer.Submitted)
    def _submitted(self, event: Composer.Submitted) -> None:
        self.wiring.onboarding.send(event.message)

    @on(Composer.Commanded)
    async def _commanded(self, event: Composer.Commanded) -> None:
        if not self.ready.is_set():  # a command that was typed at once waits for the widgets it works with
            await self.wiring.mounted
        action = find_slash(event.name)
        if action is not None:
            self.action_run(action.id, event.argument)
        else:
            self.wiring.library.use(event.name, event.argument)

    @on(Composer.Edited)
    def _edited(self) -> None:
        now = monotonic()
        if self._preview_timer is not None:
            self._preview_timer.stop()
        else:
            self._unseen_since = now
        wait = min(_PREVIEW_AFTER, max(0.01, self._unseen_since + _PREVIEW_WITHIN - now))
        self._preview_timer = self.set_timer(wait, self._preview)
        self._show_hints()
        if self._save_timer is None:
            self._save_timer = self.set_timer(_SAVE_AFTER, self._save_draft)

    def _preview(self) -> None:
        """Work out who would answer once the key is painted: with a long chat that takes as long as many frames."""
        self._preview_timer = None
        self.call_after_refresh(self.context.view.previewer.refresh)

    def _save_draft(self) -> None:
        """Save what is written, so that not even a kill loses it."""
        self._save_timer = None
        self.wiring.conversation.save_draft()

    @on(Composer.Emptied)
    def _emptied(self) -> None:
        """Let a paused queue go on; else, where no model can answer yet, fetch the one that needs no key."""
        if not self.context.queue.resume_queue() and self.wiring.onboarding.no_model_available:
            self.action_run("pull")

    @on(Composer.Undone)
    def _undone(self) -> None:
        self.wiring.navigation.bring_back()

    @on(Composer.QueueEdited)
    def _queue_edited(self) -> None:
        self.action_run("drop-queued")

    def on_card_page_chosen(self, event: Welcome.Chosen) -> None:
        """Do what a card of the empty chat says."""
        if event.card.writes:
            self.first.composer.type(event.card.writes)
        else:
            self.action_run(event.card.action)

    def on_empty_panel_opened(self, event: "EmptyPanel.Opened") -> None:
        """Open a recent chat, or show all of them."""
        if event.chat:
            self.wiring.navigation.open(event.chat)
        else:
            self.action_run("chats")

    def on_turn_list_selected(self, event: "TurnList.Selected") -> None:
        """Show a turn of the list in the conversation."""
        self.context.widgets.transcript.jump(event.turn.id)

    def on_turn_selected(self, event: "TurnSelected") -> None:
        """Highlight the selected turn beside the conversation."""
        self.context.widgets.turns.select(event.turn_id)

    def on_link_activated(self, event: "LinkActivated") -> None:
        """Show where a link leads, and copy it; it came from a model."""
        self.wiring.copying.copy_link(event.url)

    def on_health_list_resting_changed(self, event: "HealthList.RestingChanged") -> None:
        """Show which models rest where the side panel does not."""
        self.first.top.resting = event.text

    def on_find_bar_closed(self) -> None:
        """Go back to the prompt."""
        self.first.composer.area.focus()

    @on(PromptArea.TranscriptScrolled)
    async def _transcript_scrolled(self, event: PromptArea.TranscriptScrolled) -> None:
        """Move through the conversation with a key that has nothing to do in an empty prompt."""
        await self.context.widgets.transcript.scroll_by_key(event.key)

    @on(PromptArea.NothingCompleted)
    def _nothing_completed(self) -> None:
        """Ask the next model where one lets itself be waited for, else move the focus on."""
        if not self.context.chat.try_next():
            self.focus_next()

    @on(PromptArea.KeyPasted)
    def _key_pasted(self, event: PromptArea.KeyPasted) -> None:
        self.wiring.onboarding.add_key(event.key)

    def on_selection_made(self) -> None:
        """Copy what was dragged over."""
        self.wiring.copying.copy_selection()

    def on_resize(self, event: events.Resize) -> None:
        """Cover everything when there is no room for it."""
        self._set_covered(event.size.width < LEAST[0] or event.size.height < LEAST[1])

    def _set_covered(self, small: bool) -> None:
        """Cover everything or show it again; no key reaches what is covered, so that nothing is sent unseen."""
        if small == self._body.disabled:
            return
        if small:
            self._focused_before = self.focused
        self._body.disabled = small
        self.query_one(TooSmall).display = small
        if not small:
            (self._focused_before or self.first.composer.area).focus()

    @on(SidePanel.Shown)
    def _panel_shown(self) -> None:
        """Let the first line stand in for the panel while that is hidden."""
        self.set_class(not self.first.panel.is_wanted, "-no-panel")

    def on_descendant_focus(self) -> None:
        """Say what the focused thing can do."""
        self._show_hints()

    def _show_hints(self) -> None:
        if not self.ready.is_set():
            self.first.status.hints = hints(self.focused, read_keys(self._runtime.settings.config.keys))
            return
        usual = self.wiring.onboarding.hints(self.focused)
        asked = self.first.choices.question
        self.first.status.hints = usual if asked is None else question_hints(asked, usual)

    def on_paste(self, event: events.Paste) -> None:
        """Give what was pasted to the composer, wherever the focus is."""
        if not self._body.disabled:
            event.stop()
            self.first.composer.area.focus()
            self.first.composer.area.put(event.text)

    def on_key(self, event: events.Key) -> None:
        """Give a character that nobody took to the composer, wherever the focus is."""
        plain = event.is_printable and not event.key.startswith("alt+")
        if event.character is not None and plain:
            event.stop()
            self.first.composer.type(event.character)
