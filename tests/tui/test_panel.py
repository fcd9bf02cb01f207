"""Beside the conversation: how a turn came about, who rests, and what it costs."""

import asyncio
import re

import pytest
from msgspec import structs
from textual.content import Content
from textual.screen import Screen

from mixchat.domain.errors import Interrupted, NeedsKey, Overloaded
from mixchat.domain.events import TextDelta, ThinkingDelta
from mixchat.tui.chat import live_totals
from mixchat.tui.panel.cost_figure import cost_figure
from mixchat.tui.panel.health_list import HealthList
from mixchat.tui.panel.side_panel import NARROWEST, SidePanel
from mixchat.tui.panel.turn_detail import HangingText, hang
from mixchat.tui.panel.turn_list import TurnList
from mixchat.tui.panel.turn_panel import TurnPanel
from tests.routing.scripted import Hang, Until, reply
from tests.tui.stage import CONFIG, Stage, StagedRuntime, StillClock, on_stage


async def _failed_over(stage: Stage) -> None:
    stage.runtime.settings.providers.script("b/large", [Overloaded("b is busy today.")])
    stage.runtime.settings.providers.script("a/plain", reply("Here I am instead."))
    await stage.send("why does this code stop one early?")
    await stage.idle()
    await stage.until(lambda: "Here I am instead." in stage.text)


async def test_the_chosen_turn_says_why_who_failed_and_what_it_was_charged_at():
    async with on_stage(StagedRuntime(clock=StillClock()), size=(160, 60)) as stage:
        await _failed_over(stage)
        await stage.until(lambda: "Cost      <$0.0001" in stage.text)
        await stage.until(lambda: "4 · 3 failed" in stage.text)
        for words in ("90 %", "code", "b is busy today.", "10 in · 5 out"):
            assert words in stage.text, words
        assert stage.text.count("b is busy today.") == 1, "what is the same is not said again"
        assert stage.text.count("the same again") == 2
        assert "config, " not in stage.text
        stage.app.screen.query_one(TurnList).focus()
        await stage.pilot.press("right")
        await stage.until(lambda: "config, " in stage.text)
        assert "daily-driver  10 %" in stage.text
        assert "price $1.00 in · $4.00 out / 1M" in stage.text
        await stage.pilot.press("right")
        await stage.until(lambda: "config, " not in stage.text)


async def test_where_there_is_room_the_detail_stands_open_beside_the_turns():
    StagedRuntime().settings.paths.data.mkdir(parents=True, exist_ok=True)
    StagedRuntime().settings.paths.layout_file.write_text('{"panel_width": 90}')
    async with on_stage(StagedRuntime(clock=StillClock()), size=(200, 60)) as stage:
        await _failed_over(stage)
        await stage.until(lambda: "daily-driver  10 %" in stage.text)


async def test_what_is_wrapped_in_the_detail_keeps_its_indent():
    async with on_stage(StagedRuntime(clock=StillClock()), size=(120, 60)) as stage:
        stage.runtime.settings.providers.script(
            "b/large", [Overloaded("b is busy today and will be tomorrow, too.")]
        )
        stage.runtime.settings.providers.script("a/plain", reply("Here I am instead."))
        await stage.send("why does this code stop one early?")
        await stage.idle()
        detail = stage.app.screen.query_one(HangingText)
        await stage.until(lambda: "first token" in str(detail.render()))
        rows = str(detail.render()).splitlines()
        failed = next(number for number, row in enumerate(rows) if row.startswith("    b is busy"))
        assert rows[failed + 1].startswith("    ")
        assert "too." in rows[failed + 1]
        assert max(map(len, rows)) <= detail.size.width


def test_a_line_is_wrapped_even_where_there_is_no_room_for_it():
    assert [str(row) for row in hang(Content("  one two"), 5)] == ["  one", "  two"]
    assert [str(row) for row in hang(Content("  ab"), 0)] == ["  a", "  b"]
    assert [str(row) for row in hang(Content(), 9)] == [""]


