"""The composer: what keys do in it, what it folds, offers and pins."""

from decimal import Decimal
from pathlib import Path

import pytest
from textual import events

from mixchat.domain.chat_request import Pin
from mixchat.domain.decision import RoutingDecision
from mixchat.domain.events import TextDelta
from mixchat.domain.model import ModelRef
from mixchat.domain.stack import Slot
from mixchat.domain.usage import Cost
from mixchat.tui.composer.completion import Candidate, Completion
from mixchat.tui.composer.completion_list import SHOWN
from mixchat.tui.composer.message import ComposedMessage
from mixchat.tui.composer.preview_line import RoutePreview
from mixchat.tui.launch_options import LaunchOptions
from tests.routing.scripted import Hang, reply
from tests.tui.stage import Stage, StagedRuntime, on_stage


def paste(stage: Stage, text: str) -> None:
    stage.composer.area.post_message(events.Paste(text))


async def test_it_has_the_focus_at_start_and_enter_sends():
    async with on_stage() as stage:
        await stage.type("hello")
        assert stage.composer.typed == "hello"
        await stage.pilot.press("enter")
        await stage.until(lambda: len(stage.turns) == 1)
        assert stage.composer.typed == ""


@pytest.mark.parametrize("key", ["ctrl+j", "shift+enter", "alt+enter"])
async def test_a_new_line_is_no_sending(key: str):
    async with on_stage() as stage:
        await stage.type("one")
        await stage.pilot.press(key)
        await stage.type("two")
        assert stage.composer.typed == "one\ntwo"
        assert len(stage.turns) == 0


async def test_a_paste_never_sends():
    async with on_stage() as stage:
        paste(stage, "first line\nsecond line\n")
        await stage.until(lambda: "second line" in stage.composer.typed)
        assert len(stage.turns) == 0


async def test_a_paste_while_the_conversation_has_the_focus_is_written():
    async with on_stage() as stage:
        stage.runtime.settings.providers.script("a/plain", reply("Hello."))
        await stage.send("Tell me about tea please")
        await stage.idle()
        transcript = stage.screen.context.widgets.transcript
        transcript.focus()
        transcript.post_message(events.Paste("from elsewhere"))
        await stage.until(lambda: stage.composer.typed == "from elsewhere")


async def test_a_long_paste_folds_to_a_mark_and_is_sent_in_full():
    text = "\n".join(f"line {number}" for number in range(240))
    async with on_stage() as stage:
        paste(stage, text)
        await stage.until(lambda: stage.composer.typed == "[paste 1: 240 lines]")
        await stage.pilot.press("enter")
        await stage.until(lambda: len(stage.turns) == 1)
        assert stage.turns[0].prompt == text


@pytest.mark.parametrize(("end", "lines"), [("", 30), ("\n", 30), ("\n\n", 31)])
async def test_a_fold_says_how_many_lines_there_are(end: str, lines: int):
    async with on_stage() as stage:
        paste(stage, "\n".join(f"line {number}" for number in range(30)) + end)
        await stage.until(lambda: stage.composer.typed == f"[paste 1: {lines} lines]")


async def test_a_megabyte_is_pasted_without_laying_it_out():
    async with on_stage() as stage:
        paste(stage, "x" * 1_000_000)
        await stage.until(lambda: "1,000,000 characters" in stage.composer.typed)
        await stage.type("ok")
        assert stage.composer.typed.endswith("]ok")


async def test_backspace_takes_a_folded_paste_away_at_once():
    async with on_stage() as stage:
        paste(stage, "y" * 5000)
        await stage.until(lambda: stage.composer.typed)
        await stage.pilot.press("backspace")
        assert stage.composer.typed == ""


async def test_undo_brings_back_what_was_deleted():
    async with on_stage() as stage:
        await stage.type("hello")
        await stage.pilot.press("ctrl+w", "ctrl+z")
        assert stage.composer.typed == "hello"


