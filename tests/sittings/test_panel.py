"""The side panel after one, five and thirty turns, in terminals of three sizes."""

import pytest

from tests.sittings.sitting import Sitting
from tests.wires.script import Reply
from tests.wires.server import Seen

SIZES = ((80, 24), (120, 40), (200, 60))
NARROW = SIZES[0]
SEEN_AT_LEAST = 8
"""Rows of the list that a long chat has in sight where the panel has room."""


def answers(sitting: Sitting) -> None:
    """Have every turn cost two cents more than the one before it, from $1.12."""

    def reply(_: Seen) -> Reply:
        turn = len(sitting.provider.requests)
        return Reply(f"Answer {turn} is here.", input=100, output=50 + turn)

    sitting.provider.answers(reply)


def costs(turns: int) -> list[str]:
    return [f"${(100 + 20 * (50 + turn)) / 1_000:.2f}" for turn in range(1, turns + 1)]


def sums_up(turns: int) -> str:
    return f"${sum(100 + 20 * (50 + turn) for turn in range(1, turns + 1)) / 1_000:.2f}"


def shows(sitting: Sitting, turns: int) -> None:
    """Check what a terminal of this size shows of a chat with so many turns."""
    chat = rf"(?i)chat\s+\{sums_up(turns)}(\s|$)"
    sitting.sees(chat)
    sitting.sees(f"Answer {turns} is here")
    if sitting.screen.size == NARROW:
        sitting.sees(rf"(?i)today\s+\{sums_up(turns)}(\s|$)")
        return

    def newest() -> bool:
        rows = [row.split()[-1] for row in sitting.screen.turn_rows]
        return len(rows) >= min(turns, SEEN_AT_LEAST) and rows == costs(turns)[-len(rows) :]

    sitting.until(newest, f"the newest of {turns} turns with whole costs, {costs(turns)[-3:]}")


@pytest.mark.parametrize("turns", [1, 5])
def test_the_panel_lists_every_turn_with_its_cost(sitting: Sitting, turns: int):
    answers(sitting)
    sitting.opens(size=SIZES[-1])
    for number in range(1, turns + 1):
        sitting.says(f"prompt {number}")
    for size in SIZES:
        sitting.terminal.change_size(*size)
        shows(sitting, turns)


def test_a_long_chat_keeps_its_newest_turns_in_sight(sitting: Sitting):
    answers(sitting)
    sitting.opens(size=(120, 40))
    for number in range(1, 31):
        sitting.says(f"prompt {number}")
    for size in SIZES:
        sitting.terminal.change_size(*size)
        shows(sitting, 30)
    sitting.quits()
    sitting.opens("-c", size=(120, 40), ready="Answer 30 is here")
    shows(sitting, 30)
