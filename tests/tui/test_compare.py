"""One prompt goes to several models at once; one answer goes on, and none is lost."""

import re

import pytest

from mixchat.domain.chat_request import Pin
from mixchat.domain.errors import Overloaded
from mixchat.domain.events import TextDelta
from mixchat.domain.turn import Outcome
from mixchat.tui.chat.answer_column import AnswerColumn
from mixchat.tui.handlers.compare_picker import ComparePicker
from mixchat.tui.handlers.compare_request import read_names
from tests.routing.scripted import Hang, Pause, reply
from tests.tui.stage import CONFIG, STACK, Stage, StagedRuntime, on_stage

SECRET = "my key is sk-proj-" + "aB3" * 16
"""Nobody's, but it looks like one."""
FREE = '[prices."c/tiny"]\ninput = 0.0\noutput = 0.0\n'
NO_MORE = "[budget]\nday = 0.000001\n"
AT_HOME = STACK + '[roles.creative]\nmodels = ["local/here"]\n'


def _script(stage: Stage) -> None:
    stage.screen.first.choices.armed_after = 0.0
    stage.runtime.settings.providers.script("a/plain", reply("A plain answer."))
    stage.runtime.settings.providers.script("b/large", reply("A large answer."))
    stage.runtime.settings.providers.script("c/tiny", reply("A tiny answer."))


async def _compared(stage: Stage, count: int = 2) -> None:
    await stage.until(lambda: stage.screen.first.choices.is_open)
    assert len(stage.talk.chat.path.siblings(stage.turns[-1].id)) == count


async def test_answers_stand_side_by_side_each_with_model_and_cost():
    async with on_stage(size=(160, 40)) as stage:
        _script(stage)
        await stage.send("/compare a/plain b/large c/tiny What is tea?")
        await _compared(stage, 3)
        row = next(line for line in stage.text.splitlines() if "A plain answer." in line)
        assert "A large answer." in row
        assert "A tiny answer." in row
        lines = stage.text.splitlines()
        head = next(at for at, line in enumerate(lines) if "1  plain" in line)
        assert "daily-driver" in lines[head]
        assert "3  tiny  quick" in lines[head]
        assert lines[head].count("✓ done") == 3
        assert " $ ┏━┓" in lines[head + 2]  # the large figure
        assert " < ┃ ┃" in lines[head + 3]
        assert "5 tokens" in lines[head + 2]


async def test_models_are_compared_by_the_names_that_the_app_shows():
    async with on_stage() as stage:
        _script(stage)
        await stage.send("/compare plain,large What is tea?")
        await _compared(stage)
        assert stage.turns[-1].prompt == "What is tea?"


@pytest.mark.parametrize("names", ["plain,lrge", "gpt-9,gpt-8", "@larg plain"])
async def test_an_unknown_name_in_a_list_of_models_is_said_and_nothing_is_asked(names: str):
    async with on_stage() as stage:
        _script(stage)
        await stage.send(f"/compare {names} What is tea?")
        await stage.until(lambda: "is not a role, alias or model" in stage.text)
        assert not list(stage.turns)
        assert stage.composer.typed == f"/compare {names} What is tea?"
        assert not isinstance(stage.app.screen, ComparePicker)


class OneRole:
    """Knows one name."""

    def resolve_name(self, name: str) -> Pin | None:
        return Pin(name, role=name) if name == "coding" else None


@pytest.mark.parametrize("prompt", ["either,or what is it", "coding, what is it", "3,14 is what"])
def test_a_prompt_that_begins_with_a_comma_is_no_list_of_models(prompt: str):
    found = read_names(prompt, OneRole(), 4)
    assert (list(found.pins), found.rest, found.nothing) == ([], prompt, None)


