from collections.abc import Callable

import pytest
from msgspec import structs
from textual.pilot import Pilot

from mixchat.domain.errors import Failure
from mixchat.domain.events import AttemptStarted, Routed, TextDelta
from mixchat.domain.stack import Slot
from mixchat.domain.turn import Citation, FileRef, Outcome, Seam
from tests.tui.transcript.scene import (
    FLASH,
    SONNET,
    LiveScene,
    Stage,
    attempt,
    decided,
    opened,
    settled,
    turn,
)

SIZES = pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])

MARKDOWN = """\
# Caching
A *cache* keeps what was **expensive**; see [the docs](https://docs.python.org/3/). Use `lru_cache`, ~~not globals~~.

1. Measure first[^1]
2. Add the cache
   - bounded, see `maxsize`
- [x] write the test
- [ ] remove the old path

```python
@lru_cache(maxsize=256)
def fib(n: int) -> int:
    return n if n < 2 else fib(n - 1) + fib(n - 2)  # linear now
```

| Approach | Time | Notes |
|:--|--:|---|
| naive | 1.2 s | exponential, falls over at about forty because every call makes two more |
| 表 | 12 | 日本語のテキストも正しく折り返されます |

> Measure, then cut.

The sum is $\\sum_{i=0}^{n} x_i^2 * y_i$.
"""


SnapCompare = Callable[..., bool]


def stage(pilot: Pilot[None]) -> Stage:
    assert isinstance(pilot.app, Stage)
    return pilot.app


@SIZES
def test_markdown(snap_compare: SnapCompare, size: tuple[int, int]):
    shown = structs.replace(
        turn("a", "How do I cache a recursive function?\nBriefly.", MARKDOWN),
        files=(FileRef("src/fib.py", "text/plain", 1240),), thinking="They want a cache.",
    )  # fmt: skip

    async def before(pilot: Pilot[None]) -> None:
        stage(pilot).transcript.jump("a")
        await settled(pilot)

    assert snap_compare(Stage([shown]), terminal_size=size, run_before=before)


@SIZES
def test_how_turns_end(snap_compare: SnapCompare, size: tuple[int, int]):
    overloaded = Failure("overloaded", "The provider is overloaded.", SONNET)
    cut = Failure("interrupted", "The connection to Anthropic broke after 34 words.", SONNET)
    turns = [
        structs.replace(
            turn("a", "Who won?", "X won [1], by a landslide [2].", "research"),
            citations=(Citation("https://a.example/1", "Election night"), Citation("https://b.example/long/path")),
            attempts=(attempt(SONNET, 0.2, "0", first=None, failure=overloaded), attempt(FLASH, 2.2, "0.004")),
        ),
        structs.replace(turn("b", "A story", "Once upon a time", "creative"), outcome=Outcome.FAILED, failure=cut),
        structs.replace(
            turn("c", "Go on", "First half.\n\nSecond half.", "heavy-lifting"),
            seams=(Seam(13, FLASH, "cut off"),), attempts=(attempt(FLASH, 4.0, None),), plan="1. do it",
        ),
        structs.replace(turn("d", "Stop", "I was", "quick"), outcome=Outcome.STOPPED,
                        attempts=(attempt(FLASH, 1.0, "0.0002", exact=False),)),
    ]  # fmt: skip
    assert snap_compare(Stage(turns), terminal_size=size, run_before=settled)


@SIZES
def test_seams_in_the_middle_of_things(snap_compare: SnapCompare, size: tuple[int, int]):
    replies = (
        "A cache keeps what was expensive to compute, so that asking again costs nothing. It is bounded, ¦or it is"
        " a leak: decide what goes first.",
        "```python\ndef fib(n):\n    if n < 2:\n        return n¦\n    return fib(n - 1) + fib(n - 2)\n```\n",
        "1. Measure first\n2. Add the ca¦che\n   - bounded\n",
    )
    turns = [
        structs.replace(
            turn(str(at), "Go on", reply.replace("¦", "")), seams=(Seam(reply.index("¦"), FLASH, "cut off"),)
        )
        for at, reply in enumerate(replies)
    ]  # fmt: skip
    assert snap_compare(Stage(turns), terminal_size=size, run_before=settled)


@SIZES
def test_a_reader_elsewhere_while_text_comes(snap_compare: SnapCompare, size: tuple[int, int]):
    async def before(pilot: Pilot[None]) -> None:
        pane = stage(pilot).transcript
        live = LiveScene(pane, opened("live", "And then?"))
        live.show(Routed(decided("coding")))
        live.show(AttemptStarted(Slot(SONNET), 1))
        live.show(TextDelta("words\n\n" * 40))
        await settled(pilot)
        pane.move_turn(-1)
        live.show(TextDelta("more\n\n"))
        await settled(pilot)

    turns = [turn(str(at), f"prompt {at}", "A reply of some length. " * 9, "daily-driver") for at in range(5)]
    assert snap_compare(Stage(turns), terminal_size=size, run_before=before)


def test_a_light_theme(snap_compare: SnapCompare):
    async def before(pilot: Pilot[None]) -> None:
        pilot.app.theme = "textual-light"
        await settled(pilot)

    assert snap_compare(Stage([turn("a", "Light?", MARKDOWN)]), terminal_size=(100, 40), run_before=before)


def test_a_narrow_table_stands_on_its_side(snap_compare: SnapCompare):
    assert snap_compare(
        Stage([turn("a", "Table?", "| a name | another | third | fourth |\n|-|-|-|-|\n| one | two words | 3 | 4 |\n")]),
        terminal_size=(30, 16), run_before=settled,
    )  # fmt: skip
