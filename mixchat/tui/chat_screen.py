"""The screen of a conversation: it lays out the parts, joins them, and hands on what they say."""

import asyncio
import gc
import importlib
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar, Final, cast

from textual import events, on
from textual.app import App, ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import Screen
from textual.timer import Timer
from textual.widget import Widget

from mixchat.config.ui_state import read_ui_state, save_ui_state
from mixchat.tui.actions import bindings, find_slash
from mixchat.tui.chat.completion_sources import CompletionSources
from mixchat.tui.chat.status_line import StatusLine, hints
from mixchat.tui.choice_bar import ChoiceBar
from mixchat.tui.composer.composer import Composer
from mixchat.tui.composer.prompt_area import PromptArea
from mixchat.tui.first_widgets import FirstWidgets
from mixchat.tui.launch_options import LaunchOptions
from mixchat.tui.onboarding.welcome import Welcome
from mixchat.tui.panel.side_panel import SidePanel

if TYPE_CHECKING:
    from mixchat.runtime.runtime import Runtime
    from mixchat.tui.panel.turn_list import TurnList
    from mixchat.tui.transcript import LinkActivated, TurnSelected
    from mixchat.tui.wiring import ChatControllers


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
            "Nothing is lost: make it larger,\nor leave with ctrl+q."
        )


_LOOK_AFTER: Final = 0.06
"""Seconds without a key before it is worked out who would answer."""


_KEEP_AFTER: Final = 1.0
"""Seconds after which what is being written is on disk at the latest."""

_STOPPING: Final = frozenset({"stop", "copy-or-stop"})
"""What can be done while everything is covered."""


