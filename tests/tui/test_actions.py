"""A turn is asked again, changed, left and brought back; nothing is destroyed on the way."""

from mixchat.domain.errors import Interrupted, Refused
from mixchat.domain.events import TextDelta
from mixchat.domain.turn import Outcome
from mixchat.tui.launch_options import LaunchOptions
from mixchat.tui.panel.turn_list import TurnList
from mixchat.tui.widgets.picker import Picker
from tests.routing.scripted import Hang, reply
from tests.tui.stage import CONFIG, Stage, StagedRuntime, on_stage


async def _two_turns(stage: Stage) -> None:
    stage.runtime.settings.providers.script(
        "a/plain", reply("First reply."), reply("Second reply."), reply("Third reply.")
    )
    await stage.send("Tell me about tea please")
    await stage.idle()
    await stage.send("And what about coffee then")
    await stage.idle()


async def test_asking_again_keeps_the_old_answer_beside_the_new_one():
    async with on_stage() as stage:
        await _two_turns(stage)
        await stage.pilot.press("f5")
        await stage.idle()
        await stage.until(lambda: "Third reply." in stage.text and "‹2/2›" in stage.text)
        assert "Second reply." not in stage.text
        await stage.pilot.press("alt+left")
        await stage.until(lambda: "Second reply." in stage.text and "‹1/2›" in stage.text)
        assert "Third reply." not in stage.text
        await stage.pilot.press("alt+right")
        await stage.until(lambda: "Third reply." in stage.text)
        assert "First reply." in stage.text


async def test_a_turn_in_the_middle_is_meant_by_the_block_cursor():
    async with on_stage() as stage:
        await _two_turns(stage)
        await stage.pilot.press("alt+up", "alt+up", "f5")
        await stage.idle()
        assert [turn.reply for turn in stage.turns] == ["Third reply."]
        await stage.pilot.press("alt+left")
        await stage.until(lambda: "Second reply." in stage.text)
        assert [turn.reply for turn in stage.turns] == ["First reply.", "Second reply."]


async def test_the_mark_is_gone_once_something_else_was_sent():
    async with on_stage() as stage:
        await _two_turns(stage)
        await stage.pilot.press("alt+up", "alt+up")
        await stage.send("Thank you for all of that")
        await stage.idle()
        assert stage.screen.context.widgets.transcript.cursor.mark is None


async def test_another_model_is_picked_from_a_list():
    async with on_stage() as stage:
        await _two_turns(stage)
        stage.runtime.settings.providers.script("b/large", reply("A large reply."))
        await stage.pilot.press("f8")
        await stage.until(lambda: "Retry with ..." in stage.text)
        await stage.type("b/large")
        await stage.pilot.press("enter")
        await stage.until(lambda: "A large reply." in stage.text and "‹2/2›" in stage.text)
        await stage.idle()
        assert str(stage.turns[-1].ref) == "b/large"


async def test_a_pinned_message_that_is_asked_again_stays_with_its_model():
    async with on_stage() as stage:
        stage.runtime.settings.providers.script("b/large", reply("One."), reply("Two."))
        await stage.send("@bee Tell me about tea please")
        await stage.idle()
        await stage.pilot.press("f5")
        await stage.idle()
        assert str(stage.turns[-1].ref) == "b/large"
        assert stage.turns[-1].reply == "Two."


async def test_an_earlier_prompt_is_edited_in_the_composer_and_branches():
    async with on_stage() as stage:
        await _two_turns(stage)
        stage.composer.area.insert("half a thought")
        await stage.pilot.press("alt+up", "alt+up", "alt+e")
        assert "editing turn 1" in stage.text
        assert stage.composer.typed == "Tell me about tea please"
        stage.composer.write("Tell me about cocoa please")
        await stage.pilot.press("enter")
        await stage.idle()
        assert [turn.prompt for turn in stage.turns] == ["Tell me about cocoa please"]
        assert "‹2/2›" in stage.text
        assert "editing turn" not in stage.text
        assert stage.composer.typed == "half a thought"
        await stage.pilot.press("alt+left")
        await stage.until(lambda: "Second reply." in stage.text)


async def test_escape_leaves_an_edit_and_brings_back_what_was_being_written():
    async with on_stage() as stage:
        await _two_turns(stage)
        stage.composer.area.insert("half a thought")
        await stage.pilot.press("alt+e")
        assert "editing turn 2" in stage.text
        await stage.pilot.press("escape")
        assert stage.composer.typed == "half a thought"
        assert "editing turn" not in stage.text
        assert len(stage.turns) == 2