async def test_it_grows_to_a_third_of_the_screen_and_no_further():
    async with on_stage(size=(120, 40)) as stage:
        stage.composer.area.insert("line\n" * 30)
        await stage.pilot.pause()
        assert 11 <= stage.composer.area.size.height <= 14


async def test_the_arrow_up_brings_earlier_prompts_and_down_the_unsent_one():
    async with on_stage() as stage:
        await stage.send("first prompt")
        await stage.idle()
        await stage.send("second prompt")
        await stage.idle()
        await stage.type("unsent")
        await stage.pilot.press("up")
        await stage.until(lambda: stage.composer.typed == "second prompt")
        await stage.pilot.press("up")
        await stage.until(lambda: stage.composer.typed == "first prompt")
        await stage.pilot.press("down", "down")
        await stage.until(lambda: stage.composer.typed == "unsent")


async def test_the_live_line_says_who_would_answer_and_why():
    async with on_stage() as stage:
        await stage.type("fix my code")
        await stage.until(lambda: "coding  large" in stage.text and "'code'" in stage.text)


async def test_a_first_word_pins_that_message_alone():
    async with on_stage() as stage:
        await stage.send("@bee what is that")
        await stage.idle()
        assert str(stage.turns[-1].ref) == "b/large"
        assert stage.turns[-1].prompt == "what is that"
        await stage.send("and this then")
        await stage.idle()
        assert str(stage.turns[-1].ref) == "a/plain"


async def test_a_name_that_is_nothing_is_said_before_anything_is_sent():
    async with on_stage() as stage:
        await stage.send("@nobody what is that")
        await stage.until(lambda: "@nobody is not a role, alias, model or file" in stage.text)
        assert len(stage.turns) == 0
        assert stage.composer.typed == "@nobody what is that"


async def test_a_word_is_called_nothing_only_once_no_name_is_offered_for_it():
    async with on_stage() as stage:
        await stage.type("@be")
        await stage.until(lambda: stage.composer.completions.is_open)
        await stage.pilot.pause(0.2)
        assert "is not a role, alias" not in stage.text
        await stage.pilot.press("escape")
        await stage.until(lambda: "@be is not a role, alias" in stage.text)
        await stage.type("e")
        await stage.until(lambda: "is not a role, alias" not in stage.text)
        await stage.type("zqx")
        await stage.until(lambda: "@beezqx is not a role, alias" in stage.text)


async def test_enter_takes_an_open_completion_and_only_then_sends():
    async with on_stage() as stage:
        await stage.type("@be")
        await stage.until(lambda: stage.composer.completions.is_open)
        await stage.pilot.press("enter")
        await stage.until(lambda: stage.composer.typed == "@bee ")
        await stage.type("hi")
        await stage.pilot.press("enter")
        await stage.until(lambda: len(stage.turns) == 1)


async def test_escape_closes_the_completion_and_leaves_the_reply_alone():
    async with on_stage() as stage:
        stage.runtime.settings.providers.script("a/plain", [TextDelta("on and on"), Hang()])
        await stage.send("Tell me about tea please")
        await stage.until(lambda: "on and on" in stage.text)
        await stage.type("@be")
        await stage.until(lambda: stage.composer.completions.is_open)
        await stage.pilot.press("escape")
        await stage.pilot.pause()
        assert not stage.composer.completions.is_open
        assert stage.talk.busy


async def test_a_file_is_mentioned_shown_as_a_chip_and_sent_along(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / "notes.txt").write_text("the secret ingredient is nutmeg")
    monkeypatch.chdir(tmp_path)
    async with on_stage() as stage:
        await stage.type("look at @notes.txt now")
        await stage.until(lambda: "notes.txt 31 B" in stage.text)
        await stage.pilot.press("enter")
        await stage.idle()
        assert stage.turns[0].files[0].size == 31
        sent = stage.runtime.settings.providers.made["a"].requests[-1].messages[-1]
        assert sent.attachments[0].data == b"the secret ingredient is nutmeg"


