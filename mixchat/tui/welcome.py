"""What an empty chat shows: the name, and who sits in which role."""

from collections.abc import Sequence
from typing import Final

from textual.content import Content
from textual.widget import Widget

from mixchat.tui.themes import role_variable
from mixchat.words.role import BUILT_IN, FALLBACK
from mixchat.words.stack import Stack

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
_NAME: Final = 15


class Welcome(Widget):
    """Sits where the conversation will be. It takes no focus and runs no timer."""

    DEFAULT_CSS = "Welcome { height: 1fr; width: 1fr; content-align: center middle; }"

    def __init__(self) -> None:
        super().__init__()
        self._stack: Stack | None = None
        self._reachable: frozenset[str] = frozenset()

    def tell(self, stack: Stack, reachable: frozenset[str]) -> None:
        """Show who answers; `reachable` are the roles with a model that can be asked."""
        self._stack, self._reachable = stack, reachable
        self.refresh()

    def render(self) -> Content:
        """Return the name, and below it as many roles as there is room for."""
        name = Content(" ").join(
            Content.styled(letter, f"{role_variable(role)} bold") for letter, role in _LETTERS
        )
        head = [name, Content.styled(_MOTTO, "$text-muted")]
        room = self.size.height - len(head) - 3
        rows = self._seats() if self._stack is not None else []
        lines = [*head, Content(), *rows] if 0 < len(rows) <= room else head
        return Content("\n").join(_centred(lines, self.size.width))

    def _seats(self) -> list[Content]:
        stack = self._stack
        if stack is None:
            return []
        order = {role.name: number for number, role in enumerate(BUILT_IN)}
        names = sorted(
            (name for name in stack.posts if name != FALLBACK), key=lambda name: order.get(name, 99)
        )
        return [self._seat(stack, name) for name in names]

    def _seat(self, stack: Stack, role: str) -> Content:
        lineup = stack.lineup(role)
        reached = role in self._reachable
        model = lineup[0].ref.model if lineup else "nobody"
        return Content.assemble(
            ("▌ ", role_variable(role)),
            (role.ljust(_NAME), "$text" if reached else "$text-disabled"),
            (
                model.ljust(28)[:28] if reached else "no key yet".ljust(28),
                "$text-muted" if reached else "$text-disabled",
            ),
        )


def _centred(lines: Sequence[Content], width: int) -> list[Content]:
    return [line.pad_left(max((width - line.cell_length) // 2, 0)) for line in lines]