async def test_an_edit_that_is_sent_during_a_reply_waits_for_it():
    async with on_stage() as stage:
        stage.runtime.settings.providers.script(
            "a/plain", reply("First reply."), [TextDelta("Long "), Hang()], reply("Edited.")
        )
        await stage.send("Tell me about tea please")
        await stage.idle()
        await stage.send("And what about coffee then")
        await stage.until(lambda: "Long" in stage.text)
        await stage.send("/edit 1")
        assert "editing turn 1" in stage.text
        stage.composer.write("Tell me about cocoa please")
        await stage.pilot.press("enter")
        assert len(stage.talk.waiting) == 1
        await stage.pilot.press("escape")
        await stage.idle()
        await stage.pilot.press("enter")
        await stage.until(lambda: "Edited." in stage.text)
        await stage.idle()
        assert [turn.prompt for turn in stage.turns] == ["Tell me about cocoa please"]


async def test_an_edit_that_was_stopped_before_any_text_is_open_again():
    async with on_stage() as stage:
        stage.runtime.settings.providers.script("a/plain", reply("First reply."), [Hang()])
        await stage.send("Tell me about tea please")
        await stage.idle()
        await stage.pilot.press("alt+e")
        stage.composer.write("Tell me about cocoa please")
        await stage.pilot.press("enter")
        await stage.until(lambda: "● ready" not in stage.text and "waiting" in stage.text)
        await stage.pilot.press("escape")
        await stage.idle()
        assert "editing turn 1" in stage.text
        assert stage.composer.typed == "Tell me about cocoa please"
        await stage.until(lambda: "First reply." in stage.text)


async def test_a_fork_is_a_chat_of_its_own():
    async with on_stage() as stage:
        await _two_turns(stage)
        old = stage.talk.chat
        await stage.pilot.press("alt+up", "alt+up", "ctrl+b")
        assert stage.talk.chat.id != old.id
        assert [turn.reply for turn in stage.turns] == ["First reply."]
        assert len(old.turns) == 2
        assert stage.talk.chat.record.title.endswith("(fork)")
        assert "Tell me about tea" in stage.text


async def test_a_copied_turn_says_what_it_had_cost_and_the_sum_does_not_count_it_again():
    dear = CONFIG.replace("input = 1.0", "input = 1000.0").replace("output = 4.0", "output = 4000.0")
    async with on_stage(StagedRuntime(dear), size=(160, 40)) as stage:
        stage.runtime.storage.prices.load()
        await _two_turns(stage)
        await stage.until(lambda: "Chat     $0.0600" in stage.text)
        await stage.pilot.press("alt+up", "alt+up", "ctrl+b")
        await stage.until(lambda: "$0.0300 before the fork" in stage.text)
        await stage.until(lambda: "($0.0300)" in stage.text)
        await stage.until(lambda: "Chat     $0.0000" in stage.text and "Today    $0.0600" in stage.text)
        stage.app.screen.query_one(TurnList).focus()
        await stage.pilot.press("right")
        await stage.until(lambda: "counted in the chat that this is a" in stage.text)


async def test_undo_takes_the_last_turn_back_with_its_prompt_and_redo_brings_it_back():
    async with on_stage() as stage:
        await _two_turns(stage)
        await stage.pilot.press("alt+z")
        assert len(stage.turns) == 1
        assert "Second reply." not in stage.text
        assert stage.composer.typed == "And what about coffee then"
        await stage.pilot.press("alt+y")
        await stage.until(lambda: "Second reply." in stage.text)
        assert stage.composer.typed == ""


async def test_undo_gives_a_pinned_prompt_back_with_its_pin():
    async with on_stage() as stage:
        stage.runtime.settings.providers.script("b/large", reply("One."))
        await stage.send("@bee Tell me about tea please")
        await stage.idle()
        await stage.pilot.press("alt+z")
        assert stage.composer.typed == "@bee Tell me about tea please"
        await stage.pilot.press("alt+y")
        assert stage.composer.is_empty
        assert len(stage.turns) == 1


async def test_undo_of_every_turn_and_redo_in_another_session():
    async with on_stage() as stage:
        await _two_turns(stage)
        await stage.pilot.press("alt+z", "alt+z")
        assert len(stage.turns) == 0
        assert "every message to the right model" in stage.text
        chat = stage.runtime.saved_chat(stage.talk.chat.id)
        while chat.path.redo() is not None:
            pass
        assert [turn.reply for turn in chat.turns] == ["First reply.", "Second reply."]


async def test_what_was_taken_back_stays_so_after_a_restart_and_can_still_be_redone():
    async with on_stage() as stage:
        await _two_turns(stage)
        await stage.pilot.press("alt+z", "alt+z")
        assert len(stage.turns) == 0
    async with on_stage(StagedRuntime(), LaunchOptions(last=True)) as stage:
        assert "every message to the right model" in stage.text
        assert "First reply." not in stage.text
        await stage.pilot.press("alt+y", "alt+y")
        await stage.until(lambda: "First reply." in stage.text and "Second reply." in stage.text)


async def test_a_deleted_turn_and_what_followed_it_come_back():
    async with on_stage() as stage:
        await _two_turns(stage)
        await stage.pilot.press("alt+up", "alt+up", "alt+x")
        assert len(stage.turns) == 0
        assert len(stage.runtime.saved_chat(stage.talk.chat.id).turns) == 0
        await stage.pilot.press("alt+z")
        await stage.until(lambda: "Second reply." in stage.text)
        assert len(stage.turns) == 2


