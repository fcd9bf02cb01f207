"""Seams inside blocks: where they stand, what is copied around them, and that streaming ends up at the same."""

import asyncio
import re
from collections.abc import Callable, Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import structs

from mixchat.domain.errors import Failure
from mixchat.domain.events import AttemptStarted, TextDelta, TurnFinished
from mixchat.domain.stack import Slot
from mixchat.domain.turn import Seam
from mixchat.tui.transcript.markdown.document import Block, MarkdownDocument
from mixchat.tui.transcript.palette import RenderStyle
from mixchat.tui.transcript.render_block import RenderBlock, RenderedLine
from mixchat.tui.transcript.turn_layout import ReplyLayout
from tests.tui.transcript.scene import FLASH, PALETTE, SONNET, LiveScene, Stage, opened, turn
from tests.tui.transcript.test_document import FRAGMENTS

WORDS = "continued by"
LOOK = RenderStyle(PALETTE)


def seam(offset: int) -> Seam:
    return Seam(offset, FLASH, "cut off")


def rows(
    document: MarkdownDocument, seams: Sequence[Seam], known: dict[Block, RenderBlock] | None = None
) -> list[RenderedLine]:
    reply = ReplyLayout(document, seams, (), {} if known is None else known)
    return [line for part in reply.parts() for line in part.rows(60, LOOK, 0)]


def painted(lines: list[RenderedLine]) -> list[str]:
    return [f"{line.painted}|{[str(style) for _, style in line.pieces]}" for line in lines]


def copied(lines: list[RenderedLine]) -> str:
    return "".join(line.painted[line.indent :].rstrip() + line.end for line in lines if not line.ornament)


def shown(source: str, offset: int) -> list[str]:
    return [line.painted.rstrip() for line in rows(MarkdownDocument(source), [seam(offset)])]


SEAM = "─── cut off · continued by gemini-3.8-flash ───"


@pytest.mark.parametrize(
    ("source", "wanted"),
    [
        ("One half| and the other.", ["One half", SEAM, "and the other."]),
        ("In a wo|rd.", ["In a wo", SEAM, "rd."]),
        ("Two lines\n|of one.", ["Two lines", SEAM, "of one."]),
        ("All **of |it** bold.", ["All of", SEAM, "it bold."]),
        ("First.\n\n|Second.", ["First.", SEAM, "Second."]),
        ("First.|\n\nSecond.", ["First.", SEAM, "Second."]),
        ("The end.|", ["The end.", SEAM]),
        ("$$\n$x|_1$", ["  x₁", SEAM]),
        ("$$\nx|_1\n$$\n\nAnd.", ["  x₁", SEAM, "And."]),
        ("|The start.", [SEAM, "The start."]),
        ("See [it](https://a.exa|mple/x) there.", ["See it", SEAM, "there."]),
        ("See https://a.exa|mple/x there.", ["See https://a.example/x", SEAM, "there."]),
        ("a *b|*", ["a b", SEAM]),
        ("- one\n- tw|o\n- three", ["• one", "• tw", "  " + SEAM, "  o", "• three"]),
        ("- one\n- |two", ["• one", "  " + SEAM, "• two"]),
        ("- one\n\n|- two", ["• one", "  " + SEAM, "", "• two"]),
        ("- [x|] done", [SEAM, "☑ done"]),
        ("> quo|ted", ["▎ quo", "▎ " + SEAM, "▎ ted"]),
        ("## Ti|tle", ["Ti", SEAM, "tle"]),
        ("```py\na = 1\nb |= 2\nc = 3\n```", [" py", " a = 1", " b", " " + SEAM, " = 2", " c = 3"]),
        ("```py\na = 1\n|b = 2\n```", [" py", " a = 1", " " + SEAM, " b = 2"]),
        ("```py\n|a = 1\n```", [SEAM, " py", " a = 1"]),
        ("```py\na = 1\n`|``\nafter", [" py", " a = 1", SEAM, "after"]),
        ("    a = 1\n    b| = 2\n    c = 3", [" a = 1", " b", " " + SEAM, " = 2", " c = 3"]),
        ("- x\n  ```\n  a\n  b|c\n  d\n  ```", ["• x", "   a", "   b", "   " + SEAM, "   c", "   d"]),
        ("| a | b |\n|---|---|\n| 1| | 2 |\n| 3 | 4 |", ["a  b", "─  ─", "1  2", SEAM, "3  4"]),
        ("| a | b |\n|--|-|---|\n| 1 | 2 |", ["a  b", "─  ─", "1  2", SEAM]),
    ],
)  # fmt: skip
def test_a_seam_stands_where_the_change_happened(source: str, wanted: list[str]):
    at = source.index("|") if source.count("|") == 1 else _bar(source)
    assert [line for line in shown(source[:at] + source[at + 1 :], at) if line or "" in wanted] == wanted


