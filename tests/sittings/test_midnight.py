"""At midnight a new day begins on the screen, without a key."""

import shutil
import time

from tests.sittings.screen import Screen
from tests.sittings.sitting import CONFIG, Sitting

MOST = 5
"""Starts that may come too late on a busy machine, each with twice the time of the one before."""
LEAD = 4.0
"""Seconds before midnight at which the first of them begins."""


def zone(midnight_in: float) -> str:
    """Return a time zone, as POSIX writes one, in which a day begins so many seconds from now."""
    west = int((time.time() + midnight_in) % 86_400)
    if west > 43_200:
        west -= 86_400
    sign, away = ("-", -west) if west < 0 else ("", west)
    return f"<own>{sign}{away // 3600:02}:{away // 60 % 60:02}:{away % 60:02}"


def bar(screen: Screen) -> list[str]:
    """Return the colours of the cells of the day's bar."""
    row = next(at for at, text in enumerate(screen.rows) if "Today" in text)
    cells = (screen.cell(column, row) for column in range(screen.panel_left, screen.size[0]))
    return [cell.foreground for cell in cells if cell.character in "━╸"]


def spends_before_midnight(sitting: Sitting) -> None:
    """Open the app shortly before midnight, and have it spend something before that."""
    for attempt in range(MOST):
        lead = LEAD * 2**attempt
        midnight = time.time() + lead
        sitting.opens(environment={"TZ": zone(lead)})
        sitting.says("a chat about cats")
        sitting.sees(r"Chat +\$4\.0")
        if time.time() < midnight - 1:
            return
        sitting.quits()
        shutil.rmtree(sitting.home / "data")
    raise AssertionError("this machine is too slow to spend anything before midnight")


def test_the_day_and_its_budget_begin_anew_at_midnight(sitting: Sitting):
    sitting.writes_config(CONFIG + "[budget]\nday = 14.0\n")
    sitting.provider.will_say("word " * 200)
    spends_before_midnight(sitting)
    spent = sitting.sees(r"Today +\$4\.0\d +of \$14\.00 ━")
    anew = sitting.sees(r"Today +\$0\.0000 +of \$14\.00 ━", within=LEAD * 2**MOST)
    assert anew.has(r"Chat +\$4\.0")
    assert len(set(bar(spent))) == 2, "part of the budget is used"
    assert len(set(bar(anew))) == 1, "none of it is"
