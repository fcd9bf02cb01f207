"""The figures of a reply under way: on the screen and on disk they move with the words."""

import json
import re
import time
from decimal import Decimal
from itertools import pairwise

import pytest
from msgspec import Struct

from tests.sittings.provider import paced
from tests.sittings.sitting import Sitting
from tests.wires.script import Reply, Silence

WORDS = "".join(f"word{number:04} " for number in range(600))
PACE = 200
"""Characters a second."""
MARKS = (1.0, 2.0, 3.0)
WINDOW = 0.5
"""Seconds in which figure and words are looked at: they need not be painted in the same frame."""
NOTED_EVERY = 2.5
"""Seconds after which a call under way is on disk again, at most."""
LAG = 11
"""Words that come in half a second: on a busy machine what is on disk or written is painted that much later."""
CLOSE = Decimal("0.05")
LABELS = ("chat", "today")
CONFIG = """
stack = "sitting"
[providers.work]
base_url = "{url}/v1"
[prices."{model}"]
input = 1000.0
output = 20000.0
"""


class Look(Struct, frozen=True):
    """What stood on the screen at one moment."""

    at: float
    """Seconds since the epoch."""
    words: int
    figures: dict[str, Decimal]


def look(sitting: Sitting) -> Look:
    """Read the last word that is painted, and the sums beside it."""
    at, screen = time.time(), sitting.screen
    words = [int(number) for number in re.findall(r"word(\d{4})\b", screen.conversation)]
    figures = {label: screen.figure(label).dollars or Decimal(0) for label in LABELS}
    return Look(at, max(words, default=-1) + 1, figures)


def watched(sitting: Sitting, since: float, mark: float) -> list[Look]:
    """Wait for the mark and look for a while."""
    time.sleep(max(0.0, since + mark - time.time()))
    looks: list[Look] = []
    until = time.time() + WINDOW  # of its own: on a busy machine the mark may be past
    while time.time() < until or not looks:
        looks.append(look(sitting))
        time.sleep(0.04)
    return looks


def begins(sitting: Sitting, model: str) -> float:
    """Ask for a slow reply and return when its first words showed."""
    sitting.writes_config(CONFIG.format(url=sitting.provider.url, model=model))
    sitting.writes_stack(f'[roles.daily-driver]\nmodels = ["{model}"]\n')
    sitting.provider.will_say(paced(WORDS, PACE))
    sitting.opens(environment={"WORK_API_KEY": "nobody's"})
    sitting.sends("count for me")
    sitting.sees("word0001")
    return time.time()


def is_close(figure: Decimal, read: Decimal, words: int, a_word: Decimal) -> bool:
    """Whether a figure is what the words cost that are painted, or were a moment before."""
    least = read + max(words - LAG, 0) * a_word
    return least * (1 - CLOSE) <= figure <= (read + words * a_word) * (1 + CLOSE)


@pytest.mark.parametrize(
    "model", ["anthropic/wire", "openai/wire", "google/wire", "work/wire", "ollama/wire"]
)
def test_the_live_cost_moves_with_the_words(sitting: Sitting, model: str):
    began = begins(sitting, model)
    windows = [watched(sitting, began, mark) for mark in MARKS]
    sitting.presses("escape")
    # The call is written first: until the turn is, its reply there is the one of the last second.
    sitting.until(lambda: sitting.disk.turns()[-1].outcome == "stopped", "the stopped turn on disk")
    (call,) = sitting.disk.calls()
    (turn,) = sitting.disk.turns()
    assert call.cost is not None
    read = Decimal(call.input or 0) / 1_000
    a_word = (call.cost - read) / Decimal(len(turn.reply) / len("word0000 "))
    for label in LABELS:
        seen = [[(each.figures[label], each.words) for each in looks] for looks in windows]
        for mark, pairs in zip(MARKS, seen, strict=True):
            assert any(is_close(figure, read, words, a_word) for figure, words in pairs), (
                f"{label} at {mark} s: {pairs}"
            )
        for pairs, later in pairwise(seen):
            assert pairs[0][0] < later[-1][0], label
    settled = round(call.cost, 2)
    sitting.until(lambda: sitting.screen.figure("chat").dollars == settled, "the chat's final sum")
    sitting.sees(r"Tokens .* · ~?[\d,.]+k? out")  # told by the provider, or counted on the screen
    sitting.sees(r"\d tokens$")