async def test_undo_goes_back_in_the_order_in_which_things_were_done():
    async with on_stage() as stage:
        await _two_turns(stage)
        await stage.pilot.press("alt+x")
        await stage.send("Something else entirely here")
        await stage.idle()
        await stage.pilot.press("alt+z")
        assert [turn.reply for turn in stage.turns] == ["First reply."]
        await stage.pilot.press("alt+z")
        assert [turn.reply for turn in stage.turns] == ["First reply.", "Second reply."]


async def test_a_role_is_corrected_from_a_list_and_shown_so():
    runtime = StagedRuntime()
    async with on_stage(runtime) as stage:
        await _two_turns(stage)
        await stage.pilot.press("alt+r")
        await stage.until(lambda: isinstance(stage.app.screen, Picker))
        await stage.type("coding")
        await stage.pilot.press("enter")
        await stage.until(lambda: stage.turns[-1].corrected == "coding")
        await stage.until(lambda: "changed by you" in stage.text)
        lessons = runtime.routing.learned.list()
        assert [(each.prompt, each.target, each.source) for each in lessons] == [
            ("And what about coffee then", "coding", "corrected")
        ]


async def test_a_role_that_is_none_is_said():
    async with on_stage() as stage:
        await _two_turns(stage)
        await stage.send("/role cooking")
        await stage.until(lambda: "cooking is not a role of the stack stage" in stage.text)


async def test_a_model_is_pinned_by_the_name_that_the_app_shows_and_an_unknown_one_is_said():
    async with on_stage() as stage:
        await _two_turns(stage)
        await stage.send("/pin lagre")
        await stage.until(lambda: "lagre is not a role" in stage.text)
        stage.composer.area.insert("/pin large")
        await stage.pilot.press("escape", "enter")
        await stage.until(lambda: "pinned to b/large" in stage.text)


async def test_a_reply_that_was_cut_off_is_continued_with_a_seam_that_names_the_next_model():
    async with on_stage() as stage:
        stage.runtime.settings.providers.script(
            "a/plain", [TextDelta("The first half"), Interrupted("The reply was cut off.")]
        )
        stage.runtime.settings.providers.script("b/large", reply(" and the second."))
        await stage.send("Tell me about tea please")
        await stage.idle()
        await stage.until(lambda: "f6 continue" in stage.text)
        await stage.send("/continue b/large")
        await stage.until(lambda: "continued by large" in stage.text)
        await stage.idle()
        assert stage.turns[-1].reply == "The first half and the second."


async def test_a_complete_reply_is_not_continued():
    async with on_stage() as stage:
        await _two_turns(stage)
        await stage.pilot.press("f6")
        await stage.until(lambda: "This reply is complete" in stage.text)
        assert not stage.talk.busy


async def test_structure_is_not_changed_under_a_reply_that_is_coming():
    async with on_stage() as stage:
        stage.runtime.settings.providers.script(
            "a/plain", reply("First reply."), [TextDelta("Long "), Hang()]
        )
        await stage.send("Tell me about tea please")
        await stage.idle()
        await stage.send("And what about coffee then")
        await stage.until(lambda: "Long" in stage.text)
        await stage.pilot.press("alt+z", "alt+x", "alt+y", "f5")
        assert len(stage.turns) == 2
        assert stage.talk.busy
        await stage.until(lambda: "A reply is still coming" in stage.text)


async def test_asking_again_that_is_stopped_before_any_text_shows_the_old_answer_again():
    async with on_stage() as stage:
        stage.runtime.settings.providers.script("a/plain", reply("First reply."), [Hang()])
        await stage.send("Tell me about tea please")
        await stage.idle()
        await stage.pilot.press("f5")
        await stage.until(lambda: "● ready" not in stage.text and "waiting" in stage.text)
        await stage.pilot.press("escape")
        await stage.idle()
        await stage.until(lambda: "First reply." in stage.text)
        assert len(stage.turns) == 1
        assert stage.composer.typed == ""


async def test_a_failed_turn_that_others_follow_is_kept_when_it_is_asked_again():
    async with on_stage() as stage:
        stage.runtime.settings.providers.script(
            "a/plain", [Refused("No.")], reply("Second reply."), reply("Third reply.")
        )
        await stage.send("Tell me about tea please")
        await stage.idle()
        stage.composer.clear()
        await stage.send("And what about coffee then")
        await stage.idle()
        await stage.pilot.press("alt+up", "alt+up", "f5")
        await stage.idle()
        assert [turn.reply for turn in stage.turns] == ["Third reply."]
        await stage.pilot.press("alt+left")
        await stage.until(lambda: "Second reply." in stage.text)
        assert stage.turns[0].outcome is Outcome.FAILED
