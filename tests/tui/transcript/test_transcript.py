import asyncio
import re

from msgspec import structs
from textual.events import MouseMove
from textual.geometry import Offset
from textual.pilot import Pilot
from textual.selection import Selection
from textual.strip import Strip

from mixchat.domain.errors import Failure
from mixchat.domain.events import (
    AttemptStarted,
    FailedOver,
    Notice,
    Retrying,
    Routed,
    TextDelta,
    ThinkingDelta,
    TurnFailed,
    TurnFinished,
)
from mixchat.domain.stack import Slot
from mixchat.domain.turn import Attempt, Citation, Outcome, Seam, Turn
from mixchat.tui.transcript import Transcript
from mixchat.tui.transcript.render_block import MARGIN
from mixchat.tui.transcript.turn_summary import summarize_turn
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

CODE = "Look:\n\n```python\nprint('one')\n```\n\nand\n\n```sh\nls -l\n```\n"
OVERLOADED = Failure("overloaded", "The provider is overloaded.", SONNET)


def long_turns(count: int) -> list[Turn]:
    return [turn(str(at), f"prompt {at}", f"reply {at}\n\n" + "some words " * 60) for at in range(count)]


async def test_the_prompt_is_there_at_once_and_the_first_word_with_its_event():
    app = Stage()
    async with app.run_test() as pilot:
        await pilot.pause()
        live = LiveScene(app.transcript, opened("a", "What is a cache?"))
        assert "What is a cache?" in app.screen_text()
        live.show(TextDelta("A cache"))
        assert "A cache" in app.screen_text()


async def test_the_header_tells_what_is_known_so_far_and_at_last_time_and_cost():
    app = Stage()
    async with app.run_test() as pilot:
        await pilot.pause()
        pane = app.transcript
        live = LiveScene(pane, opened("a", "hello"))
        live.show(Routed(decided("coding")))
        live.show(AttemptStarted(Slot(SONNET), 1))
        await settled(pilot)
        assert re.search(r"coding  claude-sonnet-5-5 +waiting", app.screen_text())
        live.show(TextDelta("hi"))
        live.show(TurnFinished(turn("a", "hello", "hi")))
        assert re.search(r"coding  claude-sonnet-5-5 +3\.2 s +\$0\.012", app.screen_text()), app.screen_text()


async def test_what_streamed_ends_up_painted_as_the_whole_text():
    source = "# Title\n\n" + CODE + "\n| a | b |\n|---|---|\n| 1 | 2 |\n\n> quote\n\n- x\n- [ ] y\n"
    whole = Stage([turn("a", "p", source)])
    async with whole.run_test(size=(80, 60)) as pilot:
        await settled(pilot)
        wanted = [[*strip] for strip in whole.transcript.render_lines(whole.transcript.size.region)]
    streamed = Stage()
    async with streamed.run_test(size=(80, 60)) as pilot:
        await pilot.pause()
        live = LiveScene(streamed.transcript, opened("a", "p"))
        for at in range(0, len(source), 7):
            live.show(TextDelta(source[at : at + 7]))
            await asyncio.sleep(0.005)
        live.show(TurnFinished(turn("a", "p", source)))
        await settled(pilot)
        got = [[*strip] for strip in streamed.transcript.render_lines(streamed.transcript.size.region)]
    assert got == wanted


async def test_a_flood_is_painted_to_its_last_character():
    app = Stage()
    source = "".join(f"Paragraph {at} with **some** words.\n\n" for at in range(3_000)) + "The very end."
    async with app.run_test() as pilot:
        await pilot.pause()
        live = LiveScene(app.transcript, opened("a", "p"))
        for at in range(0, len(source), 500):
            live.show(TextDelta(source[at : at + 500]))
        live.show(TurnFinished(turn("a", "p", source)))
        await settled(pilot)
        assert "The very end." in app.screen_text()
        assert app.transcript.turns[0].reply == source


async def test_it_follows_the_end_until_the_reader_scrolls_and_then_stays_put():
    app = Stage(long_turns(20))
    async with app.run_test() as pilot:
        await pilot.pause()
        pane = app.transcript
        live = LiveScene(pane, opened("new", "and now?"))
        live.show(TextDelta("line\n\n" * 30))
        await settled(pilot)
        pane.scroll_page_up()
        await pilot.pause()
        before = app.screen_text().splitlines()
        live.show(TextDelta("more\n\n" * 30))
        await settled(pilot)
        after = app.screen_text().splitlines()
        assert after[:-1] == before[:-1]
        assert "↓ new" in after[-1]
        pane.focus()
        await pilot.press("end")
        assert "more" in app.screen_text()
        assert "↓ new" not in app.screen_text()