def test_what_a_reply_costs_so_far_is_on_disk_and_charged_after_a_power_cut(sitting: Sitting):
    began = begins(sitting, "anthropic/wire")
    noted: list[Decimal] = []
    for mark in MARKS:
        watched(sitting, began, mark)
        (call,) = sitting.disk.open_calls()
        assert time.time() - call.noted < NOTED_EVERY
        noted.append(Decimal(call.usage.get("output") or 0) / 50)
    sitting.is_killed()
    last = look(sitting)  # what was painted last
    assert 0 < noted[0] <= noted[1] <= noted[2]
    assert noted[0] < noted[2]
    spent = sitting.runs("mixchat spend --json")
    assert spent.returncode == 0, spent.stderr
    total = Decimal(json.loads(spent.stdout)["total_usd"])
    before = last.figures["chat"] * (1 - Decimal(NOTED_EVERY) / Decimal(last.at - began))
    unpainted = last.figures["chat"] * LAG / last.words
    assert before * (1 - CLOSE) < total <= (last.figures["chat"] + unpainted) * (1 + CLOSE)


@pytest.mark.parametrize("model", ["anthropic/claude-sonnet-5-5", "openai/gpt-5.5"])
def test_what_is_written_right_after_the_start_has_a_price_although_every_address_is_of_this_machine(
    sitting: Sitting, model: str
):
    sitting.writes_config('stack = "sitting"\n')
    sitting.writes_stack(f'[roles.daily-driver]\nmodels = ["{model}"]\n')
    sitting.opens()
    sitting.types("why is the sky blue?")
    assert "$" in sitting.sees(r"~\$0\.\d").row_with("daily-driver  ")


def test_a_continued_reply_tells_the_tokens_of_all_its_calls_as_the_ledger_has_them(sitting: Sitting):
    sitting.provider.will_say(paced("Word after word comes along. " * 200, 200), "And that is all.")
    sitting.opens()
    sitting.sends("tell me a long story")
    sitting.sees("Word after word comes along. Word")
    sitting.presses("escape")
    sitting.sees("stopped")
    sitting.until(lambda: len(sitting.disk.calls()) == 1, "the stopped call in the ledger")
    sitting.sees(f"~{sitting.disk.calls()[0].output} out")
    sitting.presses("f6")
    sitting.sees("And that is all")
    sitting.until(lambda: len(sitting.disk.calls()) == 2, "the second call in the ledger")
    read, written = (
        sum(getattr(call, way) or 0 for call in sitting.disk.calls()) for way in ("input", "output")
    )
    sitting.sees(f"~{read} in · ~{written} out")
    sitting.sees(f"~{written} tokens")


def test_only_what_was_not_counted_is_marked_as_an_estimate(sitting: Sitting):
    sitting.writes_stack('[roles.daily-driver]\nmodels = ["ollama/wire", "ollama/spare"]\n')
    sitting.provider.will_say(Silence())
    sitting.provider.will_say(Reply("The spare one answers.", input=10, output=4), model="spare")
    sitting.opens()
    sitting.sends("who is there?")
    sitting.sees("tab ask spare now")
    sitting.presses("tab")
    sitting.sees("The spare one answers")
    sitting.until(lambda: len(sitting.disk.calls()) == 2, "both calls in the ledger")
    sitting.sees(rf"~{sum(call.input or 0 for call in sitting.disk.calls())} in · 4 out")
