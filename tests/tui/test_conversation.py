"""A prompt goes out, a reply comes in, and nothing that was written is lost on the way."""

from mixchat.domain.chat_request import RoutingInput
from mixchat.domain.decision import Classification, Evidence
from mixchat.domain.errors import Interrupted, Overloaded, Refused
from mixchat.domain.events import TextDelta, ThinkingDelta
from mixchat.domain.stack import Stack
from mixchat.domain.turn import Outcome
from mixchat.routing.router import Router
from mixchat.tui.launch_options import LaunchOptions
from tests.routing.scripted import Hang, reply
from tests.tui.stage import PlainClassifier, StagedRuntime, on_stage


async def test_a_reply_is_painted_with_role_model_time_and_cost_beside_it():
    async with on_stage() as stage:
        stage.runtime.settings.providers.script("a/plain", reply("The kettle ", "is on."))
        await stage.send("Tell me about tea please")
        await stage.idle()
        await stage.until(lambda: "The kettle is on." in stage.text)
        assert "daily-driver" in stage.text
        assert stage.text.count("plain") >= 2
        assert "<$0.0001" in stage.text


async def test_the_welcome_makes_room_for_the_first_turn():
    async with on_stage() as stage:
        assert "every message to the right model" in stage.text
        await stage.send("hello there")
        await stage.idle()
        assert "every message to the right model" not in stage.text


async def test_escape_stops_a_reply_and_keeps_what_came():
    async with on_stage() as stage:
        stage.runtime.settings.providers.script("a/plain", [TextDelta("So far"), Hang()])
        await stage.send("Tell me about tea please")
        await stage.until(lambda: "So far" in stage.text)
        await stage.pilot.press("escape")
        await stage.idle()
        assert stage.turns[-1].outcome is Outcome.STOPPED
        assert stage.turns[-1].reply == "So far"
        assert stage.composer.typed == ""


async def test_escape_before_any_text_takes_the_turn_back_and_the_prompt_with_it():
    async with on_stage() as stage:
        stage.runtime.settings.providers.script("a/plain", [Hang()])
        await stage.send("Tell me about tea please")
        await stage.until(lambda: "● ready" not in stage.text and "waiting" in stage.text)
        await stage.pilot.press("escape")
        await stage.idle()
        assert len(stage.turns) == 0
        assert stage.composer.typed == "Tell me about tea please"


async def test_a_prompt_that_was_taken_back_does_not_write_over_a_new_one():
    async with on_stage() as stage:
        stage.runtime.settings.providers.script("a/plain", [Hang()])
        await stage.send("Tell me about tea please")
        await stage.until(lambda: "● ready" not in stage.text and "waiting" in stage.text)
        await stage.type("new")
        await stage.pilot.press("escape")
        await stage.idle()
        assert stage.composer.typed == "new"


class Follower(PlainClassifier):
    """Says whether there is a turn before."""

    def classify(self, question: RoutingInput, stack: Stack) -> Classification:
        words = "follows up on the previous message" if question.history else "begins"
        return Classification("daily-driver", 0.9, "local", (Evidence(words, 1.0),), ())


async def test_what_is_written_goes_on_from_nothing_once_the_first_turn_was_taken_back():
    runtime = StagedRuntime()
    runtime.routing.__dict__["router"] = Router(
        runtime.routing.stack, classifier=Follower(), resources=runtime.routing.services
    )
    async with on_stage(runtime) as stage:
        runtime.settings.providers.script("a/plain", [Hang()])
        await stage.send("hello there")
        await stage.until(lambda: stage.talk.busy and stage.turns)
        await stage.type("and then")
        await stage.until(lambda: "follows up on the previous message" in stage.text)
        await stage.pilot.press("escape")
        await stage.until(lambda: "begins" in stage.text)
        assert not stage.turns


async def test_how_long_it_thought_is_still_said_when_the_turn_was_away():
    async with on_stage() as stage:
        stage.runtime.settings.providers.script(
            "a/plain", [ThinkingDelta("Let me see."), *reply("Here it is.")]
        )
        await stage.send("hello there")
        await stage.idle()
        await stage.until(lambda: "thought for" in stage.text)
        await stage.send("/delete")
        await stage.until(lambda: not stage.turns)
        await stage.pilot.press("alt+z")
        await stage.until(lambda: "Here it is." in stage.text)
        assert "thought for" in stage.text


