"""The days of the spending screen: bars of roles that add up."""

from datetime import date
from decimal import Decimal

from mixchat.tui.screens.spend_plot import plot

DAYS = {
    "2026-11-01": {"coding": Decimal("0.6"), "research": Decimal("0.3"), "daily-driver": Decimal("0.1")},
    "2026-11-02": {"quick": Decimal("0.001")},
}


def test_the_highest_bar_fills_its_share_and_the_least_has_a_sliver():
    rows = str(plot(DAYS, date(2026, 11, 1), date(2026, 11, 2), 30, 11)).splitlines()
    assert len(rows) == 9, "the steps of the axis are whole ones"
    assert "█" in rows[0]
    assert "$0.0000" in rows[7]
    assert "▁" in rows[7]
    assert rows[8].split() == ["2"]


def test_a_year_has_no_more_columns_than_there_is_room_for():
    rows = str(plot(DAYS, date(2025, 12, 1), date(2026, 11, 30), 60, 8)).splitlines()
    assert max(map(len, rows)) <= 62


def test_no_day_is_no_bar():
    assert "█" not in str(plot({}, date(2026, 11, 1), date(2026, 11, 2), 40, 8))


def test_blue_and_sky_never_touch():
    styles = [str(span.style) for span in plot(DAYS, date(2026, 11, 1), date(2026, 11, 1), 30, 11).spans]
    bar = [style.split()[0] for style in styles if "$role" in style]
    order = list(dict.fromkeys(bar))
    assert order == ["$role-research", "$role-coding", "$role-daily-driver"]