async def test_two_answers_stand_side_by_side_from_a_hundred_columns_each_in_a_colour_of_its_own():
    async with on_stage(size=(100, 30)) as stage:
        _script(stage)
        await stage.send("/compare a/plain b/large What is tea?")
        await _compared(stage)
        view = stage.screen.context.widgets.compared
        assert not view.stacked
        colours = [column.colour for column in stage.app.screen.query(AnswerColumn)]
        assert len(set(colours)) == 2
    async with on_stage(StagedRuntime(stack=AT_HOME)) as stage:
        _script(stage)
        await stage.send("/compare a/plain a/other What is tea?")
        await stage.until(lambda: len(stage.app.screen.query(AnswerColumn)) == 2)
        assert len({column.colour for column in stage.app.screen.query(AnswerColumn)}) == 2


async def test_a_comparison_in_which_nothing_was_picked_is_called_so_with_what_each_answer_cost():
    async with on_stage(size=(160, 40)) as stage:
        stage.runtime.storage.prices.load()
        _script(stage)
        await stage.send("/compare a/plain b/large What is tea?")
        await _compared(stage)
        await stage.pilot.press("escape")
        await stage.until(lambda: "models compared" in stage.text)
        assert "pinned by you" not in stage.text
        assert "1  plain" in stage.text
        assert "2  large" in stage.text
        assert "chat <$0.0001" in stage.text.splitlines()[0]
        await stage.pilot.press("alt+1")
        await stage.until(lambda: "‹1/2›" in stage.text)
        panel = "\n".join(line[79:] for line in stage.text.splitlines())
        assert "1 plain" in panel
        assert "<$0.0001" in panel
        assert "2 large" in panel


async def test_the_picked_answer_goes_on_and_the_others_stay_beside_it():
    async with on_stage() as stage:
        _script(stage)
        await stage.send("/compare a/plain b/large What is tea?")
        await _compared(stage)
        await stage.pilot.press("alt+2")
        await stage.until(lambda: "‹2/2›" in stage.text)
        assert "A plain answer." not in stage.text
        assert stage.turns[-1].reply == "A large answer."
        assert [lesson.target for lesson in stage.runtime.routing.learned.list()] == ["b/large"]
        await stage.send("Thank you for that one")
        await stage.idle()
        assert len(stage.turns) == 2
        assert stage.runtime.settings.providers.made["a"].requests[-1].messages[1].text == "A large answer."


async def test_models_are_marked_in_a_list_when_none_is_named():
    async with on_stage() as stage:
        _script(stage)
        stage.composer.area.insert("What is tea?")
        await stage.pilot.press("f7")
        await stage.until(lambda: isinstance(stage.app.screen, ComparePicker))
        assert "Compare 3 of at most 4" in stage.text
        await stage.pilot.press("tab")
        assert "Compare 2 of at most 4" in stage.text
        assert "Sends “What is tea?”" in stage.text
        assert "in all ?" in stage.text
        await stage.pilot.press("tab")
        assert re.search(r"in all ~?<?\$\S+ \+ \?", stage.text)
        await stage.pilot.press("q", "q", "q", "enter")
        assert "no such model" in stage.text
        assert isinstance(stage.app.screen, ComparePicker)
        await stage.pilot.press("backspace", "backspace", "backspace", "enter")
        await _compared(stage, 3)
        assert stage.composer.is_empty


async def test_one_marked_model_is_not_enough():
    async with on_stage() as stage:
        _script(stage)
        stage.composer.area.insert("What is tea?")
        await stage.pilot.press("f7")
        await stage.until(lambda: isinstance(stage.app.screen, ComparePicker))
        await stage.pilot.press("tab", "down", "tab", "enter")
        assert isinstance(stage.app.screen, ComparePicker)
        await stage.pilot.press("escape")
        assert stage.composer.typed == "What is tea?"


async def test_an_earlier_prompt_is_compared_in_its_own_place():
    async with on_stage() as stage:
        _script(stage)
        await stage.send("Tell me about tea please")
        await stage.idle()
        await stage.send("/compare b/large c/tiny")
        await _compared(stage, 3)
        assert len(stage.turns) == 1


