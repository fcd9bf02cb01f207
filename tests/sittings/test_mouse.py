"""The mouse over a conversation: what is selected, what is clicked, and what is neither."""

import time

import pytest

from tests.sittings.provider import paced
from tests.sittings.sitting import Sitting

SECRET = "AKIA" + "Q7ZL4XWV2N5RTKJD"
ADDRESS = "https://docs.example.com/page_(one)"
REPLY = f"""Behold the well-known word here, and [the manual]({ADDRESS}) as well.

This paragraph is so long that it has to be wrapped in a terminal of a hundred and twenty columns with a side panel.

```python
if x:
\tgo(1)
```

The ratio $\\frac{{a}}{{b}}$ is 完了。 Next."""
FIRST = "Behold the well-known word here, and the manual as well."


@pytest.fixture
def shown(sitting: Sitting) -> Sitting:
    """A conversation with everything in it that a mouse may meet."""
    sitting.provider.will_say(REPLY)
    sitting.opens()
    sitting.says("Show me.")
    return sitting


def copies(sitting: Sitting, text: str) -> None:
    """Wait until a text was copied."""
    sitting.until(
        lambda: sitting.terminal.clipboard == text,
        f"{text!r} copied, not {sitting.terminal.clipboard!r}",
    )


def test_two_clicks_select_a_word_and_three_a_line(shown: Sitting):
    column, row = shown.place_of("well-known")
    shown.clicks(column + 2, row, times=2)
    copies(shown, "well-known")
    shown.clicks(*shown.place_of("as well"), times=3)
    copies(shown, FIRST)
    column, row = shown.place_of("paragraph is so")
    shown.clicks(column, row, times=3)
    copies(shown, REPLY.split("\n")[2])
    shown.clicks(*shown.place_of("a/b"), times=2)
    copies(shown, "$\\frac{a}{b}$")


def test_a_drag_selects_the_conversation_and_is_no_click(shown: Sitting):
    begin, (_, end) = shown.place_of("if x:"), shown.place_of("Next.")
    for beyond in ((118, end), (100, 39)):  # over the panel, and down to the last line of the screen
        shown.presses("escape")
        shown.drags(begin, beyond)
        copies(shown, "if x:\n\tgo(1)\n\nThe ratio $\\frac{a}{b}$ is 完了。 Next.")
    column, row = shown.place_of("the manual")
    shown.drags((column, row), (column + 2, row))
    copies(shown, "the")
    for button in (1, 2):  # middle and right
        shown.clicks(column, row, button=button)
        shown.clicks(12, 39, button=button)
    shown.clicks(column, row)
    copies(shown, ADDRESS)
    assert shown.terminal.written.count(b"\x1b]52;") == 4
    shown.quits()


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
def test_scrolling_keys_move_the_conversation_from_an_empty_prompt(sitting: Sitting, size: tuple[int, int]):
    sitting.provider.will_say("\n\n".join(f"Paragraph {number:03}." for number in range(80)))
    sitting.opens(size=size)
    sitting.says("Much, please.")
    sitting.sees("Paragraph 079")
    sitting.presses("pageup")
    sitting.sees_no_more("Paragraph 079")
    sitting.presses("home")
    sitting.sees("Paragraph 000")
    sitting.presses("pagedown")
    sitting.sees_no_more("Paragraph 000")
    sitting.presses("end")
    sitting.sees("Paragraph 079")
    sitting.types("words")
    sitting.presses("home")
    sitting.types("more ")
    sitting.until(lambda: sitting.screen.composer == "more words", "Home in what is written")
    sitting.sees("Paragraph 079")


def test_keys_that_are_written_on_the_screen_can_be_clicked(sitting: Sitting):
    sitting.has_a_cloud_model()
    sitting.opens()
    for words, shows in (("commands", "ype to search"), ("help", "Writing")):
        sitting.clicks(*sitting.place_of(words))
        sitting.sees(shows)
        sitting.presses("escape")
        sitting.sees_no_more(shows)
    sitting.sends(f"deploy with {SECRET} please")
    place = sitting.place_of("Send anyway")
    time.sleep(0.6)  # what is typed on the run is no answer
    sitting.clicks(*place)
    sitting.until(
        lambda: [turn.outcome for turn in sitting.disk.turns()] == ["complete"],
        "the message answered after all",
    )
    sitting.provider.will_say(paced("one two three " * 60, characters=60))
    sitting.sends("count")
    sitting.sees("two")
    sitting.clicks(*sitting.place_of("esc stop"))
    sitting.sees("stopped")