async def test_a_file_dropped_on_the_terminal_becomes_a_mention(tmp_path: Path):
    path = tmp_path / "a picture.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n")
    async with on_stage() as stage:
        paste(stage, str(path).replace(" ", "\\ "))
        await stage.until(lambda: stage.composer.typed == f'@"{path}" ')


async def test_one_key_cycles_through_those_who_could_answer():
    async with on_stage() as stage:
        await stage.type("fix my code")
        await stage.until(lambda: "coding  large" in stage.text)
        await stage.pilot.press("ctrl+t")
        await stage.until(lambda: "Pinned  plain" in stage.text)
        await stage.pilot.press("enter")
        await stage.idle()
        assert str(stage.turns[-1].ref) == "a/plain"


async def test_a_chat_is_pinned_and_unpinned_with_commands():
    async with on_stage() as stage:
        await stage.send("/pin c/tiny")
        await stage.send("hello there you")
        await stage.idle()
        assert str(stage.turns[-1].ref) == "c/tiny"
        await stage.send("/auto")
        await stage.send("hello there again")
        await stage.idle()
        assert str(stage.turns[-1].ref) == "a/plain"


async def test_a_chat_is_pinned_to_a_model_from_a_list():
    async with on_stage() as stage:
        await stage.type("/pin")
        await stage.pilot.press("enter")
        await stage.until(lambda: "Choose a model for this chat" in stage.text)
        await stage.type("b/large")
        await stage.until(lambda: "b/large" in stage.text and "a/plain" not in stage.text)
        await stage.pilot.press("enter")
        await stage.until(lambda: "Pinned for this chat  b/large" in stage.text)


async def test_a_command_that_is_none_is_said_and_not_sent():
    async with on_stage() as stage:
        await stage.send("/nonsense")
        await stage.until(lambda: "There is no command /nonsense" in stage.text)
        assert len(stage.turns) == 0


async def test_a_draft_survives_quitting_with_its_folds():
    async with on_stage(StagedRuntime()) as stage:
        await stage.type("keep ")
        paste(stage, "z" * 3000)
        await stage.until(lambda: "[paste 1" in stage.composer.typed)
        await stage.pilot.press("ctrl+q")
        await stage.until(lambda: not stage.app.is_running)
    async with on_stage(StagedRuntime(), LaunchOptions()) as stage:
        await stage.until(lambda: stage.composer.typed.startswith("keep [paste 1"))
        assert stage.composer.unfolded == "keep " + "z" * 3000


async def test_what_waited_survives_quitting_in_the_draft():
    async with on_stage(StagedRuntime()) as stage:
        stage.runtime.settings.providers.script("a/plain", [TextDelta("on and on"), Hang()])
        await stage.send("Tell me about tea please")
        await stage.until(lambda: "on and on" in stage.text)
        await stage.send("waiting words")
        await stage.until(lambda: stage.talk.waiting)
        await stage.pilot.press("ctrl+q")
        await stage.until(lambda: not stage.app.is_running)
    async with on_stage(StagedRuntime(), LaunchOptions(last=True)) as stage:
        await stage.until(lambda: stage.composer.typed == "waiting words")


async def test_a_key_pasted_into_an_empty_prompt_opens_the_page_for_keys():
    async with on_stage() as stage:
        paste(stage, "sk-ant-" + "a" * 40)
        await stage.until(lambda: "Add a key" in stage.text)
        assert "anthropic" in stage.text
        assert "sk-ant" not in stage.text


async def test_typing_while_the_conversation_has_the_focus_writes_the_prompt():
    async with on_stage() as stage:
        stage.runtime.settings.providers.script("a/plain", reply("Hello."))
        await stage.send("Tell me about tea please")
        await stage.idle()
        stage.screen.context.widgets.transcript.focus()
        await stage.type("next")
        assert stage.composer.typed == "next"
        assert stage.composer.area.has_focus


