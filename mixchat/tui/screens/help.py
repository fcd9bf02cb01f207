"""Keys and commands, on one page."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, ClassVar, Final

from msgspec import Struct
from textual.app import App, ComposeResult
from textual.binding import ActiveBinding, Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.geometry import Size
from textual.screen import Screen
from textual.widget import Widget

from mixchat.tui.actions.keys import Keymap, key_label, keys_label
from mixchat.tui.actions.table import BY_ID, GROUPS
from mixchat.tui.widgets.dismissible import DismissibleModal

_WIDTH = 24
_NARROWEST: Final = 16
"""Cells that what a key does has at least."""


class Line(Struct, frozen=True):
    """A line whose second part is set beside the first, however many rows it takes."""

    left: Content = Content()
    said: Content = Content()

    def rows(self, width: int) -> Iterator[Content]:
        """Yield its rows."""
        at = self.left.cell_length
        if at > width - _NARROWEST:  # so many keys that there is no room beside them
            yield from self.left.rstrip().wrap(width)
            yield from Line(Content(" " * _WIDTH), self.said).rows(width)
            return
        first, *more = self.said.wrap(max(width - at, _NARROWEST)) or [Content()]
        yield self.left + first
        yield from (row.pad_left(at) for row in more)


class KeyText(Widget):
    """Lines of a page, wrapped at its width."""

    DEFAULT_CSS = "KeyText { height: auto; width: 1fr; }"

    def __init__(self, lines: Sequence[Line]) -> None:
        super().__init__()
        self._page = lines

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Return the rows of the page at that width."""
        return sum(1 for line in self._page for _ in line.rows(max(width, 1)))

    def on_resize(self) -> None:
        """Wrap again: a scroll bar comes after the first picture."""
        self.refresh()

    def render(self) -> Content:
        """Return the page."""
        return Content("\n").join(row for line in self._page for row in line.rows(max(self.size.width, 1)))


class HelpPanel(DismissibleModal[None]):
    """Lists the keys that count while a widget has the focus: its own first, then the screen's."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,f1,q", "dismiss(None)", "Back", id="keys.back")]

    def __init__(
        self, title: str, place: Screen[Any], bindings: Iterable[ActiveBinding], notes: Iterable[str] = ()
    ) -> None:
        """Take the name of the place, its screen, and the bindings as they are before this panel covers it."""
        super().__init__()
        self._title = title
        bindings = tuple(bindings)
        own = [active for active in bindings if active.node is place]
        self._notes = tuple(notes)
        self._own = sorted(own, key=lambda active: not active.binding.show)
        self._field = [
            active for active in bindings if active.node is not place and not isinstance(active.node, App)
        ]

    def compose(self) -> ComposeResult:
        """Lay out the page."""
        with VerticalScroll(id="help"):
            yield KeyText(list(self._lines()))

    def _lines(self) -> Iterator[Line]:
        yield Line(said=Content.styled(self._title, "$text bold"))
        yield from key_lines(self._own)
        yield Line()
        for note in filter(None, self._notes):
            yield Line(said=Content.styled(note, "$body"))
            yield Line()
        yield Line(said=Content.styled("In the field", "$text bold"))
        yield from key_lines(self._field)


def key_lines(bindings: Iterable[ActiveBinding]) -> Iterator[Line]:
    """Return a line for each thing that keys do, with all its keys."""
    keys: dict[str, list[str]] = {}
    for active in bindings:
        does = words_for(active)
        if active.enabled and does:
            key = key_label(active.binding.key)
            keys.setdefault(does, [])
            if key not in keys[does]:
                keys[does].append(key)
    for does, pressed in keys.items():
        yield Line(Content.styled(f"{', '.join(pressed):<{_WIDTH}} ", "$text"), Content(does))


def words_for(active: ActiveBinding) -> str:
    """Return what a binding does, in words: its tooltip, its description, or its id without the first part."""
    binding = active.binding
    said = active.tooltip or binding.description
    return (said or (binding.id or "").rpartition(".")[2].replace("-", " ")).lower()


_WRITING: Final[tuple[tuple[str, str, str], ...]] = (
    ("send", "enter", "send, or accept the completion"),
    ("newline", "ctrl+j", "new line; shift+enter and alt+enter, too, where the terminal tells them apart"),
    ("", "@name", "at the start: this role, alias or model answers the message"),
    ("", "@file", "anywhere: attach the file; @https://... attaches a page"),
    ("", "/", "at the start: a command"),
    ("", "up, down", "in the first or last line: earlier and later prompts"),
    ("complete", "tab", "accept the completion, or go to the conversation"),
)
_COMMANDS: Final = 2 + max(len(f"/{action.command} {action.argument}") for action in BY_ID.values())
"""Cells of the column of commands."""

_PLACES: Final = {"PromptArea": "prompt", "Transcript": "conversation", "TurnList": "list of turns"}


class HelpScreen(DismissibleModal[None]):
    """Shows the keys as they are, with the user's changes."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,f1,q", "dismiss", "Back", id="help.back"),
    ]

    def __init__(self, keymap: Keymap, focused: str = "", own: Sequence[ActiveBinding] = ()) -> None:
        """Take the keys as they are set, the focused widget's class, and its own bindings."""
        super().__init__()
        self._keymap = keymap
        self._focused = focused
        self._own = own

    def compose(self) -> ComposeResult:
        """Lay out the page."""
        with VerticalScroll(id="help"):
            yield KeyText(list(self._lines()))

    def _lines(self) -> Iterator[Line]:
        yield Line(said=Content.assemble(("Keys and commands", "$text bold"), "   ", ("esc", "$text-muted")))
        yield Line()
        if self._focused != "PromptArea":
            yield from self._here()
        yield Line(said=Content.styled("Writing", "$text bold"))
        for action, key, does in _WRITING:
            yield _line(self._keymap.key(action, key) if action else key, does)
        yield Line()
        for group, ids in GROUPS.items():
            yield Line(said=Content.styled(group, "$text bold"))
            for action in map(BY_ID.__getitem__, ids):
                command = f"/{action.command} {action.argument}".rstrip() if action.slash else ""
                yield _line(self._keymap.key(action.id, action.key), action.help, command)
            yield Line()
        if self._focused == "PromptArea":
            yield from self._here()

    def _here(self) -> Iterator[Line]:
        """Yield what the focused widget's own keys do."""
        yield Line(said=Content.styled(f"In the {_PLACES.get(self._focused, 'field')}", "$text bold"))
        yield from key_lines(self._own)
        yield Line()


def _line(key: str, does: str, command: str | None = None) -> Line:
    """Return a key, where there are commands in the group the command, and what it does."""
    left = Content.styled(f"{keys_label(key):<14}", "$text")
    if command is not None:
        left = Content.assemble(left, (f"{command:<{_COMMANDS}}", "$text-muted"))
    return Line(left, Content(does))