async def test_the_turn_under_the_block_cursor_is_the_one_in_detail():
    async with on_stage(size=(160, 50)) as stage:
        stage.runtime.settings.providers.script("b/large", reply("About code."))
        await stage.send("why does this code stop one early?")
        await stage.idle()
        await stage.send("Tell me about tea please")
        await stage.idle()
        assert "90 %" not in stage.text
        await stage.pilot.press("alt+up", "alt+up")
        await stage.until(lambda: "90 %" in stage.text)


async def test_a_chosen_turn_is_named_and_meant_until_another_is_sent_or_escape_follows_the_newest():
    async with on_stage(size=(160, 50)) as stage:
        stage.runtime.settings.providers.script("b/large", reply("About code."), reply("Once more."))
        await stage.send("why does this code stop one early?")
        await stage.idle()
        await stage.send("Tell me about tea please")
        await stage.idle()
        turns = stage.app.screen.query_one(TurnPanel)
        first, second = stage.turns
        stage.app.screen.query_one(TurnList).focus()
        await stage.pilot.press("up")
        await stage.until(lambda: "turn 1 of 2" in stage.text and "90 %" in stage.text)
        stage.composer.area.focus()
        assert stage.screen.context.selection.turn() == first
        await stage.pilot.press("escape")
        await stage.until(lambda: "2 turns" in stage.text and "90 %" not in stage.text)
        assert stage.screen.context.selection.turn() == second
        await stage.pilot.press("alt+up", "alt+up")
        await stage.until(lambda: "turn 1 of 2" in stage.text)
        await stage.send("And about coffee then")
        await stage.idle()
        await stage.until(lambda: "3 turns" in stage.text)
        assert turns.chosen_turn is None


async def test_who_rests_is_counted_down_and_nothing_ticks_once_nobody_does():
    clock = StillClock()
    async with on_stage(StagedRuntime(clock=clock)) as stage:
        await _failed_over(stage)
        health = stage.app.screen.query_one(HealthList)
        await stage.until(lambda: "large" in str(health.render()) and "retry in" in str(health.render()))
        await stage.until(
            lambda: health.size.height == len(str(health.render()).split("\n")) == health._shown
        )
        assert health._timer is not None
        clock.skip(3600)
        health.update()
        assert health._timer is None


async def test_the_panel_is_hidden_shown_and_resized_by_keys():
    async with on_stage(size=(160, 40)) as stage:
        panel = stage.app.screen.query_one(SidePanel)
        width = panel.size.width
        await stage.pilot.press("f3")
        await stage.until(lambda: panel.size.width > width)
        for _ in range(20):
            await stage.pilot.press("f4")
        await stage.until(lambda: panel.outer_size.width == NARROWEST)
        await stage.pilot.press("f2")
        await stage.until(lambda: not panel.region)
        await stage.pilot.press("f2")
        await stage.until(lambda: bool(panel.region))


async def test_a_step_is_as_wide_to_the_left_as_to_the_right():
    async with on_stage(size=(160, 40)) as stage:
        panel = stage.app.screen.query_one(SidePanel)
        width = panel.outer_size.width
        await stage.pilot.press("f3", "f3", "f4")
        await stage.until(lambda: panel.outer_size.width == width + 4)
        await stage.pilot.press("f4")
        await stage.until(lambda: panel.outer_size.width == width)


async def test_the_width_and_a_hidden_panel_are_there_again_after_a_restart():
    async with on_stage(size=(160, 40)) as stage:
        panel = stage.app.screen.query_one(SidePanel)
        await stage.pilot.press(*["f3"] * 6)
        await stage.until(lambda: panel.outer_size.width == 66)
    async with on_stage(StagedRuntime(), size=(160, 40)) as stage:
        panel = stage.app.screen.query_one(SidePanel)
        assert panel.outer_size.width == 66
        await stage.pilot.press("f2")
        await stage.until(lambda: not panel.region)
    async with on_stage(StagedRuntime(), size=(160, 40)) as stage:
        panel = stage.app.screen.query_one(SidePanel)
        assert not panel.region
        await stage.pilot.press("f2")
        await stage.until(lambda: panel.outer_size.width == 66)


