"""What the keys do right here."""

from collections.abc import Iterable, Iterator
from typing import Any, ClassVar

from textual.app import App, ComposeResult
from textual.binding import ActiveBinding, Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen, Screen
from textual.widgets import Static

from mixchat.tui.screens.key_name import key_name

_WIDTH = 24


class HelpPanel(ModalScreen[None]):
    """Lists the keys that count while a widget has the focus: its own first, then the screen's."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,f1,q", "dismiss(None)", "Back", id="keys.back")]

    def __init__(self, title: str, place: Screen[Any], bindings: Iterable[ActiveBinding]) -> None:
        """Take the name of the place, its screen, and the bindings as they are before this panel covers it."""
        super().__init__()
        self._title = title
        bindings = tuple(bindings)
        own = [active for active in bindings if active.node is place]
        self._own = sorted(own, key=lambda active: not active.binding.show)
        self._field = [
            active for active in bindings if active.node is not place and not isinstance(active.node, App)
        ]

    def compose(self) -> ComposeResult:
        """Lay out the page."""
        with VerticalScroll(id="help"):
            yield Static(Content("\n").join(self._lines()))

    def _lines(self) -> Iterator[Content]:
        yield Content.styled(self._title, "$text-accent bold")
        yield from key_lines(self._own)
        yield Content()
        yield Content.styled("In the field", "$text-accent bold")
        yield from key_lines(self._field)


def key_lines(bindings: Iterable[ActiveBinding]) -> Iterator[Content]:
    """Return a line for each thing that keys do, with all its keys."""
    keys: dict[str, list[str]] = {}
    for active in bindings:
        does = words_for(active)
        if active.enabled and does:
            key = key_name(active.binding)
            keys.setdefault(does, [])
            if key not in keys[does]:
                keys[does].append(key)
    for does, pressed in keys.items():
        yield Content.assemble((f"{', '.join(pressed):<{_WIDTH}}", "$accent"), " ", does)


def words_for(active: ActiveBinding) -> str:
    """Return what a binding does, in words: its tooltip, its description, or its id without the first part."""
    binding = active.binding
    said = active.tooltip or binding.description
    return (said or (binding.id or "").rpartition(".")[2].replace("-", " ")).lower()