async def test_scrolling_back_through_rows_that_were_only_estimated_shows_every_row_once():
    turns = [
        turn(str(at), f"prompt {at}", "\n\n".join(f"row {at}.{n} **x**" for n in range(9)))
        for at in range(12)
    ]
    app = Stage(turns)
    async with app.run_test() as pilot:
        await pilot.pause()
        pane = app.transcript
        rows: list[str] = app.screen_text().splitlines()
        while pane.scroll_y > 0:
            pane.scroll_up(animate=False)
            await pilot.pause(0)
            rows.insert(0, app.screen_text().splitlines()[0])
        text = "\n".join(rows)
        assert [text.count(f"row {at}.{n} x") for at in range(12) for n in range(9)] == [1] * 108


async def test_a_new_width_keeps_the_readers_place():
    app = Stage(long_turns(300))
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.pause()
        app.transcript.jump("150")
        assert any("prompt 150" in line for line in app.screen_text().splitlines()[:3])
        await pilot.resize_terminal(60, 30)
        await pilot.pause()
        assert any("prompt 150" in line for line in app.screen_text().splitlines()[:3])
        assert sum(view.is_kept for view in app.transcript._column.views) < 20


async def test_ten_thousand_turns_open_at_the_end_and_any_can_be_jumped_to():
    app = Stage(long_turns(10_000))
    async with app.run_test() as pilot:
        await pilot.pause()
        assert "some words" in app.screen_text()
        for number in (0, 5_000, 9_999, 3):
            app.transcript.jump(str(number))
            assert f"prompt {number}" in app.screen_text()


async def test_thinking_is_folded_with_a_summary_and_opens_with_a_click():
    app = Stage()
    async with app.run_test() as pilot:
        await pilot.pause()
        pane = app.transcript
        live = LiveScene(pane, opened("a", "p"))
        live.show(ThinkingDelta("First this.\nThen that"))
        assert "▸ thinking" in app.screen_text()
        assert "Then that" in app.screen_text()
        live.show(TextDelta("Done."))
        await settled(pilot)
        assert "▸ thought for" in app.screen_text()
        row = next(at for at, line in enumerate(app.screen_text().splitlines()) if "thought for" in line)
        await pilot.click(Transcript, offset=(5, row))
        assert "First this." in app.screen_text()
        live.show(TurnFinished(structs.replace(turn("a", "p", "Done."), thinking="First this.\nThen that")))
        assert "▾ thought for" in app.screen_text()


async def test_fail_overs_retries_notices_and_seams_are_seen():
    app = Stage()
    async with app.run_test() as pilot:
        await pilot.pause()
        pane = app.transcript
        live = LiveScene(pane, opened("a", "p"))
        live.show(AttemptStarted(Slot(SONNET), 1))
        live.show(Retrying(SONNET, 2.0, OVERLOADED))
        await settled(pilot)
        assert "claude-sonnet-5-5: the provider is overloaded → again in 2.0 s" in app.screen_text()
        live.calls.attempts = [
            attempt(SONNET, 0.1, "0", first=None, failure=OVERLOADED), attempt(FLASH, first=None)
        ]  # fmt: skip
        live.show(FailedOver(SONNET, FLASH, OVERLOADED))
        live.show(Notice("left_out", "12 turns left out"))
        live.show(AttemptStarted(Slot(FLASH), 2))
        live.show(TextDelta("One half.\n\n"))
        await settled(pilot)
        text = app.screen_text()
        assert "claude-sonnet-5-5: the provider is overloaded → gemini-3.8-flash" in text
        assert "12 turns left out" in text
        cut = structs.replace(
            opened("a", "p"), reply="One half.\n\n", failure=Failure("interrupted", "The reply was cut off.")
        )
        live = LiveScene(pane, cut)
        live.show(AttemptStarted(Slot(SONNET), 3))
        live.show(TextDelta("The other."))
        await settled(pilot)
        assert "continued by claude-sonnet-5-5 ───" in app.screen_text()
        failed = structs.replace(
            turn("a", "p", "One half.\n\nThe other."),
            outcome=Outcome.FAILED, failure=OVERLOADED, seams=(Seam(11, SONNET, "cut off"),),
            attempts=(attempt(SONNET, 0.1, "0", first=None, failure=OVERLOADED), attempt(FLASH)),
        )  # fmt: skip
        live.show(TurnFailed(failed, OVERLOADED))
        text = app.screen_text()
        assert "✗ The provider is overloaded." in text
        assert "─── cut off · continued by claude-sonnet-5-5 ───" in text
        assert "↪ claude-sonnet-5-5: the provider is overloaded → gemini-3.8-flash" in text