async def test_escape_stops_all_and_keeps_what_came():
    async with on_stage() as stage:
        _script(stage)
        stage.runtime.settings.providers.script("a/plain", [TextDelta("So far"), Hang()])
        stage.runtime.settings.providers.script("b/large", [TextDelta("So good"), Hang()])
        await stage.send("/compare a/plain b/large What is tea?")
        await stage.until(lambda: "So far" in stage.text and "So good" in stage.text)
        await stage.pilot.press("escape")
        await stage.idle()
        path = stage.talk.chat.path
        turns = [path.turn(id_) for id_ in path.siblings(stage.turns[-1].id)]
        assert {turn.outcome for turn in turns} == {Outcome.STOPPED}
        assert {turn.reply for turn in turns} == {"So far", "So good"}


async def test_escape_before_any_text_gives_the_prompt_back():
    async with on_stage() as stage:
        _script(stage)
        stage.runtime.settings.providers.script("a/plain", [Hang()])
        stage.runtime.settings.providers.script("b/large", [Hang()])
        await stage.send("/compare a/plain b/large What is tea?")
        await stage.until(lambda: stage.text.count("waiting") >= 2)
        await stage.pilot.press("escape")
        await stage.until(lambda: stage.composer.typed == "What is tea?")
        assert len(stage.turns) == 0
        assert "every message to the right model" in stage.text


async def test_one_that_fails_does_not_disturb_the_others():
    async with on_stage() as stage:
        _script(stage)
        stage.runtime.settings.providers.script("b/large", [Overloaded("Busy.")])
        await stage.send("/compare a/plain b/large What is tea?")
        await _compared(stage)
        assert "A plain answer." in stage.text
        assert "Busy." in stage.text


async def test_answers_are_merged_by_a_model_into_a_further_one():
    async with on_stage() as stage:
        _script(stage)
        stage.runtime.settings.providers.script(
            "a/plain", reply("A plain answer."), reply("The best of both.")
        )
        await stage.send("/compare a/plain b/large What is tea?")
        await _compared(stage)
        await stage.pilot.press("alt+m")
        await stage.until(lambda: "The best of both." in stage.text and "‹3/3›" in stage.text)
        await stage.idle()
        asked = stage.runtime.settings.providers.made["a"].requests[-1].messages[-1].text
        assert "A plain answer." in asked
        assert "A large answer." in asked


async def test_an_answer_that_is_done_is_picked_while_another_still_comes():
    async with on_stage() as stage:
        _script(stage)
        stage.runtime.settings.providers.script("b/large", [TextDelta("Slow "), Hang()])
        await stage.send("/compare a/plain b/large What is tea?")
        await stage.until(lambda: "A plain answer." in stage.text and "Slow" in stage.text)
        await stage.pilot.press("alt+2")
        await stage.until(lambda: "Answer 2 is still coming" in stage.text)
        await stage.pilot.press("alt+1")
        await stage.until(lambda: "‹1/2›" in stage.text)
        assert stage.turns[-1].reply == "A plain answer."


async def test_who_is_writing_is_asked_and_goes_on_writing():
    async with on_stage() as stage:
        _script(stage)
        stage.runtime.settings.providers.script(
            "b/large", [TextDelta("Slow "), Pause(5.0), *reply("answer.")]
        )
        await stage.send("/compare a/plain b/large What is tea?")
        await stage.until(lambda: "Slow" in stage.text)
        stage.composer.area.insert("and then")
        await stage.until(lambda: "alt+m merge them" in stage.text)
        await stage.type(" 12 am")
        assert stage.composer.typed == "and then 12 am"


async def test_a_prompt_that_is_sent_meanwhile_waits_and_goes_on_with_what_is_shown():
    async with on_stage() as stage:
        _script(stage)
        stage.runtime.settings.providers.script("a/plain", reply("A plain answer."), reply("Next."))
        stage.runtime.settings.providers.script(
            "b/large", [TextDelta("Slow "), Pause(1.0), *reply("answer.")]
        )
        await stage.send("/compare a/plain b/large What is tea?")
        await stage.until(lambda: "Slow" in stage.text)
        await stage.send("And what about coffee then")
        await stage.until(lambda: "Next." in stage.text)
        await stage.idle()
        assert len(stage.turns) == 2


