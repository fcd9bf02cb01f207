"""The screen of a conversation: it lays out the widgets, and hands what they say to the handlers."""

import asyncio
import importlib
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Final, cast

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.css.scalar import Scalar
from textual.screen import Screen

from mixchat.tui.actions.keys import bindings, read_keys
from mixchat.tui.actions.table import BY_ID, find_slash
from mixchat.tui.chat.first_widgets import first_widgets
from mixchat.tui.chat.hints import completion_hints, hints, question_hints
from mixchat.tui.chat.too_small import TooSmall
from mixchat.tui.composer.completion_list import CompletionList
from mixchat.tui.composer.composer import Composer
from mixchat.tui.composer.prompt_area import PromptArea
from mixchat.tui.launch_options import LaunchOptions
from mixchat.tui.onboarding.welcome import Welcome
from mixchat.tui.panel.side_panel import SidePanel
from mixchat.tui.widgets.choice_bar import KEYS, ChoiceBar
from mixchat.tui.widgets.debounce import Debounce

if TYPE_CHECKING:
    from mixchat.runtime.runtime import Runtime
    from mixchat.tui.chat.context import ChatContext
    from mixchat.tui.panel.empty_panel import EmptyPanel
    from mixchat.tui.panel.health_list import HealthList
    from mixchat.tui.panel.turn_list import TurnList
    from mixchat.tui.transcript import LinkActivated, TurnSelected
    from mixchat.tui.wiring import ChatWiring


_PREVIEW_AFTER: Final = 0.15
"""Seconds without a key before it is worked out who would answer: longer than between two keys, shorter than a pause."""
_PREVIEW_WITHIN: Final = 0.7
"""Seconds after which it is worked out although the keys go on."""
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
        self._body = Horizontal(id="body")
        self._preview = Debounce(self, self._refresh_preview, after=_PREVIEW_AFTER, within=_PREVIEW_WITHIN)
        self._draft = Debounce(self, self._save_draft, after=_SAVE_AFTER, within=_SAVE_AFTER)
        self.ready = asyncio.Event()
        """Set once everything is mounted and joined."""
        self.first = first_widgets(runtime)
        self._too_small = TooSmall(self._body, self.first.composer.area)
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
        yield self._too_small

    def on_mount(self) -> None:
        """Paint first; everything that takes time comes after, beside the loop where it can."""
        if self._runtime.settings.config.ui.vim:
            self.first.composer.area.use_vim()
        cast("Any", self).screen_layout_refresh_signal.subscribe(self, self._place_toasts)
        self.call_after_refresh(self.run_worker, self._settle_in(), group=_SETTLING)

    def _place_toasts(self, _: object) -> None:
        """Keep sentences above what one writes, and beside the panel where there is room: no figure is covered."""
        margin, width = self.first.toast_place(self.size)
        rack = self.query_one("ToastRack")
        # A docked widget's margin at the right takes nothing from its width.
        if (rack.styles.margin, rack.styles.width) != (margin, Scalar.from_number(width)):
            rack.styles.margin, rack.styles.width = margin, width

    def stop_settling(self) -> None:
        """Do nothing more of what a start does: what it works with is closed now."""
        cast("Any", self.workers).cancel_group(self, _SETTLING)

    async def _settle_in(self) -> None:
        """Load the handlers after the first picture: their imports take longer than the picture does."""
        await asyncio.to_thread(importlib.import_module, "mixchat.tui.wiring")
        await self.wiring.mounted
        self.ready.set()
        await self.wiring.startup.run()

    def action_run(self, action_id: str, argument: str = "") -> None:
        """Do something from the table of actions; what is covered can only be stopped or left."""
        if not self._too_small.is_shown or BY_ID[action_id].while_covered:
            self.wiring.actions.run(action_id, argument)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Let a key be an answer only while something is asked; Enter only where it would send nothing."""
        if action != "answer":
            return True
        key = str(parameters[0])
        free = key != "enter" or self.first.composer.is_empty
        return free and not self._too_small.is_shown and self.first.choices.has(key)

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
            totals.ask(asked.state, asked.about, asked.estimate, asked.of)
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
        self._preview.request()
        self._draft.request()
        self._show_hints()

    def _refresh_preview(self) -> None:
        """Work out who would answer once the key is painted: with a long chat that takes as long as many frames."""
        self.call_after_refresh(self.context.view.previewer.refresh)

    def _save_draft(self) -> None:
        """Save what is written, so that not even a kill loses it."""
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
        self._too_small.fit(event.size)

    @on(SidePanel.Shown)
    def _panel_shown(self) -> None:
        """Let the first line stand in for the panel while that is hidden."""
        self.set_class(not self.first.panel.is_wanted, "-no-panel")

    @on(CompletionList.Toggled)
    def on_descendant_focus(self) -> None:
        """Say what the focused thing can do."""
        self._show_hints()

    def _show_hints(self) -> None:
        if not self.ready.is_set():
            self.first.status.hints = hints(self.focused, read_keys(self._runtime.settings.config.keys))
            return
        if self.first.composer.completions.is_open:
            self.first.status.hints = completion_hints(self.context.keymap)
            return
        usual = self.wiring.onboarding.hints(self.focused)
        asked = self.first.choices.question
        self.first.status.hints = usual if asked is None else question_hints(asked, usual)

    def on_paste(self, event: events.Paste) -> None:
        """Give what was pasted to the composer, wherever the focus is."""
        if not self._too_small.is_shown:
            event.stop()
            self.first.composer.area.focus()
            self.first.composer.area.put(event.text)

    def on_key(self, event: events.Key) -> None:
        """Give a character that nobody took to the composer, wherever the focus is."""
        plain = event.is_printable and not event.key.startswith("alt+")
        if event.character is not None and plain:
            event.stop()
            self.first.composer.type(event.character)
