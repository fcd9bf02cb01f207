"""Keys and commands, on one page."""

from collections.abc import Callable, Iterator
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from mixchat.tui.acts import ACTS

_WRITING: Final[tuple[tuple[str, str, str], ...]] = (
    ("send", "enter", "send; take the completion that is lit"),
    ("newline", "ctrl+j", "new line; shift+enter and alt+enter, too, where the terminal tells them apart"),
    ("", "@name", "at the beginning: this role, alias or model answers the message"),
    ("", "@file", "anywhere: the file goes along"),
    ("", "/", "at the beginning: a command"),
    ("", "up, down", "at the edges of the prompt: earlier and later prompts"),
    ("complete", "tab", "take the completion, or go to the conversation"),
)


class HelpScreen(ModalScreen[None]):
    """Shows the keys as they are, with the user's changes."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,f1,q", "dismiss", "Back", id="help.back"),
    ]

    def __init__(self, key_of: Callable[[str, str], str]) -> None:
        """Take what names the key of an act: its id and its usual key."""
        super().__init__()
        self._key_of = key_of

    def compose(self) -> ComposeResult:
        """Lay out the page."""
        with VerticalScroll(id="help"):
            yield Static(Content("\n").join(self._lines()))

    def _lines(self) -> Iterator[Content]:
        yield Content.styled("Writing", "$text-accent bold")
        for act, key, does in _WRITING:
            yield _line(self._key_of(act, key) if act else key, does)
        yield Content()
        yield Content.styled("Everything else", "$text-accent bold")
        for act in ACTS:
            command = f"/{act.slash} {act.argument}".rstrip() if act.slash else ""
            yield _line(self._key_of(act.id, act.key), act.help, command)


def _line(key: str, does: str, command: str = "") -> Content:
    return Content.assemble(
        (f"{key:<10}", "$accent"), (f"{command:<22}", "$primary") if command else "", does
    )