async def test_what_is_typed_at_the_question_is_written_and_answers_nothing():
    async with on_stage() as stage:
        _script(stage)
        await stage.send("/compare a/plain b/large What is tea?")
        await _compared(stage)
        await stage.type("and what")
        assert stage.composer.typed == "and what"
        assert "Continue with" in stage.text
        assert "A plain answer." in stage.text
        assert "A large answer." in stage.text


@pytest.mark.parametrize("size", [(80, 24), (60, 20)])
async def test_a_narrow_terminal_opens_one_answer_at_a_time(size: tuple[int, int]):
    async with on_stage(size=size) as stage:
        _script(stage)
        await stage.send("/compare a/plain b/large c/tiny What is tea?")
        await _compared(stage, 3)
        assert "A plain answer." in stage.text
        assert "A large answer." not in stage.text
        assert " 2  large" in stage.text
        assert " 3  tiny" in stage.text
        await stage.pilot.press("alt+right")
        assert "A large answer." in stage.text
        assert "A plain answer." not in stage.text
        stage.app.screen.query_one("#compared")
        await stage.pilot.resize_terminal(160, 40)
        await stage.until(lambda: "A plain answer." in stage.text and "A tiny answer." in stage.text)


async def test_looking_at_another_chat_leaves_the_comparison_and_it_goes_on():
    async with on_stage() as stage:
        _script(stage)
        stage.runtime.settings.providers.script(
            "b/large", [TextDelta("Slow "), Pause(1.5), *reply("answer.")]
        )
        await stage.send("/compare a/plain b/large What is tea?")
        await stage.until(lambda: "Slow" in stage.text)
        chat = stage.talk.chat
        await stage.pilot.press("ctrl+n")
        assert "every message to the right model" in stage.text
        await stage.until(lambda: len(chat.path.siblings(chat.turns[-1].id)) == 2)
        await stage.until(
            lambda: all(
                chat.path.turn(id_).outcome is Outcome.COMPLETE
                for id_ in chat.path.siblings(chat.turns[-1].id)
            )
        )
        assert not stage.screen.first.choices.is_open


async def test_a_question_does_not_follow_into_another_chat():
    async with on_stage() as stage:
        _script(stage)
        await stage.send("/compare a/plain b/large What is tea?")
        await _compared(stage)
        await stage.pilot.press("ctrl+n")
        assert not stage.screen.first.choices.is_open
        assert stage.composer.area.has_focus


async def test_a_secret_stops_all_until_it_is_said_so():
    async with on_stage() as stage:
        _script(stage)
        await stage.send("/compare a/plain b/large " + SECRET)
        await stage.until(lambda: "Send anyway" in stage.text)
        assert not stage.runtime.settings.providers.calls("a")
        await stage.pilot.press("alt+a")
        await stage.until(lambda: "A plain answer." in stage.text and "A large answer." in stage.text)
        assert len(stage.talk.chat.path.siblings(stage.turns[-1].id)) == 2


async def test_a_secret_that_is_edited_leaves_nothing_behind():
    async with on_stage() as stage:
        _script(stage)
        await stage.send("/compare a/plain b/large " + SECRET)
        await stage.until(lambda: "Send anyway" in stage.text)
        await stage.pilot.press("escape")
        assert stage.composer.typed.startswith("my key is")
        assert len(stage.turns) == 0


async def _half_over_budget(stage: Stage) -> None:
    """Compare a model that the budget stops with one that costs nothing."""
    stage.runtime.storage.prices.load()
    _script(stage)
    await stage.send("/compare a/plain c/tiny What is tea?")
    await stage.until(lambda: "Send anyway, once" in stage.text and "A tiny answer." in stage.text)


def _answers(stage: Stage) -> set[str]:
    path = stage.talk.chat.path
    return {path.turn(id_).reply for id_ in path.siblings(stage.turns[-1].id)}