async def test_what_is_sent_during_a_reply_waits_and_then_goes():
    async with on_stage() as stage:
        stage.runtime.settings.providers.script("a/plain", [TextDelta("one"), Hang()], reply("two"))
        await stage.send("Tell me about tea please")
        await stage.until(lambda: "one" in stage.text)
        await stage.send("And what about coffee then")
        await stage.until(lambda: "And what about coffee" in stage.text)
        assert len(stage.talk.waiting) == 1
        await stage.pilot.press("escape")
        await stage.idle()
        assert stage.talk.paused
        assert len(stage.turns) == 1
        await stage.pilot.press("enter")
        await stage.until(lambda: len(stage.turns) == 2 and not stage.talk.busy)
        assert stage.turns[-1].prompt == "And what about coffee then"


async def test_a_waiting_message_comes_back_to_be_edited_with_the_arrow_up():
    async with on_stage() as stage:
        stage.runtime.settings.providers.script("a/plain", [TextDelta("one"), Hang()])
        await stage.send("Tell me about tea please")
        await stage.until(lambda: "one" in stage.text)
        await stage.send("a second thought")
        await stage.until(lambda: stage.talk.waiting)
        await stage.pilot.press("up")
        await stage.until(lambda: stage.composer.typed == "a second thought")
        assert not stage.talk.waiting


async def test_a_failed_prompt_is_given_back_and_sent_again_takes_the_failed_turns_place():
    async with on_stage() as stage:
        stage.runtime.settings.providers.script("a/plain", [Refused("I would rather not.")], reply("Fine."))
        await stage.send("Tell me about tea please")
        await stage.idle()
        assert stage.composer.typed == "Tell me about tea please"
        assert "I would rather not." in stage.text
        await stage.pilot.press("enter")
        await stage.until(lambda: stage.turns[-1].reply == "Fine.")
        await stage.idle()
        assert len(stage.turns) == 1
        assert "I would rather not." not in stage.text


async def test_a_fail_over_is_said_and_the_reply_is_attributed_to_who_gave_it():
    async with on_stage() as stage:
        stage.runtime.settings.providers.script("a/plain", [Overloaded("Too many people.")])
        stage.runtime.settings.providers.script("b/large", reply("I took over."))
        await stage.send("Tell me about tea please")
        await stage.until(lambda: "I took over." in stage.text)
        await stage.idle()
        assert str(stage.turns[-1].ref) == "b/large"
        assert "overloaded" in stage.text


async def test_a_cut_off_reply_is_continued_with_one_key():
    async with on_stage() as stage:
        stage.runtime.settings.providers.script(
            "a/plain",
            [TextDelta("First half"), Interrupted("The connection broke.")],
            reply(" and the second."),
        )
        await stage.send("Tell me about tea please")
        await stage.until(lambda: not stage.talk.busy and "f6 continue" in stage.text)
        await stage.pilot.press("f6")
        await stage.until(lambda: stage.turns[-1].reply == "First half and the second.")
        await stage.idle()
        assert len(stage.turns) == 1


async def test_a_chat_is_opened_again_with_what_was_said():
    runtime = StagedRuntime()
    async with on_stage(runtime) as stage:
        stage.runtime.settings.providers.script("a/plain", reply("Remember the milk."))
        await stage.send("Tell me about tea please")
        await stage.idle()
    async with on_stage(StagedRuntime(), LaunchOptions(last=True)) as stage:
        await stage.until(lambda: "Remember the milk." in stage.text)
        assert len(stage.turns) == 1


async def test_quitting_in_mid_reply_keeps_what_had_come():
    runtime = StagedRuntime()
    async with on_stage(runtime) as stage:
        stage.runtime.settings.providers.script("a/plain", [TextDelta("Half of it"), Hang()])
        await stage.send("Tell me about tea please")
        await stage.until(lambda: "Half of it" in stage.text)
        await stage.pilot.press("ctrl+q")
        await stage.until(lambda: not stage.app.is_running)
    async with on_stage(StagedRuntime(), LaunchOptions(last=True)) as stage:
        assert stage.turns[-1].reply == "Half of it"
        assert stage.turns[-1].outcome is Outcome.STOPPED


async def test_a_prompt_that_waits_for_its_first_word_is_there_again_after_leaving():
    runtime = StagedRuntime()
    async with on_stage(runtime) as stage:
        runtime.settings.providers.script("a/plain", [Hang()])
        await stage.send("Tell me about tea please")
        await stage.until(lambda: "● ready" not in stage.text and "waiting" in stage.text)
        await stage.pilot.press("ctrl+q")
    async with on_stage(StagedRuntime()) as stage:
        assert stage.runtime.storage.chats.list() == []
        assert stage.composer.typed == "Tell me about tea please"
