"""Two pictures at the foot of a wide panel: what the last turns cost, and the last days by role."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final

from textual.content import Content
from textual.geometry import Size
from textual.reactive import reactive
from textual.widget import Widget

from mixchat.domain.plain_text import one_line
from mixchat.domain.turn import Turn
from mixchat.ledger import money
from mixchat.tui.panel.tracker import ends
from mixchat.tui.themes import role_variable

DAYS: Final = "7d"
"""What the roles are summed up over, as `mixchat spend --since` writes it."""
PLOTTED_TURNS: Final = 12
"""Turns that have a bar, at most."""
_ROWS: Final = 8
"""Rows of the bars."""
_WIDE: Final = 3
"""Cells of a bar and the gap behind it."""
_ROLES: Final = 8
_ROLE: Final = 15
_AMOUNT: Final = 11
_EIGHTHS: Final = " ▁▂▃▄▅▆▇█"
_ACROSS: Final = " ▏▎▍▌▋▊▉"


class TurnCosts(Widget):
    """A bar for each of the last turns, in the colours of their roles."""

    DEFAULT_CSS = "TurnCosts { height: 11; width: 1fr; display: none; }"

    turns: reactive[Sequence[Turn]] = reactive[Sequence[Turn]](())

    def render(self) -> Content:
        """Return heading, bars, and the highest and the average beneath; nothing before a second turn, or where no cost is known."""
        width = self.size.width
        shown = self.turns[-min(PLOTTED_TURNS, max(width // _WIDE, 1)) :]
        known = [turn.cost.usd for turn in shown if turn.cost.usd is not None]
        highest = max(known, default=Decimal(0))
        if not highest or len(shown) < 2:
            return Content()
        average = sum(known, Decimal(0)) / len(known)
        most, mean = (
            Content.assemble((f"{word} ", "$text-muted"), (money.dollars(usd), "$body"))
            for word, usd in (("highest", highest), ("average", average))
        )
        bars = [_bar(turn, highest, min(width // len(shown), 2 * _WIDE)) for turn in shown]
        rows = [Content("").join(bar[row] for bar in bars) for row in range(_ROWS)]
        head = ends(Content.styled("Cost per turn", "$text bold"), f"last {len(shown)}", width)
        return Content("\n").join([head, Content(), *rows, ends(most, mean, width)])


def _bar(turn: Turn, highest: Decimal, pitch: int) -> list[Content]:
    """Return the rows of a bar from the top down; a turn of unknown price has a question mark instead."""
    role = turn.corrected or (turn.decision.role if turn.decision else None)
    colour = role_variable(role) if role else "$text-muted"
    if turn.cost.usd is None:
        return [Content(" " * pitch)] * (_ROWS - 1) + [Content.styled("?".ljust(pitch), "$text-muted")]
    eighths = max(round(8 * _ROWS * turn.cost.usd / highest), 1) if turn.cost.usd else 0
    parts = [min(max(eighths - 8 * row, 0), 8) for row in range(_ROWS - 1, -1, -1)]
    return [Content.styled((_EIGHTHS[part] * (pitch - 1)).ljust(pitch), colour) for part in parts]


class RoleCosts(Widget):
    """What each role cost in the last days, the dearest first."""

    DEFAULT_CSS = "RoleCosts { height: auto; width: 1fr; display: none; }"

    days: reactive[Mapping[str, Mapping[str, Decimal]]] = reactive[Mapping[str, Mapping[str, Decimal]]](
        {}, layout=True
    )
    """By local day and by role, in dollars."""

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Return the rows at that width; Textual would wrap what was made for the width before."""
        return self._content(width).get_height({}, width)

    def render(self) -> Content:
        """Return heading and a row a role."""
        return self._content(self.size.width)

    def _content(self, width: int) -> Content:
        sums: dict[str, Decimal] = {}
        for roles in self.days.values():
            for role, usd in roles.items():
                sums[role] = sums.get(role, Decimal(0)) + usd
        dearest = sorted(sums.items(), key=lambda item: (-item[1], item[0]))[:_ROLES]
        if not dearest or not dearest[0][1]:
            return Content()
        total = Content.styled(money.dollars(sum(sums.values(), Decimal(0))), "$text bold")
        rows = [ends(Content.styled("Last 7 days", "$text bold"), total, width), Content()]
        room = max(width - _ROLE - _AMOUNT, 1)
        for role, usd in dearest:
            colour = role_variable(role)
            eighths = max(round(8 * room * usd / dearest[0][1]), 1) if usd else 0
            bar = "█" * (eighths // 8) + _ACROSS[eighths % 8].strip()
            name = Content.styled(one_line(role), colour).truncate(_ROLE - 1, ellipsis=True, pad=True)
            amount = money.aligned(money.dollars(usd), _AMOUNT)
            rows.append(Content.assemble(name, " ", (bar.ljust(room), colour), (amount, "$body")))
        return Content("\n").join(rows)