@pytest.mark.parametrize(("key", "day"), [("alt+a", "day = 0.000001"), ("alt+b", "day = 0.01")])
async def test_what_a_budget_stopped_is_answered_beside_what_it_did_not(key: str, day: str):
    runtime = StagedRuntime(CONFIG + FREE + NO_MORE)
    async with on_stage(runtime) as stage:
        await _half_over_budget(stage)
        assert "plain: " in stage.text
        assert "instead" not in stage.text
        await stage.pilot.press(key)
        await stage.until(lambda: "A plain answer." in stage.text and "Continue with" in stage.text)
        assert "A tiny answer." in stage.text
        assert _answers(stage) == {"A plain answer.", "A tiny answer."}
        assert runtime.settings.providers.calls("c") == 1
        assert day in runtime.settings.paths.config_file.read_text("utf-8")
        await stage.pilot.press("alt+1")
        await stage.until(lambda: stage.turns[-1].reply == "A plain answer.")


async def test_what_a_budget_stopped_can_stay_so():
    runtime = StagedRuntime(CONFIG + FREE + NO_MORE)
    async with on_stage(runtime) as stage:
        await _half_over_budget(stage)
        await stage.pilot.press("escape")
        await stage.until(lambda: "Continue with" in stage.text)
        assert runtime.settings.providers.calls("a") == 0
        await stage.pilot.press("alt+2")
        await stage.until(lambda: stage.turns[-1].reply == "A tiny answer.")


async def test_what_a_guard_stopped_takes_nothing_from_who_is_writing():
    runtime = StagedRuntime(CONFIG + FREE + NO_MORE)
    async with on_stage(runtime) as stage:
        runtime.storage.prices.load()
        _script(stage)
        runtime.settings.providers.script("c/tiny", [TextDelta("Slow "), Pause(5.0), *reply("answer.")])
        await stage.send("/compare a/plain c/tiny What is tea?")
        await stage.until(lambda: "Slow" in stage.text)
        stage.composer.area.insert("and then")
        await stage.until(lambda: "Send it anyway?" in stage.text)
        assert stage.composer.typed == "and then"


async def test_a_secret_that_stayed_here_is_sent_to_the_others_when_said_so():
    runtime = StagedRuntime(stack=AT_HOME)
    async with on_stage(runtime) as stage:
        _script(stage)
        runtime.settings.providers.script("local/here", reply("An answer from here."))
        await stage.send("/compare a/plain local/here " + SECRET)
        await stage.until(lambda: "Send anyway" in stage.text and "An answer from here." in stage.text)
        assert "here on this machine" not in stage.text
        assert runtime.settings.providers.calls("a") == 0
        await stage.pilot.press("alt+a")
        await stage.until(lambda: "A plain answer." in stage.text)
        await stage.idle()
        assert _answers(stage) == {"A plain answer.", "An answer from here."}
        assert runtime.settings.providers.calls("local") == 1


async def test_a_local_model_takes_the_place_of_one_and_the_others_are_asked_about_again():
    runtime = StagedRuntime(stack=AT_HOME)
    async with on_stage(runtime) as stage:
        _script(stage)
        runtime.settings.providers.script("local/here", reply("An answer from here."))
        await stage.send("/compare a/plain b/large " + SECRET)
        await stage.until(lambda: "Use here on this machine" in stage.text)
        await stage.pilot.press("enter")
        await stage.until(lambda: "An answer from here." in stage.text and "large: " in stage.text)
        assert " 1  here" in stage.text
        assert (runtime.settings.providers.calls("a"), runtime.settings.providers.calls("b")) == (0, 0)
        await stage.pilot.press("alt+a")
        await stage.until(lambda: "A large answer." in stage.text)
        await stage.idle()
        assert _answers(stage) == {"A large answer.", "An answer from here."}