async def test_a_narrower_terminal_keeps_half_of_itself_for_the_conversation_and_forgets_no_width():
    StagedRuntime().settings.paths.data.mkdir(parents=True, exist_ok=True)
    StagedRuntime().settings.paths.layout_file.write_text('{"panel_width": 84}')
    async with on_stage(StagedRuntime(), size=(110, 40)) as stage:
        panel = stage.app.screen.query_one(SidePanel)
        assert panel.outer_size.width == 55
        await stage.pilot.press("f3")
        await stage.pilot.resize_terminal(200, 40)
        await stage.until(lambda: panel.outer_size.width == 84)
        await stage.pilot.resize_terminal(90, 24)
        await stage.until(lambda: not panel.region)
        await stage.pilot.press("f2")
        await stage.until(lambda: panel.outer_size.width == 84)
        await stage.pilot.press("escape")
        await stage.until(lambda: not panel.region)
        await stage.pilot.resize_terminal(200, 40)
        await stage.until(lambda: panel.outer_size.width == 84)


async def test_a_layout_that_nobody_can_read_is_the_first_one():
    for damaged in ("", "[]", '{"panel_width": "wide"}', '{"panel_width": -7}', '{"panel_width": 9999}'):
        paths = StagedRuntime().settings.paths
        paths.data.mkdir(parents=True, exist_ok=True)
        paths.layout_file.write_text(damaged)
        async with on_stage(StagedRuntime(), size=(160, 40)) as stage:
            assert NARROWEST <= stage.app.screen.query_one(SidePanel).outer_size.width <= 80


async def test_a_narrow_terminal_says_in_one_line_what_it_costs_and_who_rests():
    runtime = StagedRuntime(CONFIG + "[budget]\nday = 1.0\n", clock=StillClock())
    async with on_stage(runtime, size=(90, 24)) as stage:
        runtime.storage.prices.load()
        await _failed_over(stage)
        first = stage.text.splitlines()[0]
        assert "chat <$0.0001" in first
        assert "today <$0.0001" in first
        assert "ready" in first
        assert "ctrl+p commands   f1 help" in stage.text.splitlines()[-1]


async def test_a_summary_and_the_rest_of_a_reply_are_not_called_pinned():
    StagedRuntime().settings.paths.data.mkdir(parents=True, exist_ok=True)
    StagedRuntime().settings.paths.layout_file.write_text('{"panel_width": 90}')
    async with on_stage(StagedRuntime(clock=StillClock()), size=(200, 60)) as stage:
        stage.runtime.settings.providers.script(
            "a/plain",
            [TextDelta("First half"), Interrupted("The connection broke.")],
            reply(" and the second."),
            reply("The gist."),
        )
        await stage.send("Tell me about tea please")
        await stage.until(lambda: not stage.talk.busy and "f6 continue" in stage.text)
        await stage.pilot.press("f6")
        await stage.until(lambda: stage.turns[-1].reply == "First half and the second.")
        await stage.idle()
        assert "pinned" not in stage.text
        await stage.send("/compact")
        await stage.until(lambda: "Sum this chat up?" in stage.text)
        await stage.pilot.pause(stage.screen.context.widgets.choices.armed_after)
        await stage.pilot.press("enter")
        await stage.until(lambda: stage.turns[-1].reply == "The gist.")
        await stage.idle()
        await stage.until(lambda: "a summary of the chat" in stage.text)
        assert "pinned" not in stage.text
        decision = stage.turns[-1].decision
        assert decision is not None
        assert (decision.classifier, decision.pinned) == ("summary", False)


async def test_a_reply_that_grows_lays_nothing_out_anew(monkeypatch: pytest.MonkeyPatch):
    async with on_stage(StagedRuntime(clock=StillClock()), size=(160, 60)) as stage:
        stage.runtime.settings.providers.script("b/large", reply("Here I am."))
        await stage.send("why does this code stop one early?")
        await stage.idle()
        turns = stage.screen.context.chat.turns
        panel = stage.app.screen.query_one(TurnPanel)
        panel.update_turns(turns, turns[-1])
        await stage.pilot.pause()
        layouts: list[str] = []
        lay_out = Screen._refresh_layout

        def counted(self: Screen[object], *size: object, **how: object) -> None:
            layouts.append(type(self).__name__)
            lay_out(self, *size, **how)  # type: ignore[arg-type]

        monkeypatch.setattr(Screen, "_refresh_layout", counted)
        for number in range(1, 10):
            panel.update_turns(turns, structs.replace(turns[-1], reply="word " * number))
            await stage.pilot.pause()
        assert layouts == []