class ChatScreen(Screen[None]):
    """Coordinates: what is done about anything is done by those who know how."""

    BINDINGS: ClassVar[list[BindingType]] = bindings()
    AUTO_FOCUS = "PromptArea"

    def __init__(self, runtime: "Runtime", opening: LaunchOptions) -> None:
        super().__init__()
        self.HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]
        self._runtime = runtime
        self._opening = opening
        self._looking: Timer | None = None
        self._keeping: Timer | None = None
        self._body = Horizontal(id="body")
        self._focused_before: Widget | None = None
        self.ready = asyncio.Event()
        """Set once everything is mounted and joined."""
        self.front = FirstWidgets(
            welcome=Welcome(),
            choices=ChoiceBar(),
            composer=Composer(
                CompletionSources(runtime).sources(),
                runtime.routing.resolve_name,
                lambda: runtime.storage.drafts.prompts(),
            ),
            panel=SidePanel(
                read_ui_state(runtime.settings.paths),
                lambda layout: save_ui_state(runtime.settings.paths, layout),
            ),
            status=StatusLine(runtime.storage.clock),
        )

    @cached_property
    def room(self) -> "ChatControllers":
        """The rest of the screen and those who work with it, made when it is first asked for."""
        from mixchat.tui.wiring import wire

        room = wire(self._runtime, cast("App[int]", self.app), self, self.front)
        room.conversation.open(self._opening)
        return room

    def compose(self) -> ComposeResult:
        """Lay out conversation, composer, side panel and status line."""
        front = self.front
        with self._body:
            with Vertical(id="conversation"):
                yield front.welcome
                yield front.choices
                yield front.composer
            yield front.panel
        yield front.status
        yield TooSmall()

    def on_mount(self) -> None:
        """Paint first; everything that takes time comes after, beside the loop where it can."""
        if self._runtime.settings.config.ui.vim:
            self.front.composer.area.use_vim()
        self.call_after_refresh(self.run_worker, self._settle_in())

    async def _settle_in(self) -> None:
        await asyncio.to_thread(importlib.import_module, "mixchat.tui.wiring")
        greeting = self.room.greeting
        self.ready.set()
        gc.freeze()
        gc.enable()
        await self._runtime.discover()
        await greeting.greet()
        await asyncio.to_thread(self._runtime.start_log)
        await asyncio.to_thread(self._runtime.preload)
        self._runtime.storage.ledger.recover()

    def action_act(self, act: str, argument: str = "") -> None:
        """Do something from the list of acts; what cannot be seen can only be stopped."""
        if self._body.disabled and act not in _STOPPING:
            return
        if not self.room.handlers.do(act, argument):
            self.notify(f"{act} is not there yet.", severity="warning", markup=False)

    @on(Composer.Submitted)
    def _submitted(self, event: Composer.Submitted) -> None:
        self.room.greeting.send(event.outgoing)

    @on(Composer.Commanded)
    def _commanded(self, event: Composer.Commanded) -> None:
        act = find_slash(event.name)
        if act is not None:
            self.action_act(act.id, event.argument)

    @on(Composer.Edited)
    def _edited(self) -> None:
        if self._looking is not None:
            self._looking.stop()
        self._looking = self.set_timer(_LOOK_AFTER, self.room.previewer.refresh)
        self.front.status.tell_hints(self.room.greeting.hints(self.focused))
        if self._keeping is None:
            self._keeping = self.set_timer(_KEEP_AFTER, self._keep)

    def _keep(self) -> None:
        """Keep what is written, so that not even a kill loses it."""
        self._keeping = None
        self.room.conversation.keep_draft()

    @on(Composer.Emptied)
    def _emptied(self) -> None:
        self.room.enter_on_nothing()

    @on(Composer.WaitingWanted)
    def _waiting_wanted(self) -> None:
        self.action_act("drop-queued")

    def on_turn_list_opened(self, event: "TurnList.Opened") -> None:
        """Show a turn of the list in the conversation."""
        self.room.parts.transcript.jump(event.turn.id)

    def on_turn_selected(self, event: "TurnSelected") -> None:
        """Light the selected turn beside the conversation."""
        self.room.parts.turns.select(event.turn_id)

    def on_link_activated(self, event: "LinkActivated") -> None:
        """Show where a link leads, and copy it; it came from a model."""
        self.action_act("copy-link", event.url)

    @on(PromptArea.KeyPasted)
    def _key_pasted(self, event: PromptArea.KeyPasted) -> None:
        self.action_act("key", event.key)

    def on_text_selected(self) -> None:
        """Copy what was dragged over."""
        self.action_act("copy-selection")

    def on_resize(self, event: events.Resize) -> None:
        """Cover everything when there is no room for it; move the money to where it can be seen."""
        self._hide(event.size.width < LEAST[0] or event.size.height < LEAST[1])
        self.call_after_refresh(self._show_money)

    def _hide(self, small: bool) -> None:
        """Cover everything or show it again; no key reaches what is covered, so that nothing is sent unseen."""
        if small == self._body.disabled:
            return
        if small:
            self._focused_before = self.focused
        self._body.disabled = small
        self.query_one(TooSmall).display = small
        if not small:
            choices = self.front.choices
            (choices if choices.is_open else self._focused_before or self.front.composer.area).focus()

    @on(SidePanel.Shown)
    def _show_money(self) -> None:
        """Show the money in the status line while the side panel is away."""
        self.front.status.shows_money = not self.front.panel.region
        self.front.status.refresh()

    def on_descendant_focus(self) -> None:
        """Say what the focused thing can do."""
        ready = self.ready.is_set()
        self.front.status.tell_hints(self.room.greeting.hints(self.focused) if ready else hints(self.focused))

    def on_paste(self, event: events.Paste) -> None:
        """Give what was pasted to the composer, wherever the focus is."""
        if not self._body.disabled and not self.front.choices.is_open:
            event.stop()
            self.front.composer.area.focus()
            self.front.composer.area.put(event.text)

    def on_key(self, event: events.Key) -> None:
        """Give a character that nobody took to the composer, wherever the focus is."""
        plain = event.is_printable and not event.key.startswith("alt+")
        if event.character is not None and plain and not self.front.choices.is_open:
            event.stop()
            self.front.composer.type(event.character)
