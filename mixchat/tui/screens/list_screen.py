"""What every screen beside the conversation is made of: a title, a field that filters, a list, and the keys."""

from collections.abc import Sequence
from typing import ClassVar, TypeVar, cast

from textual import on
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Input, Static

from mixchat.domain.errors import ConfigError, StorageError
from mixchat.tui.actions.keys import key_label
from mixchat.tui.formatting import seconds_to_read
from mixchat.tui.screens.row_list import RowList
from mixchat.tui.terminal.ordered_keys import OrderedInput
from mixchat.tui.widgets.choice_bar import Act
from mixchat.tui.widgets.dismissible import DismissibleScreen
from mixchat.tui.widgets.pressable import pressable


class FootLine(Widget):
    """Reads the bindings that are active now, so that it cannot say what is not so."""

    DEFAULT_CSS = "FootLine { height: 1; }"

    def on_mount(self) -> None:
        """Follow the focus."""
        self.watch(self.screen, "focused", self._changed, init=False)

    def _changed(self) -> None:
        self.refresh()

    def render(self) -> Content:
        """Return as many keys as there is room for, each with what it does; help and the way back always fit."""
        hints = [_hint(binding) for binding in in_order(self.screen)]
        always = [_hint(binding) for binding in in_order(self.screen, last=True)]
        tail = Content("   ").join(always)
        shown = Content()
        for hint in hints:
            if shown.cell_length + hint.cell_length + 3 + tail.cell_length > self.size.width:
                break
            shown += hint + "   "
        return shown + tail


def _hint(binding: Binding) -> Content:
    words = Content.assemble((key_label(binding.key), "$text"), (f" {binding.description}", "$text-disabled"))
    return pressable(words, binding.key)


def in_order(screen: Screen[object], *, last: bool = False) -> list[Binding]:
    """Return the bindings to show, the screen's own in the order in which it and what it is a kind of name them; or those that come `last`."""
    named = [
        binding.id
        for kind in reversed(type(screen).__mro__)
        if kind is not FilterListScreen and kind not in Screen.__mro__
        for binding in vars(kind).get("BINDINGS", ())
        if isinstance(binding, Binding)
    ]
    active = screen.active_bindings.values()
    shown = [
        each.binding for each in active if each.binding.show and each.enabled and each.binding.id != "quit"
    ]
    own = [binding for binding in shown if (binding.id not in named or binding.key == "escape") == last]
    return sorted(
        own, key=lambda each: (each.key == "escape", named.index(each.id) if each.id in named else 0)
    )


Result = TypeVar("Result")


class FilterListScreen(DismissibleScreen[Result]):
    """A list that filters as one types. Letters always go to the filter, arrows always move in the list."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", "Up", show=False, priority=True, id="page.up"),
        Binding("down", "move(1)", "Down", show=False, priority=True, id="page.down"),
        Binding("pageup", "page(-1)", "Page up", show=False, priority=True, id="page.page-up"),
        Binding("pagedown", "page(1)", "Page down", show=False, priority=True, id="page.page-down"),
        Binding("ctrl+home", "edge(-1)", "First", show=False, priority=True, id="page.first"),
        Binding("ctrl+end", "edge(1)", "Last", show=False, priority=True, id="page.last"),
        Binding("f1", "keys", "help", id="help"),
        Binding("escape", "back", "back", id="page.back"),
    ]
    AUTO_FOCUS = "#page-filter"
    HEADING: str = ""
    PLACEHOLDER: ClassVar[str] = "Type to search"
    EMPTY: ClassVar[str] = "Nothing fits."
    REFILLS: ClassVar[bool] = False
    """Whether what it lists is changed on screens of its own, and is read again on the way back."""
    _was_covered = False

    def compose(self) -> ComposeResult:
        """Lay out the title, the filter, the list, what is said about the highlighted row, and the keys."""
        with Vertical(id="page"):
            with Horizontal(id="page-head"):
                yield Static(self.HEADING, id="page-title", markup=False)
                yield Static("", id="page-aside", markup=False)
            yield OrderedInput(placeholder=self.PLACEHOLDER, compact=True, id="page-filter")
            yield RowList(empty=self.EMPTY, id="page-rows")
            yield Static("", id="page-detail", markup=False)
        yield FootLine()

    # Textual calls this after what a subclass does when it is mounted: calling it there would fill the list twice.
    def on_mount(self) -> None:
        """Fill the list."""
        self.query_one(Input).cursor_blink = False
        self.fill("")

    def on_screen_suspend(self) -> None:
        """Note that another screen is shown."""
        self._was_covered = True

    def on_screen_resume(self) -> None:
        """Show what was changed on a screen of its own."""
        if self.REFILLS and self._was_covered:
            self.refill()

    def fill(self, words: str) -> None:
        """Show the rows that fit `words`."""

    def row_highlighted(self, value: str) -> None:
        """Say something about the row that is highlighted now."""

    def row_selected(self, value: str) -> None:
        """Do what Enter does to a row."""

    @property
    def rows(self) -> RowList:
        """The list."""
        return self.query_one(RowList)

    @property
    def above(self) -> "App[int]":
        """The app, to put further screens on this one."""
        return cast("App[int]", self.app)

    @property
    def words(self) -> str:
        """What the filter holds."""
        return self.query_one("#page-filter", Input).value

    def refill(self) -> None:
        """Show the rows anew, the same one highlighted."""
        self.fill(self.words)

    def update_aside(self, text: str | Content) -> None:
        """Write at the right of the title; its room is fixed, so nothing is laid out anew."""
        self.query_one("#page-aside", Static).update(text, layout=False)

    def update_detail(self, text: str | Content) -> None:
        """Write below the list; nothing takes the place away."""
        detail = self.query_one("#page-detail", Static)
        detail.update(text)
        detail.display = bool(text)

    def show_sentence(self, sentence: str) -> None:
        """Show a sentence for a while."""
        self.notify(sentence, timeout=seconds_to_read(sentence), markup=False)

    def attempt(self, change: Act) -> None:
        """Make a change, show what it returns or why it cannot be made, and show the rows anew."""
        try:
            sentence = change()
        except (ConfigError, StorageError) as error:
            sentence = str(error)
        if sentence and isinstance(sentence, str):
            self.show_sentence(sentence)
        self.refill()

    def action_move(self, by: int) -> None:
        """Highlight the row above or below."""
        self.rows.action_move(by)

    def action_page(self, by: int) -> None:
        """Highlight a row a page away."""
        self.rows.action_page(by)

    def action_edge(self, side: int) -> None:
        """Highlight the first row, or the last."""
        self.rows.action_edge(side)

    def action_back(self) -> None:
        """Go back one step."""
        self.dismiss(None)

    def help_notes(self) -> Sequence[str]:
        """Return what the page of keys says besides."""
        return ()

    def action_keys(self) -> None:
        """Show what works here."""
        from mixchat.tui.screens.help import HelpPanel

        self.above.push_screen(
            HelpPanel(self.HEADING, self, self.active_bindings.values(), self.help_notes())
        )

    @on(Input.Changed, "#page-filter")
    def _filter(self, event: Input.Changed) -> None:
        event.stop()
        self.fill(event.value)

    @on(Input.Submitted, "#page-filter")
    def _entered(self, event: Input.Submitted) -> None:
        event.stop()
        self.rows.action_select()

    @on(RowList.Highlighted)
    def _highlighted(self, event: RowList.Highlighted) -> None:
        event.stop()
        self.row_highlighted(event.value)

    @on(RowList.Selected)
    def _selected(self, event: RowList.Selected) -> None:
        event.stop()
        self.row_selected(event.value)
