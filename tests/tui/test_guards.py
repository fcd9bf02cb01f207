"""What mixchat stops by itself is asked about where it happened, and answered with one key."""

from decimal import Decimal

from mixchat.words.turn import Outcome
from tests.routing.scripted import reply
from tests.tui.stage import CONFIG, StagedHouse, on_stage

SECRET = "my key is sk-proj-" + "aB3" * 16
"""Nobody's, but it looks like one."""


async def test_a_secret_is_stopped_and_sent_only_when_said_so():
    async with on_stage() as stage:
        stage.screen.front.choices.armed_after = 0.0
        await stage.send(SECRET)
        await stage.until(lambda: stage.screen.front.choices.is_open)
        assert stage.house.providers.calls("a") == 0
        await stage.pilot.press("a")
        await stage.idle()
        assert stage.turns[-1].outcome is Outcome.COMPLETE
        assert len(stage.turns) == 1


async def test_a_letter_typed_on_the_run_is_no_answer():
    async with on_stage() as stage:
        await stage.send(SECRET)
        await stage.until(lambda: stage.screen.front.choices.is_open)
        await stage.pilot.press("a")
        assert stage.screen.front.choices.is_open
        assert stage.house.providers.calls("a") == 0


async def test_escape_gives_the_stopped_prompt_back_to_be_edited():
    async with on_stage() as stage:
        await stage.send(SECRET)
        await stage.until(lambda: stage.screen.front.choices.is_open)
        await stage.pilot.press("escape")
        await stage.until(lambda: stage.composer.typed == SECRET)
        assert stage.composer.area.has_focus


async def test_a_budget_that_is_used_up_lets_one_message_through_when_asked():
    house = StagedHouse(CONFIG + "[budget]\nday = 0.000001\n")
    async with on_stage(house) as stage:
        house.prices.load()
        stage.screen.front.choices.armed_after = 0.0
        stage.house.providers.script("a/plain", reply("Just this once."))
        await stage.send("Tell me about tea please")
        await stage.until(lambda: stage.screen.front.choices.is_open)
        await stage.pilot.press("o")
        await stage.until(lambda: "Just this once." in stage.text)


async def test_a_budget_is_raised_by_a_command_that_is_written_for_you():
    house = StagedHouse(CONFIG + "[budget]\nday = 0.000001\n")
    async with on_stage(house) as stage:
        house.prices.load()
        stage.screen.front.choices.armed_after = 0.0
        await stage.send("Tell me about tea please")
        await stage.until(lambda: stage.screen.front.choices.is_open)
        await stage.pilot.press("r")
        await stage.until(lambda: stage.composer.typed == "/budget day ")
        await stage.type("10")
        await stage.pilot.press("enter")
        await stage.until(lambda: house.ledger.budgets.limits.day == Decimal(10))
