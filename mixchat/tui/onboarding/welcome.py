"""What an empty chat shows: the name, each role with its model, and three things to try."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, cast

from textual import events
from textual.app import App
from textual.color import Color
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from mixchat.domain.plain_text import one_line
from mixchat.domain.role import BUILT_IN
from mixchat.domain.stack import Stack
from mixchat.tui.onboarding.cards import WIDTH, Card, card_rows
from mixchat.tui.role_words import in_brief
from mixchat.tui.themes import role_variable
from mixchat.tui.widgets.card_edge import is_tone

_MOTTO: Final = "every message to the right model"
_NAME: Final = 16
_MODEL: Final = 19
_ORDER: Final = {role.name: number for number, role in enumerate(BUILT_IN)}


class CardPage(Widget):
    """A page of the empty chat whose cards can be clicked. It takes no focus and runs no timer."""

    class Chosen(Message):
        """A card was clicked."""

        def __init__(self, card: Card) -> None:
            super().__init__()
            self.card = card

    cards: Sequence[Card] = ()

    @property
    def cards_have_ground(self) -> bool:
        """Whether the theme has a tone for cards."""
        return is_tone(Color.parse(cast("App[Any]", self.app).theme_variables.get("panel", "transparent")))

    def on_click(self, event: events.Click) -> None:
        """Choose the card that was clicked."""
        number = event.style.meta.get("card")
        if event.button == 1 and isinstance(number, int) and number < len(self.cards):
            self.post_message(self.Chosen(self.cards[number]))


class Welcome(CardPage):
    """Sits where the conversation will be."""

    DEFAULT_CSS = "Welcome { height: 1fr; width: 1fr; content-align: left middle; }"

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._stack: Stack | None = None
        self._reached: Mapping[str, str] = {}
        self._here: Mapping[str, str] = {}
        self._private = False

    def update_roles(
        self, stack: Stack, reached: Mapping[str, str], here: Mapping[str, str], cards: Sequence[Card] = ()
    ) -> None:
        """Show who answers and what can be tried.

        Args:
            stack: has the roles.
            reached: the first model that can be asked, by role.
            here: the first of those on this machine, which alone a private chat may ask.
            cards: what can be tried.
        """
        self._stack, self._reached, self._here, self.cards = stack, reached, here, cards
        self.refresh()

    def update_privacy(self, *, private: bool) -> None:
        """Show who answers in a private chat, or in any."""
        if private != self._private:
            self._private = private
            self.refresh()

    def render(self) -> Content:
        """Return as much of it as there is room for: the cards go before the roles."""
        width, height = min(WIDTH, max(self.size.width - 2, 1)), self.size.height
        head, roles = heading(), list(self._roles(width))
        lines = [head]
        for tried in (
            [head, Content(), *roles, Content(), Content(), *self._moves(width, tall=True)],
            [head, Content(), *roles, Content(), *self._moves(width, tall=False)],
            [head, Content(), *roles],
        ):
            if self._stack is not None and len(tried) < height:
                lines = tried
                break
        return block(lines, self.size.width, width)

    def _moves(self, width: int, *, tall: bool) -> Iterator[Content]:
        if not self.cards:
            return
        if tall:
            yield Content.styled("Three moves to try", "$text bold")
        yield from card_rows(self.cards, width, half_rows=tall and self.cards_have_ground, apart=tall)

    def _roles(self, width: int) -> Iterator[Content]:
        if self._stack is None:
            return
        roles = self._stack.roles
        reached, nobody = (self._here, "no local model") if self._private else (self._reached, "no model yet")
        for name in sorted(roles, key=lambda name: _ORDER.get(name, 99)):
            model = reached.get(name)
            tone = role_variable(name) if model else "$text-muted"
            said = one_line(model) if model else nobody
            yield Content.assemble(
                ("▌ ", tone),
                (_column(one_line(name), _NAME), tone),
                (_column(said, _MODEL), "$body" if model else "$text-muted"),
                (in_brief(roles[name]), "$text-muted"),
            ).truncate(width, ellipsis=True)


def _column(text: str, width: int) -> str:
    """Return a text of so many cells, cut with a mark; one cell stays free."""
    return Content(text).truncate(width - 1, ellipsis=True, pad=True).plain + " "


def heading() -> Content:
    """Return the name and what it is for."""
    return Content.assemble(("mixchat", "$text bold"), (f"  {_MOTTO}", "$text-muted"))


def block(lines: Sequence[Content], room: int, width: int) -> Content:
    """Return the lines, all of `width`, in the middle of the room there is."""
    left = max((room - width) // 2, 0)
    return Content("\n").join(line.pad_left(left) for line in lines)
