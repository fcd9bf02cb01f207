"""A budget is listed, set, said to stop everything where it does, and removed without a trace."""

from tests.sittings.sitting import Sitting


def test_a_budget_is_listed_set_to_nothing_and_taken_away(sitting: Sitting):
    sitting.opens()
    sitting.sends("/budget")
    sitting.sees("There is no budget")
    before = sitting.config
    sitting.sends("/budget day 10")
    sitting.sees(r"A day may cost \$10\.00")
    sitting.says("hello there, how are you?")
    sitting.sends("/budget")
    sitting.sees(r"day: \$0\.0\d+ of \$10\.00 used")
    sitting.sends("/budget day 0")
    sitting.sees("A day may cost nothing")
    sitting.sends("/budget day off")
    sitting.sees("A day has no limit any more")
    sitting.until(lambda: sitting.config.strip() == before.strip(), "the file as it was")
    sitting.says("and now?")
    sitting.quits()