async def test_sources_are_numbered_and_a_click_tells_the_address():
    cited = structs.replace(
        turn("a", "p", "See [1]."), citations=(Citation("https://a.example/x", "A title"),)
    )
    app = Stage([cited])
    async with app.run_test() as pilot:
        await pilot.pause()
        row = next(at for at, line in enumerate(app.screen_text().splitlines()) if "[1] A title" in line)
        await pilot.click(Transcript, offset=(8, row))
        assert app.told == ["https://a.example/x"]


async def moved(pilot: Pilot[None], offset: tuple[int, int]) -> None:
    """Move the mouse with its left button held."""
    await pilot._post_mouse_events([MouseMove], Transcript, offset=offset, button=1)


async def test_dragging_selects_clean_text():
    reply = "A long paragraph that certainly has to be wrapped in a terminal so narrow as this.\n\n> quoted\n\n- item"
    app = Stage([turn("a", "the prompt", reply)])
    async with app.run_test(size=(40, 24)) as pilot:
        await pilot.pause()
        lines = app.screen_text().splitlines()
        first = next(at for at, line in enumerate(lines) if "A long" in line)
        last = next(at for at, line in enumerate(lines) if "item" in line)
        await pilot.mouse_down(Transcript, offset=(2, first))
        await moved(pilot, (20, last))
        await pilot.mouse_up(Transcript, offset=(20, last))
        assert app.screen.get_selected_text() == reply.replace("> ", "").replace("- item", "• item")
        selected = app.transcript.render_lines(app.transcript.size.region)[first]
        assert selected != Strip([])


async def test_selecting_everything_gives_every_turn_as_markdown():
    app = Stage([turn("a", "one\ntwo", "reply"), turn("b", "three", "four")])
    async with app.run_test() as pilot:
        await pilot.pause()
        found = app.transcript.get_selection(Selection(None, None))
        assert found == ("> one\n> two\n\nreply\n\n> three\n\nfour", "\n")
        assert app.transcript.get_selection(Selection(Offset(MARGIN, 0), Offset(MARGIN + 3, 0))) == (
            "one",
            "\n",
        )


async def test_the_block_cursor_moves_by_turn_and_by_code_block():
    app = Stage([turn("a", "first", CODE), turn("b", "second", "no code"), turn("c", "third", CODE)])
    async with app.run_test(size=(80, 50)) as pilot:
        await pilot.pause()
        pane = app.transcript
        assert pane.move_turn(-1)
        assert pane.move_turn(-1)
        assert pane.cursor.turn is not None
        assert (pane.cursor.turn.id, pane.cursor.marked_code("b")) == ("b", "")
        assert pane.move_code(-1)
        assert (pane.cursor.marked_code("a"), pane.cursor.marked_code("b")) == ("ls -l\n", "")
        assert pane.move_code(-1)
        assert pane.cursor.marked_code("a") == "print('one')\n"
        assert not pane.move_code(-1)
        await pilot.pause()
        assert app.told[-2:] == ["a", "a"]


async def test_searching_marks_what_is_found_and_walks_through_it():
    app = Stage(
        [turn(str(at), f"prompt {at}", "a needle here" if at % 10 == 0 else "hay") for at in range(50)]
    )
    async with app.run_test() as pilot:
        await pilot.pause()
        pane = app.transcript
        assert len(pane.find("NEEDLE")) == 5
        seen = [match.turn_id for _ in range(6) if (match := pane.find_step(1)) is not None]
        assert seen == ["40", "0", "10", "20", "30", "40"]
        assert "a needle here" in app.screen_text()
        assert pane.find("") == []


async def test_foreign_text_is_content_and_never_markup_or_a_command_to_the_terminal():
    nasty = "[bold red]x[/] \x1b]0;title\x07 \x1b[2J \x00\x9b31m \ud800 \u202egnp.exe [/b]"
    app = Stage([structs.replace(turn(nasty, nasty, nasty), thinking=nasty, plan=nasty, notices=(nasty,))])
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        app.transcript.toggle("thinking", nasty)
        text = app.screen_text()
        assert "[bold red]x[/]" in text
        assert not any(
            ord(character) < 32 or 0x7F <= ord(character) < 0xA0 for character in text.replace("\n", "")
        )
        text.encode()


