"""The app as plain text: what a reply costs moves in the terminal's title, and no word of it is among the reply's."""

import re
from decimal import Decimal

from tests.sittings.provider import paced
from tests.sittings.screen import read_figure
from tests.sittings.sitting import CONFIG, Sitting

WORDS = "".join(f"word{number:04} " for number in range(90))
TITLE = re.compile(r"\x1b\]2;([^\x07]*)\x07")
FIGURE = re.compile(r"(?:^|(\w+) )([~<]*\$[\d,.]+)")
CONTROL = re.compile(r"\x1b")


def titles(sitting: Sitting) -> list[dict[str, Decimal | None]]:
    """Return the figures of every title there was, by their labels."""
    found = [FIGURE.findall(title) for title in TITLE.findall(sitting.terminal.written.decode())]
    return [{label or "turn": read_figure(sum_).dollars for label, sum_ in each} for each in found]


def asks(sitting: Sitting, **environment: str) -> str:
    """Ask for a reply that takes a while, and return all that was written until its end."""
    sitting.writes_config(CONFIG + "[budget]\nday = 50.0\n")
    sitting.provider.will_say(paced(WORDS, 400))
    sitting.opens("--plain", ready="You:", environment=environment)
    sitting.types("count for me")
    sitting.presses("enter")
    sitting.sees(r"\(ollama/wire, .* s, \$[\d.]+; chat \$[\d.]+, today \$[\d.]+ of \$50\.00\)")
    return sitting.terminal.written.decode()


def test_the_cost_moves_in_the_title_while_words_come(sitting: Sitting):
    written = asks(sitting)
    seen = titles(sitting)
    for label in ("turn", "chat"):
        moved = [figures.get(label) or Decimal(0) for figures in seen]
        assert len(set(moved)) >= 4, label
        assert moved[:-1] == sorted(moved[:-1])
    (call,) = sitting.disk.calls()
    assert call.cost is not None
    assert seen[-1]["turn"] == seen[-1]["chat"] == seen[-1]["today"] == round(call.cost, 2)
    reply = written[written.index("word0000") : written.index("word0089")]
    assert "$" not in TITLE.sub("", reply)
    assert not CONTROL.search(TITLE.sub("", reply))
    sitting.types("/quit")
    sitting.presses("enter")
    sitting.until(lambda: b"\x1b[23;2t" in sitting.terminal.written, "the title of before given back")


def test_a_dumb_terminal_is_told_what_it_cost_at_the_end_and_gets_no_control_character(sitting: Sitting):
    assert not CONTROL.search(asks(sitting, TERM="dumb"))