async def test_the_large_figure_says_what_it_is_of():
    async with on_stage(StagedRuntime(clock=StillClock()), size=(120, 40)) as stage:
        await stage.until(lambda: "this chat" in stage.text)
        stage.runtime.settings.providers.script(
            "a/plain", [TextDelta("Half of it"), Interrupted("It broke.")]
        )
        await stage.send("tell me about tea")
        await stage.until(lambda: "Interrupted" in stage.text)
        assert "last reply" in stage.text
        assert re.search(r"~\d+ tokens", stage.text), "what came is counted where the provider did not say it"


async def test_a_long_detail_leaves_the_list_of_turns_its_rows():
    async with on_stage(StagedRuntime(clock=StillClock()), size=(120, 32)) as stage:
        stage.runtime.settings.providers.script("b/large", [Overloaded("b is busy today. " * 40)])
        stage.runtime.settings.providers.script("a/plain", reply("Here I am instead."))
        await stage.send("why does this code stop one early?")
        await stage.idle()
        await stage.until(lambda: "b is busy today. b is" in stage.text)
        await stage.pilot.pause()
        left = stage.app.screen.query_one(TurnPanel).region.x
        beside = "\n".join(row[left:] for row in stage.text.splitlines())
        assert "why does this" in beside.partition("Today")[2].partition("Attempts")[0]


@pytest.mark.parametrize("size", [(120, 40), (120, 24), (80, 24)])
async def test_what_nobody_answered_is_not_free(size: tuple[int, int]):
    async with on_stage(StagedRuntime(clock=StillClock()), size=size) as stage:
        for model in ("a/plain", "b/large"):
            stage.runtime.settings.providers.script(model, [NeedsKey("The key is wrong.")])
        await stage.send("tell me about tea")
        await stage.until(lambda: "The key is wrong." in stage.text)
        await stage.idle()
        assert "free" not in stage.text
        assert re.search(r"\$0(?![.\d])", stage.text)
        assert ("nothing was charged" in stage.text) == (size == (120, 40))


@pytest.mark.parametrize(
    ("amount", "signs"), [("~<$0.0001", ["~$", " <", "  "]), ("~$0.0121", ["~$", "  ", "  "])]
)
def test_the_digits_of_the_large_figure_begin_in_one_column_whatever_signs_it_has(
    amount: str, signs: list[str]
):
    rows = [str(row) for row in cost_figure(amount)]
    assert [row[:2] for row in rows] == signs
    assert [row[3:6] for row in rows] == ["┏━┓", "┃ ┃", "┗━┛"]


async def test_the_state_in_the_panel_changes_with_the_turn_not_with_a_clock(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(live_totals, "_TICK", 3600.0)
    async with on_stage(size=(120, 40)) as stage:
        thought = asyncio.Event()
        script = [ThinkingDelta("Which tea?"), Until(thought), TextDelta("Green tea."), Hang()]
        stage.runtime.settings.providers.script("a/plain", script)
        await stage.send("tell me about tea")
        await stage.until(lambda: "◐ thinking" in stage.text)
        thought.set()
        await stage.until(lambda: "● writing" in stage.text)


async def test_a_turn_that_nobody_answered_is_named_after_the_model_whose_failure_it_tells():
    async with on_stage(size=(120, 40)) as stage:
        for model in ("b/large", "a/plain"):
            stage.runtime.settings.providers.script(model, [NeedsKey(f"The key of {model} is wrong.")])
        await stage.send("why does this code stop one early?")
        await stage.until(lambda: "The key of b/large is wrong. a/plain failed, too." in stage.text)
        await stage.idle()
        headers = [row for row in stage.text.splitlines() if row.lstrip().startswith("▎  coding")]
        assert [row.split()[2] for row in headers] == ["large"]
        listed = [row for row in stage.text.splitlines() if "▌ coding  " in row]
        assert all("coding  large" in row for row in listed)
        assert listed
