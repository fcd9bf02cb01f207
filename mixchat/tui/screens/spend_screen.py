"""What was spent: by model, role, provider, chat or day, since any day, with what routing saved."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Input, Static

from mixchat.domain.errors import ConfigError
from mixchat.domain.plain_text import one_line
from mixchat.ledger import money
from mixchat.ledger.dates import days_meant
from mixchat.ledger.reports import BY, By, ReportLine
from mixchat.ledger.spend_report import (
    Report,
    bar,
    calls,
    chat_titles,
    daily_sentence,
    line_name,
    report,
    saved_in_brief,
    saved_sentence,
)
from mixchat.tui.panel.cost_figure import cost_figure
from mixchat.tui.screens.list_screen import FilterListScreen, FootLine
from mixchat.tui.screens.row_list import ListRow, RowList
from mixchat.tui.screens.spend_plot import plot
from mixchat.tui.screens.value_prompt import ValuePrompt
from mixchat.tui.terminal.ordered_keys import OrderedInput
from mixchat.tui.themes import role_variable
from mixchat.tui.widgets.picker import Picker, PickerEntry

if TYPE_CHECKING:
    from mixchat.runtime.runtime import Runtime

_MOST: Final = 1000
"""Lines that are shown at most, the dearest first."""
_SPANS: Final = ("today", "7d", "30d", "month", "1y", "all")
_PLOT: Final = 18
"""Rows that the days take at most."""
_TALL: Final = 30
"""Rows of a screen from which there is room for the large sum and the days."""
_BY_ROLE: Final = "role"


class SpendScreen(FilterListScreen[str | None]):
    """Sums over the ledger. Enter on a chat opens it: the chat's id is what the screen returns."""

    HEADING = "Spending"
    EMPTY = "Nothing was spent in this time."
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "by(1)", "group by", priority=True, id="spend.by"),
        Binding(
            "shift+tab",
            "by(-1)",
            show=False,
            priority=True,
            tooltip="group by the one before",
            id="spend.by-back",
        ),
        Binding("ctrl+t", "since", "period", priority=True, id="spend.since"),
        Binding(
            "ctrl+g", "plot", "plot", priority=True, tooltip="dollars by day, as a picture", id="spend.plot"
        ),
        Binding("enter", "open", "open the chat", priority=True, id="spend.open"),
    ]

    def __init__(self, runtime: "Runtime") -> None:
        super().__init__()
        self._runtime = runtime
        self._by: By = "role"
        self._since = "30d"
        self._report: Report | None = None
        self._plotted = True

    def compose(self) -> ComposeResult:
        """Lay out the sum, the days, the filter, the lines and the keys."""
        with Vertical(id="page"):
            with Horizontal(id="page-head"):
                yield Static(self.HEADING, id="page-title", markup=False)
                yield Static("", id="page-aside", markup=False)
            yield Static("", id="spend-sum", markup=False)
            yield Static("", id="spend-plot", markup=False)
            yield OrderedInput(placeholder=self.PLACEHOLDER, compact=True, id="page-filter")
            yield RowList(empty=self.EMPTY, id="page-rows")
            yield Static("", id="page-detail", markup=False)
        yield FootLine()

    def on_mount(self) -> None:
        """Read the ledger."""
        self._read()

    def _read(self) -> None:
        self._report = report(
            self._runtime.storage.ledger,
            self._runtime.routing.stack,
            self._since,
            self._by,
            most=_MOST,
            reachable=self._runtime.settings.providers.reachable,
        )
        self.query_one("#page-filter", Input).placeholder = f"By {self._by}. Type to search"
        self._update_sum(self._report)
        self._draw(self._report)

    def _update_sum(self, found: Report) -> None:
        self.update_aside(f"since {found.since} · by {self._by}")

    def _draw(self, found: Report) -> None:
        """Show the sum in large, and the days where there is room for them."""
        height, width = self.size.height, max(self.size.width - 4, 20)
        total = found.total.tally
        words = [
            f"{calls(found.total.calls)}, {_average(found)} on average" if total.calls else "",
            saved_in_brief(found.saving),
        ]
        said = [Content.styled(sentence, "$body") for sentence in words if sentence]
        if height < _TALL:
            first = Content.assemble((money.tally(total), "$text bold"), "  ", said[0] if said else "")
            self._show_sum([first, *said[1:2]])
        else:
            figure = cost_figure(money.aligned(money.tally(total).partition(" ")[0], 0))
            figure[2] += Content.styled(" + ?" if total.unknown else "", "$text-muted")
            left = max(row.cell_length for row in figure) + 3
            said += [Content()] * (3 - len(said))
            self._show_sum(
                [
                    row.pad_right(left - row.cell_length) + words
                    for row, words in zip(figure, said[:3], strict=True)
                ]
            )
        plotted = self.query_one("#spend-plot", Static)
        plotted.display = self._plotted and height >= _TALL and bool(total.calls)
        if plotted.display:
            reports = self._runtime.storage.ledger.reports
            days = reports.roles_by_day(found.since, reports.today)
            first, last = date.fromisoformat(found.since), date.fromisoformat(reports.today)
            plotted.update(plot(days, first, last, width, min(_PLOT, height // 3)))
        self.update_detail("")

    def _show_sum(self, rows: Sequence[Content]) -> None:
        width = max(self.size.width - 4, 20)
        self.query_one("#spend-sum", Static).update(
            Content("\n").join(row.truncate(width, ellipsis=True) for row in rows)
        )

    def on_resize(self) -> None:
        """Draw the days as wide as there is room."""
        if self._report is not None:
            self._draw(self._report)

    def help_notes(self) -> Sequence[str]:
        """Return how what routing saved is counted."""
        found = self._report
        return (saved_sentence(found.saving), daily_sentence(found)) if found is not None else ()

    def fill(self, words: str) -> None:
        """Show the lines that fit."""
        if self._report is None:
            return
        titles = chat_titles(self._runtime.storage.ledger) if self._by == "chat" else {}
        named = [
            (line, one_line(titles.get(line.key, line_name(line.key, self._by))))
            for line in self._report.lines
        ]
        wanted = words.casefold()
        lines = [(line, name) for line, name in named if wanted in name.casefold()]
        most = max((line.usd for line, _ in lines), default=Decimal(0))
        self.rows.update_rows(
            [self._row(line, name, most) for line, name in lines], self.rows.highlighted, empty=self.EMPTY
        )

    def _row(self, line: ReportLine, name: str, most: Decimal) -> ListRow:
        return ListRow(line.key, lambda width: spend_line(line, name, most, width, by=self._by))

    def row_selected(self, value: str) -> None:
        """Open the chat."""
        self.action_open()

    def action_open(self) -> None:
        """Open the highlighted chat."""
        if self._by == "chat" and self.rows.highlighted in self._known():
            self.dismiss(self.rows.highlighted)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer to open something only where the lines are chats."""
        return action != "open" or self._by == "chat"

    def _known(self) -> Mapping[str, str]:
        return chat_titles(self._runtime.storage.ledger)

    def action_by(self, step: int) -> None:
        """Sum up by the next thing."""
        self._by = BY[(BY.index(self._by) + step) % len(BY)]
        self._read()
        self.refill()
        self.refresh_bindings()

    def action_plot(self) -> None:
        """Show the days as a picture, or hide it."""
        self._plotted = not self._plotted
        if self._report is not None:
            self._draw(self._report)

    def action_since(self) -> None:
        """Choose the day that the sums begin with."""

        def chosen(span: str | None) -> None:
            if span == "":
                self.above.push_screen(
                    ValuePrompt("Since when?", self._since, help=_HELP, check=self._check), written
                )
            else:
                written(span)

        def written(span: str | None) -> None:
            if span:
                self._since = span
                self._read()
                self.refill()

        entries = [*(PickerEntry(span, span) for span in _SPANS), PickerEntry("", "another day …")]
        self.above.push_screen(Picker("Since when?", entries, highlighted=self._since), chosen)

    def _check(self, text: str) -> None:
        try:
            days_meant(text, self._runtime.storage.ledger.reports.today)
        except ConfigError as error:
            raise ConfigError(str(error).removeprefix("--since ")) from None


_HELP: Final = "A date such as 2026-11-16, or a span such as 7d, 2w, 3m or 1y; its last day is today."


def spend_line(line: ReportLine, name: str, most: Decimal, width: int, *, by: By) -> Content:
    """Return one line of the report: name, bar, dollars, and where there is room calls and tokens."""
    counts = (
        f"{calls(line.calls):>13}{line.input:>14,} in{line.output:>12,} out"
        if width >= 96
        else f"{calls(line.calls):>12}"
    )
    across = max((width - len(counts) - 16) // 3, 6)
    room = max(width - len(counts) - 16 - across, 10)
    colour = role_variable(line.key) if by == _BY_ROLE else "$track"
    return Content.assemble(
        ("▌ " if by == _BY_ROLE else "", colour),
        Content.styled(name, colour if by == _BY_ROLE else "$text").truncate(
            room - 2 - 2 * (by == _BY_ROLE), ellipsis=True, pad=True
        ),
        "  ",
        (bar(line.usd, most, across).ljust(across), colour),
        (money.aligned(money.tally(line.tally), 16), "$text"),
        (counts, "$text-muted"),
    )


def _average(found: Report) -> str:
    total = found.total
    known = total.calls - total.unknown
    return money.dollars(total.usd / known if known else None, exact=not total.estimated)