async def test_a_private_chat_is_opened_up_for_those_it_kept_out():
    runtime = StagedRuntime(stack=AT_HOME)
    async with on_stage(runtime) as stage:
        _script(stage)
        runtime.settings.providers.script("local/here", reply("An answer from here."))
        await stage.send("/private")
        await stage.send("/compare a/plain local/here What is tea?")
        await stage.until(lambda: "Let this chat leave the machine" in stage.text)
        await stage.until(lambda: "An answer from here." in stage.text)
        assert runtime.settings.providers.calls("a") == 0
        await stage.pilot.press("alt+u")
        await stage.until(lambda: "A plain answer." in stage.text)
        assert not stage.talk.chat.record.private


async def test_one_answer_to_a_guard_is_not_taken_back_by_the_next():
    runtime = StagedRuntime(CONFIG + NO_MORE)
    async with on_stage(runtime) as stage:
        runtime.storage.prices.load()
        _script(stage)
        runtime.settings.providers.script("b/large", reply("A large answer."))
        await stage.send("/compare a/plain b/large " + SECRET)
        await stage.until(lambda: "Send anyway" in stage.text)
        await stage.pilot.press("alt+a")
        await stage.until(lambda: "Send anyway, once" in stage.text)
        await stage.pilot.press("alt+a")
        await stage.until(lambda: "A plain answer." in stage.text and "A large answer." in stage.text)


async def test_a_stopped_secret_is_not_shown_above_the_answers():
    async with on_stage() as stage:
        _script(stage)
        await stage.send(f"/compare a/plain b/large {SECRET}")
        await stage.until(lambda: stage.screen.first.choices.is_open)
        await stage.until(lambda: "my key is [an OpenAI key]" in stage.text)
        assert SECRET[-20:] not in stage.text
        await stage.pilot.press("escape")
        await stage.until(lambda: SECRET in stage.composer.typed)


PRIVATE = STACK.replace(
    '[roles.coding]\nmodels = ["b/large", "a/plain"]',
    '[roles.coding]\nmodels = ["local/here"]\nprivate = true',
)


async def test_what_a_private_role_keeps_here_is_compared_elsewhere_only_when_it_is_said_so():
    async with on_stage(StagedRuntime(stack=PRIVATE)) as stage:
        _script(stage)
        providers = stage.runtime.settings.providers
        await stage.send("/compare a/plain b/large code of my diary")
        await stage.until(lambda: "The role coding is private" in stage.text)
        assert "this one to a/plain, b/large?" in stage.text
        assert providers.calls("a") == providers.calls("b") == 0
        await stage.pilot.press("escape")
        await stage.until(lambda: not stage.screen.first.choices.is_open)
        assert stage.composer.typed == "code of my diary"
        assert providers.calls("a") == providers.calls("b") == 0
        stage.composer.clear()
        await stage.send("/compare a/plain b/large code of my diary")
        await stage.until(lambda: "The role coding is private" in stage.text)
        await stage.pilot.press("alt+a")
        await _compared(stage)
        assert providers.calls("a") == providers.calls("b") == 1


async def test_a_private_role_is_compared_among_models_on_this_machine_without_a_question():
    async with on_stage(StagedRuntime(stack=PRIVATE)) as stage:
        _script(stage)
        await stage.send("/compare local/here local/there code of my diary")
        await _compared(stage)
        assert "is private: its prompts" not in stage.text


@pytest.mark.parametrize("how", ["/retry a/plain", "/continue a/plain"])
async def test_what_a_private_role_answered_is_asked_elsewhere_only_when_it_is_said_so(how: str):
    async with on_stage(StagedRuntime(stack=PRIVATE)) as stage:
        _script(stage)
        providers = stage.runtime.settings.providers
        providers.script("local/here", [TextDelta("It is "), Overloaded("It has trouble.")])
        await stage.send("code of my diary")
        await stage.until(lambda: "It is" in stage.text and not stage.talk.busy)
        await stage.send(how)
        await stage.until(lambda: "The role coding is private" in stage.text)
        assert providers.calls("a") == 0
        await stage.pilot.press("escape")
        await stage.pilot.pause(0.1)
        assert providers.calls("a") == 0
        await stage.send(how)
        await stage.until(lambda: "The role coding is private" in stage.text)
        await stage.pilot.press("alt+a")
        await stage.until(lambda: providers.calls("a") == 1)