def _bar(table: str) -> int:
    """Return where the bar is that is none of a table's."""
    return table.index("1|") + 1 if "1|" in table else table.index("--|-|") + 2


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(FRAGMENTS, min_size=1, max_size=30),
    st.lists(st.integers(1, 60), min_size=1, max_size=20),
    st.lists(st.floats(0, 1), min_size=1, max_size=3),
)
def test_text_with_seams_that_came_in_any_pieces_ends_up_as_the_whole_text_does(
    fragments: list[str], sizes: list[int], shares: list[float]
):
    source = MarkdownDocument("".join(fragments)).text
    seams = [seam(round(share * len(source))) for share in sorted(shares)]
    streamed, position, step = MarkdownDocument(), 0, 0
    known: dict[Block, RenderBlock] = {}
    while position < len(source):
        size = sizes[step % len(sizes)]
        streamed.append(source[position : position + size])
        position, step = position + size, step + 1
        rows(streamed, [one for one in seams if one.offset <= len(streamed.text)], known)
    streamed.finish()
    whole = rows(MarkdownDocument(source), seams)
    assert painted(rows(streamed, seams, known)) == painted(whole)
    assert sum(WORDS in line.painted for line in whole) == len(seams)
    without = copied(rows(MarkdownDocument(source), []))
    assert re.sub(r"\s+", "", copied(whole)) == re.sub(r"\s+", "", without)


@settings(max_examples=100, deadline=None)
@given(st.text("abc de\n", min_size=1, max_size=200), st.floats(0, 1))
def test_copying_over_a_seam_gives_the_text_without_it(source: str, share: float):
    source = re.sub(r"\s*\n\s*", "\n", re.sub(" +", " ", source)).strip() or "a"
    offset = round(share * len(source))
    assert copied(rows(MarkdownDocument(source), [seam(offset)])).strip() == source


async def test_a_reply_that_goes_on_in_mid_sentence_shows_the_seam_there_live_and_settled():
    app = Stage()
    async with app.run_test() as pilot:
        await pilot.pause()
        pane = app.transcript
        live = LiveScene(pane, opened("a", "p"))
        live.show(AttemptStarted(Slot(SONNET), 1))
        live.show(TextDelta("Line\r\none, \u00fcber\r"))
        cut = Failure("interrupted", "The reply was cut off.")
        live = LiveScene(
            pane, structs.replace(opened("a", "p"), reply="Line\r\none, \u00fcber\r", failure=cut)
        )
        live.show(AttemptStarted(Slot(FLASH), 2))
        live.show(TextDelta("\nand the "))
        live.show(TextDelta("second half."))
        shown = [
            "Line",
            "one, über",
            "─── The reply was cut off · continued by gemini-3.8-flash ───",
            "and the second half.",
        ]
        await until(lambda: _tail(app, 4) == shown, app.screen_text)
        text = "Line\r\none, über\r\nand the second half."
        done = structs.replace(turn("a", "p", text), seams=(Seam(text.index("\nand"), FLASH, "cut off"),))
        live.show(TurnFinished(done))
        settled = [*shown[:2], SEAM, shown[3]]
        await until(lambda: _tail(app, 4) == settled, app.screen_text)
        pane.load([done])
        await until(lambda: _tail(app, 4) == settled, app.screen_text)


def _tail(app: Stage, count: int) -> list[str]:
    lines = [line.removeprefix("▎").strip() for line in app.screen_text().splitlines() if line.strip("▎ ")]
    return lines[-count:]


async def until(condition: Callable[[], object], told: Callable[[], str]) -> None:
    for _ in range(500):
        if condition():
            return
        await asyncio.sleep(0.02)
    raise AssertionError(told())
