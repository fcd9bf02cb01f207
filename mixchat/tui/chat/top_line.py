"""The first line where there is no side panel: what the newest turn does, and what it all costs."""

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from mixchat.ledger import money
from mixchat.tui.panel.tracker import SpendingState, state_of

_GAP = "   "


class TopLine(Widget):
    """One row, in the order of the panel; what there is no room for goes from its end."""

    DEFAULT_CSS = "TopLine { height: 1; display: none; }"

    spending: reactive[SpendingState] = reactive(SpendingState())
    resting: reactive[str] = reactive("")
    """Which models rest, in a few words."""

    def render(self) -> Content:
        """Return the row."""
        width, spending = self.size.width, self.spending
        left = state_of(spending)
        if spending.beside:
            left = Content.assemble(left, "  ", (spending.beside, "$text-muted"))
        if spending.newest is not None:
            left = Content.assemble(left, _GAP, (spending.amount, "$text bold"))
        sums = self._sums() if spending.spent or not spending.missing else []
        while sums and left.cell_length + 2 + Content(_GAP).join(sums).cell_length > width:
            sums.pop()
        right = Content(_GAP).join(sums)
        left = left.truncate(max(width - right.cell_length - 1, 0), ellipsis=True)
        return Content.assemble(left, " " * max(width - left.cell_length - right.cell_length, 0), right)

    def _sums(self) -> list[Content]:
        spending = self.spending
        said = [
            Content.assemble(
                (f"{span.name} ", "$text-muted"),
                (money.tally(span.total), "$text"),
                (f" of {money.dollars(span.limit)}", "$warning")
                if span.limit is not None and span.near
                else "",
            )
            for span in spending.spans
            if span.name != "month" or span.near
        ]
        if spending.context is not None:
            share = f"{spending.context.share:.0%}".replace("%", " %")
            said.append(Content.assemble(("ctx ", "$text-muted"), (share, "$text")))
        if self.resting:
            said.append(Content.styled(self.resting, "$text-muted"))
        return said
