"""A long reply calls back a person who looks elsewhere, and nobody else."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from mixchat.domain.model import ModelRef
from mixchat.domain.turn import Attempt, Outcome, Turn
from mixchat.domain.usage import Cost
from mixchat.tui.terminal.notifications import ReplyNotifier


def turn(seconds: float, outcome: Outcome = Outcome.COMPLETE) -> Turn:
    attempt = Attempt(ref=ModelRef("a", "plain\x07"), started=0.0, ended=seconds, cost=Cost(Decimal(0)))
    return Turn(id="t", chat="c", created=datetime.now(UTC), prompt="?", attempts=(attempt,), outcome=outcome)


class Terminal:
    """Writes down what it is told."""

    def __init__(self, told: list[str], app_focus: bool) -> None:
        self.told = told
        self.app_focus = app_focus

    def write_to_terminal(self, sequence: str) -> None:
        self.told.append(sequence)

    def bell(self) -> None:
        self.told.append("\x07")


@pytest.mark.parametrize(
    ("seconds", "outcome", "looked_at", "called"),
    [
        (30.0, Outcome.COMPLETE, False, True),
        (30.0, Outcome.FAILED, False, True),
        (30.0, Outcome.COMPLETE, True, False),
        (3.0, Outcome.COMPLETE, False, False),
        (30.0, Outcome.STOPPED, False, False),
    ],
)
def test_a_long_reply_calls_only_who_looks_elsewhere(
    seconds: float, outcome: Outcome, looked_at: bool, called: bool, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.delenv("TMUX", raising=False)
    told: list[str] = []
    ReplyNotifier(Terminal(told, looked_at)).settle(turn(seconds, outcome))
    assert bool(told) is called
    if called:
        assert told[0].startswith("\x1b]9;The reply of plain")
        assert told[0].count("\x07") == 1
