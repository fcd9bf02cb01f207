"""A report of what was spent, as the shell and the screen both show it."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from importlib import import_module
from typing import Any, Final, cast

from msgspec import Struct

from mixchat.domain.model import ModelRef
from mixchat.domain.stack import Stack
from mixchat.ledger.dates import EVER, days_meant
from mixchat.ledger.ledger import Ledger
from mixchat.ledger.money import dollars, tally
from mixchat.ledger.reports import NOBODY, By, ReportLine
from mixchat.ledger.savings import Reachable, Saving, anybody, daily_driver, saving, strongest


def draw_bars(names: Sequence[str], heights: Sequence[float], *, title: str, width: int, height: int) -> str:
    """Return a bar for each name, without colours, `width` cells wide and `height` lines high."""
    # The library has no annotations, so nothing is known about what it returns.
    plotext = cast("Any", import_module("plotext"))
    figure = plotext.figure
    figure.clear()
    figure.theme("colorless")
    figure.plot_size(width, height)
    figure.title(title)
    figure.draw(figure.bar(list(names), list(heights), marker="█"))
    return str(plotext.uncolorize(str(figure.build()))).rstrip()


_EIGHTHS: Final = ("", *"▏▎▍▌▋▊▉")


class Report(Struct, frozen=True):
    """All that is shown, in whatever shape."""

    since: str
    """The local day, as an ISO date."""
    total: ReportLine
    lines: tuple[ReportLine, ...]
    saving: Saving | None
    """Against the strongest model that a role asks first; `None` when no price of them is known."""
    beside_daily: Saving | None = None
    """Against the everyday model answering everything, which is what most people without a router do."""


def report(
    ledger: Ledger,
    stack: Stack,
    since: str,
    by: By,
    *,
    against: ModelRef | None = None,
    most: int | None = None,
    reachable: Reachable | None = None,
) -> Report:
    """Return what was spent since then.

    Args:
        ledger: what was spent.
        stack: its strongest model and its everyday one are what routing is compared with.
        since: as a person writes it: a span that ends today, a date, today, yesterday, month or all.
        by: what the lines are summed up by.
        against: another model to compare with.
        most: how many lines at most, the dearest first.
        reachable: whether a provider can be asked; left out, all can.

    Raises:
        ConfigError: `since` is no time.
    """
    reports = ledger.reports
    day, last = days_meant(since, reports.today)
    if day == EVER:
        day = reports.first() or reports.today
    whole = reports.total(day, last)
    near: Reachable = reachable or anybody
    if against is None and whole.calls:
        against = strongest(stack, ledger.prices, near)
    saved = saving(ledger.database, ledger.prices, against, day, last) if against else None
    daily = daily_driver(stack, near) if whole.calls else None
    beside = saving(ledger.database, ledger.prices, daily, day, last) if daily else None
    return Report(day, whole, reports.lines(by, day, last, most=most), saved, beside)


def saved_sentence(saved: Saving | None) -> str:
    """Return what routing saved, and how that is estimated."""
    if saved is None:
        return "The stack's models are free or of unknown price, so nothing can be said about what routing saved."
    if saved.saved is None:
        return f"The price of {saved.ref} is not known, so nothing can be said about what routing saved."
    if not saved.answers:
        return "No answer was routed in this time, so there is nothing that routing could have saved."
    amount = dollars(abs(saved.saved), exact=False)
    verb = "saved" if saved.saved >= 0 else "cost"
    more = "" if saved.saved >= 0 else " more"
    return f"Routing {verb} {amount}{more} beside {saved.ref}. {saved.rule}"


def saved_in_brief(saved: Saving | None) -> str:
    """Return what routing saved in one short sentence; empty where nothing can be said."""
    if saved is None or saved.saved is None or not saved.answers:
        return ""
    amount = dollars(abs(saved.saved), exact=False)
    said = f"Routing saved {amount}" if saved.saved >= 0 else f"Routing cost {amount} more"
    return f"{said} compared with {saved.ref.model} for everything."


def daily_sentence(found: Report) -> str:
    """Return what routing cost or saved beside the everyday model alone; empty where nothing more can be said."""
    beside = found.beside_daily
    if beside is None or beside.saved is None or not beside.answers:
        return ""
    if found.saving is not None and found.saving.ref == beside.ref:
        return ""
    amount = dollars(abs(beside.saved), exact=False)
    word = "less" if beside.saved >= 0 else "more"
    return f"That is {amount} {word} than {beside.ref} answering everything would have cost."


def line_name(key: str, by: str) -> str:
    """Return what a line of the report is called: for calls that have no role or no chat in words."""
    return {"role": "no role (pinned)", "chat": "no chat"}.get(by, key) if key == NOBODY else key


def calls(count: int) -> str:
    """Return a number of calls in words."""
    return f"{count:,} call{'' if count == 1 else 's'}"


def bar(usd: Decimal, most: Decimal, width: int) -> str:
    """Return a bar in eighths of a cell, full at `most`; whatever cost anything has one."""
    if not usd or not most:
        return ""
    eighths = max(int(usd * width * 8 / most), 1)
    return "█" * (eighths // 8) + _EIGHTHS[eighths % 8]


def chat_titles(ledger: Ledger) -> dict[str, str]:
    """Return what the chats are called, by id; a deleted one has no title, though what it cost stays."""
    rows = ledger.database.connection.execute(
        "SELECT id, title FROM chats WHERE deleted IS NULL AND title <> ''"
    )
    return dict(tuple(row) for row in rows)


def plot_days(ledger: Ledger, since: str, *, width: int, height: int) -> str:
    """Return dollars by day from `since` (an ISO date) to today, days without a call included, as a picture."""
    reports = ledger.reports
    spent = {line.key: line.usd for line in reports.lines("day", since, reports.today)}
    first, last = date.fromisoformat(since), date.fromisoformat(reports.today)
    days = [(first + timedelta(days=number)).isoformat() for number in range(max((last - first).days, 0) + 1)]
    return draw_bars(
        days,
        [float(spent.get(day, 0)) for day in days],
        title=f"{tally(reports.total(since, reports.today).tally, 'call')} since {since}",
        width=width,
        height=height,
    )