async def test_turns_can_be_replaced_and_taken_away():
    app = Stage([turn("a", "one", "x"), turn("b", "two", "y")])
    async with app.run_test() as pilot:
        await pilot.pause()
        app.transcript.replace(turn("a", "one", "another reply"))
        assert "another reply" in app.screen_text()
        app.transcript.remove_turn("b")
        assert "two" not in app.screen_text()
        assert [shown.id for shown in app.transcript.turns] == ["a"]
        app.transcript.clear()
        assert app.screen_text().strip() == ""


async def test_another_theme_repaints_what_is_seen():
    app = Stage(long_turns(100))
    async with app.run_test() as pilot:
        await pilot.pause()
        before = [*app.transcript.render_lines(app.transcript.size.region)[3]]
        app.theme = "textual-light"
        await settled(pilot)
        after = [*app.transcript.render_lines(app.transcript.size.region)[3]]
        assert [segment.text for segment in before] == [segment.text for segment in after]
        assert [segment.style for segment in before] != [segment.style for segment in after]
        assert sum(view.is_kept for view in app.transcript._column.views) < 20


async def test_an_idle_transcript_has_no_timer():
    app = Stage([turn("a", "p", CODE)])
    async with app.run_test() as pilot:
        await settled(pilot)
        assert app.transcript._inflow.is_idle
        assert app.transcript._colouring.is_idle


async def test_tiny_terminals_do_not_break_it():
    app = Stage(
        [turn("a", "prompt 日本語", CODE + "\n| a | b |\n|--|--|\n| 日本 | xyz |\n\n1. > - deep 日本\n")]
    )
    async with app.run_test(size=(80, 24)) as pilot:
        for size in ((1, 1), (2, 3), (5, 5), (12, 4), (80, 24)):
            await pilot.resize_terminal(*size)
            await pilot.pause()
        assert "xyz" in app.screen_text()


async def test_a_number_in_the_reply_leads_to_its_source_and_only_where_there_is_one():
    reply = "It is so [2], not `[1]` or [3].\n\n    [1]\n\n| so |\n|---|\n| [1] |\n"
    sources = (Citation("https://a.example/x", "A"), Citation("https://b.example/y"))
    app = Stage([structs.replace(turn("a", "p", reply), citations=sources)])
    async with app.run_test() as pilot:
        await settled(pilot)
        assert _linked(app) == {
            "It is so [2]": "https://b.example/y",
            "[1]": "https://a.example/x",
        }


async def test_a_number_becomes_a_link_when_its_source_comes_after_it():
    app = Stage()
    async with app.run_test() as pilot:
        await pilot.pause()
        pane = app.transcript
        live = LiveScene(pane, opened("a", "p"))
        live.show(TextDelta("It is so [1].\n\nAnd this follows [1].\n\nThe last"))
        await settled(pilot)
        assert _linked(app) == {}
        live.show(Citation("https://a.example/x", "A"))
        await settled(pilot)
        assert set(_linked(app)) == {"It is so [1]", "And this follows [1]"}
        await pilot.click(Transcript, offset=(13, 3))
        assert app.told == ["https://a.example/x"]


def _linked(app: Stage) -> dict[str, str]:
    """Return the address of each row of the reply that has a link, by the row's text up to its end."""
    found: dict[str, str] = {}
    for strip in app.transcript.render_lines(app.transcript.size.region):
        text = ""
        for segment in strip:
            text += segment.text
            url = segment.style.meta.get("url") if segment.style else None
            if url and segment.text.startswith("["):
                found[text.removeprefix("▎").strip()] = str(url)
    return found


def test_a_model_that_failed_several_times_in_a_row_is_one_line():
    failed, other = attempt(SONNET, first=None, failure=OVERLOADED), Failure("timeout", "Silent.", SONNET)
    silent = attempt(SONNET, first=None, failure=other)

    def hops(*attempts: Attempt) -> tuple[str, ...]:
        outcome = Outcome.FAILED if attempts[-1].failure else Outcome.COMPLETE
        told = structs.replace(turn("a", "p"), attempts=attempts, outcome=outcome)
        return summarize_turn(told, "", None).hops

    name = "claude-sonnet-5-5"
    assert hops(failed, failed, failed, attempt(FLASH)) == (
        f"{name}: the provider is overloaded, 3 times → gemini-3.8-flash",
    )
    assert hops(failed, attempt(SONNET)) == (f"{name}: the provider is overloaded → again",)
    assert hops(failed, failed) == (f"{name}: the provider is overloaded, twice",)
    assert hops(failed) == (), "the failure itself is said below"
    assert hops(failed, silent, attempt(FLASH)) == (
        f"{name}: the provider is overloaded → again", f"{name}: the provider is silent → gemini-3.8-flash",
    )  # fmt: skip
