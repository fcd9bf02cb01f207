"""Keys and commands, on one page."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, ClassVar, Final

from textual.app import App, ComposeResult
from textual.binding import ActiveBinding, Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

from mixchat.tui.actions.keys import Keymap, key_label, keys_label
from mixchat.tui.actions.table import BY_ID, GROUPS
from mixchat.tui.widgets.dismissible import DismissibleModal

_WIDTH = 24


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
            yield Static(Content("\n").join(self._lines()))

    def _lines(self) -> Iterator[Content]:
        yield Content.styled(self._title, "$text bold")
        yield from key_lines(self._own)
        yield Content()
        for note in filter(None, self._notes):
            yield Content.styled(note, "$body")
            yield Content()
        yield Content.styled("In the field", "$text bold")
        yield from key_lines(self._field)


def key_lines(bindings: Iterable[ActiveBinding]) -> Iterator[Content]:
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
        yield Content.assemble((f"{', '.join(pressed):<{_WIDTH}}", "$text"), " ", does)


def words_for(active: ActiveBinding) -> str:
    """Return what a binding does, in words: its tooltip, its description, or its id without the first part."""
    binding = active.binding
    said = active.tooltip or binding.description
    return (said or (binding.id or "").rpartition(".")[2].replace("-", " ")).lower()


_WRITING: Final[tuple[tuple[str, str, str], ...]] = (
    ("send", "enter", "send; take the highlighted completion"),
    ("newline", "ctrl+j", "new line; shift+enter and alt+enter, too, where the terminal tells them apart"),
    ("", "@name", "at the beginning: this role, alias or model answers the message"),
    ("", "@file", "anywhere: the file goes along"),
    ("", "/", "at the beginning: a command"),
    ("", "up, down", "at the edges of the prompt: earlier and later prompts"),
    ("complete", "tab", "take the completion, or go to the conversation"),
)

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
            yield Static(Content("\n").join(self._lines()))

    def _lines(self) -> Iterator[Content]:
        if self._focused != "PromptArea":
            yield from self._here()
        yield Content.styled("Writing", "$text bold")
        for action, key, does in _WRITING:
            yield _line(self._keymap.key(action, key) if action else key, does)
        yield Content()
        for group, ids in GROUPS.items():
            yield Content.styled(group, "$text bold")
            for action in map(BY_ID.__getitem__, ids):
                command = f"/{action.command} {action.argument}".rstrip() if action.slash else ""
                yield _line(self._keymap.key(action.id, action.key), action.help, command)
            yield Content()
        if self._focused == "PromptArea":
            yield from self._here()

    def _here(self) -> Iterator[Content]:
        """Yield what the focused widget's own keys do."""
        yield Content.styled(f"In the {_PLACES.get(self._focused, 'field')}", "$text bold")
        yield from key_lines(self._own)
        yield Content()


def _line(key: str, does: str, command: str = "") -> Content:
    return Content.assemble(
        (f"{keys_label(key):<14}", "$text"), (f"{command:<22}", "$text-muted") if command else "", does
    )
