"""What an empty chat shows: the name, and which model each role has."""

from collections.abc import Mapping, Sequence
from typing import Final

from textual.content import Content
from textual.widget import Widget

from mixchat.domain.plain_text import one_line
from mixchat.domain.role import BUILT_IN, FALLBACK
from mixchat.domain.stack import Stack
from mixchat.tui.themes import role_variable

_LETTERS: Final = (
    ("m", "daily-driver"),
    ("i", "quick"),
    ("x", "coding"),
    ("c", "summarization"),
    ("h", "extraction"),
    ("a", "creative"),
    ("t", "heavy-lifting"),
)
_MOTTO: Final = "every prompt to the right model"
_NAME: Final = 16
_MODEL: Final = 26


class Welcome(Widget):
    """Sits where the conversation will be. It takes no focus and runs no timer."""

    DEFAULT_CSS = "Welcome { height: 1fr; width: 1fr; content-align: left middle; }"

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._stack: Stack | None = None
        self._reached: Mapping[str, str] = {}

    def update_roles(self, stack: Stack, reached: Mapping[str, str]) -> None:
        """Show who answers; `reached` is the first model that can be asked, by role."""
        self._stack, self._reached = stack, reached
        self.refresh()

    def render(self) -> Content:
        """Return the name, and below it as many roles as there is room for."""
        head = wordmark()
        room = self.size.height - len(head) - 3
        rows = self._slots() if self._stack is not None else []
        lines = [*head, Content(), *rows] if 0 < len(rows) <= room else head
        return Content("\n").join(centred(lines, self.size.width))

    def _slots(self) -> list[Content]:
        stack = self._stack
        if stack is None:
            return []
        order = {role.name: number for number, role in enumerate(BUILT_IN)}
        names = sorted(
            (name for name in stack.roles if name != FALLBACK), key=lambda name: order.get(name, 99)
        )
        return [self._slot(name) for name in names]

    def _slot(self, role: str) -> Content:
        model = self._reached.get(role)
        return Content.assemble(
            ("▌ ", role_variable(role)),
            _cell(role, _NAME, "$text" if model else "$text-disabled"),
            _cell(model or "no key yet", _MODEL, "$text-muted" if model else "$text-disabled"),
        )


def _cell(text: str, width: int, style: str) -> Content:
    """Return the text in that many cells; what has no room ends in a mark."""
    shown = Content.styled(one_line(text), style).truncate(width - 1, ellipsis=True, pad=True)
    return Content.assemble(shown, " ")


def wordmark() -> list[Content]:
    """Return the name, a role's colour a letter, and the motto."""
    letters = (Content.styled(letter, f"{role_variable(role)} bold") for letter, role in _LETTERS)
    return [Content(" ").join(letters), Content.styled(_MOTTO, "$text-muted")]


def centred(lines: Sequence[Content], width: int) -> list[Content]:
    """Return the lines moved to the middle, each for itself."""
    return [line.pad_left(max((width - line.cell_length) // 2, 0)) for line in lines]