async def test_a_line_that_undoing_takes_away_may_have_been_the_one_with_the_cursor():
    async with on_stage(size=(60, 15)) as stage:
        area = stage.composer.area
        for lines in range(1, 12):
            area.text = "\n".join("line" for _ in range(lines))
            area.move_cursor(area.document.end)
            area.insert("\nmore")
            await stage.pilot.pause()
            area.undo()
            await stage.pilot.pause()
            assert area.text.count("\n") == lines - 1
            assert area.cursor_location[0] == lines - 1


async def test_every_completion_is_one_row_and_a_long_name_elsewhere_moves_none():
    long = Candidate("@x ", "provider/" + "long-name-" * 8, "role")
    short = Candidate("@opus ", "opus", "anthropic/claude-opus-5-5")
    async with on_stage(size=(120, 40)) as stage:
        shown = stage.composer.completions
        shown.offer(Completion(0, 1, (short, *[long] * 9), "mention"))
        await stage.pilot.pause()
        assert shown.size.height == SHOWN + 1
        assert "1 to 8 of 10" in stage.text
        row = next(line for line in stage.text.splitlines() if "▌opus" in line)
        assert "anthropic/claude-opus-5-5" in row


async def test_the_highlighted_completion_is_lit_to_the_end_of_its_row_and_the_last_line_says_its_keys():
    async with on_stage(size=(120, 40)) as stage:
        await stage.type("@op")
        await stage.until(lambda: stage.composer.completions.is_open)
        await stage.until(lambda: "enter accept   ↑↓ choose   esc close" in stage.text)
        shown = stage.composer.completions
        grounds = [
            {segment.style.bgcolor for segment in shown.render_line(row) if segment.style} for row in (0, 1)
        ]
        assert [len(ground) for ground in grounds] == [1, 1]
        assert grounds[0] != grounds[1]
        await stage.pilot.press("escape")
        await stage.until(lambda: "enter send" in stage.text)


async def test_a_role_without_a_model_is_named_once():
    async with on_stage(size=(120, 40)) as stage:
        pin = Pin("coding", role="coding")
        stage.composer.preview = RoutePreview(
            pin=pin,
            chat_pinned=True,
            decision=RoutingDecision(
                role=None, fallback_order=(), confidence=1.0, classifier="pin", why="pinned"
            ),
        )
        await stage.until(lambda: "Pinned for this chat  coding" in stage.text)
        row = next(line for line in stage.text.splitlines() if "Pinned for this chat" in line)
        assert "coding  no model available" in row
        assert "nobody" not in row


async def test_the_line_under_the_prompt_cuts_who_answers_last():
    async with on_stage(size=(120, 40)) as stage:
        slots = (Slot(ModelRef("openai", "a-model-of-some-length")),)
        decision = RoutingDecision(
            role="daily-driver", fallback_order=slots, confidence=0.9, classifier="default", why=""
        )
        stage.composer.preview = RoutePreview(
            decision=decision, cost=Cost(Decimal("0.0035"), exact=False), stack="mine", context=0.004, private=True,
            compaction="gone cold · f9: go on from a summary",
        )  # fmt: skip
        await stage.pilot.pause()
        assert "Private   daily-driver  a-model-of-some-length" in stage.text
        assert "~$0.0035" in stage.text
        assert "Stack" not in stage.text


async def test_what_the_arrow_does_with_waiting_messages_is_said_only_while_it_does_that():
    async with on_stage(size=(120, 40)) as stage:
        stage.composer.update_queue((ComposedMessage(typed="and then?", prompt="and then?"),), paused=False)
        await stage.until(lambda: "next · ↑ edits · esc pauses" in stage.text)
        await stage.type("third")
        await stage.until(lambda: "next · esc pauses" in stage.text)
        stage.composer.clear()
        stage.composer.update_queue(stage.composer.waiting, paused=True)
        await stage.until(lambda: "paused · enter resumes · ↑ edits" in stage.text)
