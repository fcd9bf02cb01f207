"""What mixchat stops by itself is asked about where it happened, and answered with one key."""

from decimal import Decimal

from mixchat.domain.errors import LimitUsedUp
from mixchat.domain.model import ModelRef
from mixchat.domain.turn import Outcome
from tests.routing.scripted import reply
from tests.tui.stage import CONFIG, Stage, StagedRuntime, on_stage

SECRET = "my key is sk-proj-" + "aB3" * 16
"""Nobody's, but it looks like one."""


async def test_a_secret_is_stopped_and_sent_only_when_said_so():
    async with on_stage() as stage:
        stage.screen.first.choices.armed_after = 0.0
        await stage.send(SECRET)
        await stage.until(lambda: stage.screen.first.choices.is_open)
        assert stage.runtime.settings.providers.calls("a") == 0
        await stage.pilot.press("alt+a")
        await stage.idle()
        assert stage.turns[-1].outcome is Outcome.COMPLETE
        assert len(stage.turns) == 1


async def test_an_answer_pressed_on_the_run_is_none_and_letters_are_written():
    async with on_stage() as stage:
        stage.screen.first.choices.armed_after = 60.0
        await stage.send(SECRET)
        await stage.until(lambda: stage.screen.first.choices.is_open)
        await stage.pilot.press("alt+a")
        assert stage.screen.first.choices.is_open
        stage.screen.first.choices.armed_after = 0.0
        await stage.type("and an allowed word")
        assert stage.composer.typed == "and an allowed word"
        assert stage.screen.first.choices.is_open
        assert stage.runtime.settings.providers.calls("a") == 0


async def test_escape_gives_the_stopped_prompt_back_to_be_edited():
    async with on_stage() as stage:
        await stage.send(SECRET)
        await stage.until(lambda: stage.screen.first.choices.is_open)
        await stage.pilot.press("escape")
        await stage.until(lambda: stage.composer.typed == SECRET)
        assert stage.composer.area.has_focus


def _on_disk(stage: Stage) -> str:
    """Return everything that is kept of chats and prompts, drafts apart."""
    rows = stage.runtime.storage.database.connection.execute(
        "SELECT prompt || body FROM turns UNION ALL SELECT title FROM chats UNION ALL SELECT text FROM prompts"
    ).fetchall()
    return "\n".join(str(row[0]) for row in rows)


async def test_a_stopped_secret_is_neither_on_the_screen_nor_kept():
    async with on_stage() as stage:
        await stage.send(SECRET)
        await stage.until(lambda: stage.screen.first.choices.is_open)
        await stage.until(lambda: "my key is [an OpenAI key]" in stage.text)
        assert SECRET not in stage.text
        await stage.until(lambda: "my key is [an OpenAI key]" in stage.runtime.storage.drafts.prompts())
        assert SECRET[-20:] not in _on_disk(stage)


async def test_why_it_was_stopped_is_said_in_full_once():
    async with on_stage() as stage:
        await stage.send(SECRET)
        await stage.until(lambda: stage.screen.first.choices.is_open)
        await stage.until(lambda: "not sent: the prompt holds a secret" in stage.text)
        assert stage.text.count("There is an OpenAI key") == 1
        assert "failed" not in stage.text


async def test_a_stopped_turn_goes_away_when_its_prompt_is_edited():
    async with on_stage() as stage:
        stage.screen.first.choices.armed_after = 0.0
        await stage.send(SECRET)
        await stage.until(lambda: stage.screen.first.choices.is_open)
        await stage.pilot.press("escape")
        await stage.until(lambda: stage.composer.typed == SECRET)
        assert not stage.turns
        assert "New chat" in stage.text
        assert SECRET[-20:] not in _on_disk(stage)


async def test_leaving_while_it_is_asked_about_keeps_the_prompt_without_the_credential():
    async with on_stage() as stage:
        await stage.send(SECRET)
        await stage.until(lambda: stage.screen.first.choices.is_open)
    async with on_stage() as stage:
        await stage.until(lambda: stage.composer.typed == "my key is [an OpenAI key]")


async def test_a_secret_that_was_sent_after_all_is_kept_as_it_was_said():
    async with on_stage() as stage:
        stage.screen.first.choices.armed_after = 0.0
        await stage.send(SECRET)
        await stage.until(lambda: stage.screen.first.choices.is_open)
        await stage.pilot.press("alt+a")
        await stage.idle()
        assert stage.turns[-1].prompt == SECRET
        assert stage.runtime.settings.providers.made["a"].requests[-1].messages[-1].text == SECRET


async def test_a_secret_that_is_allowed_for_good_is_never_asked_about_again_until_it_is_forgotten():
    async with on_stage() as stage:
        stage.screen.first.choices.armed_after = 0.0
        await stage.send(SECRET)
        await stage.until(lambda: stage.screen.first.choices.is_open)
        assert "Send, and never ask about it again" in stage.text
        await stage.pilot.press("alt+n")
        await stage.idle()
        assert stage.turns[-1].outcome is Outcome.COMPLETE
        (allowed,) = stage.runtime.settings.allowed_secrets.list()
        assert allowed.kind == "an OpenAI key"
        kept = (stage.runtime.settings.paths.data / "allowed-secrets.json").read_text()
        assert SECRET[-20:] not in kept
    async with on_stage() as stage:  # another start, another chat
        await stage.send(f"once more: {SECRET}")
        await stage.idle()
        assert stage.turns[-1].outcome is Outcome.COMPLETE
        assert stage.turns[-1].prompt == f"once more: {SECRET}"
        stage.runtime.settings.allowed_secrets.remove(allowed.id)
        await stage.send(SECRET.replace("aB3", "cD4"))
        await stage.until(lambda: stage.screen.first.choices.is_open)


async def test_a_budget_that_is_used_up_lets_one_message_through_when_asked():
    runtime = StagedRuntime(CONFIG + "[budget]\nday = 0.000001\n")
    async with on_stage(runtime) as stage:
        runtime.storage.prices.load()
        stage.screen.first.choices.armed_after = 0.0
        stage.runtime.settings.providers.script("a/plain", reply("Just this once."))
        await stage.send("Tell me about tea please")
        await stage.until(lambda: stage.screen.first.choices.is_open)
        await stage.pilot.press("alt+a")
        await stage.until(lambda: "Just this once." in stage.text)


async def test_a_secret_that_was_let_pass_is_not_asked_about_again_for_the_budget():
    runtime = StagedRuntime(CONFIG + "[budget]\nday = 0.000001\n")
    async with on_stage(runtime) as stage:
        runtime.storage.prices.load()
        stage.screen.first.choices.armed_after = 0.0
        stage.runtime.settings.providers.script("a/plain", reply("Just this once."))
        await stage.send(SECRET)
        await stage.until(lambda: "Send anyway" in stage.text)
        await stage.pilot.press("alt+a")
        await stage.until(lambda: "Send anyway, once" in stage.text)
        await stage.pilot.press("alt+a")
        await stage.until(lambda: "Just this once." in stage.text)


async def test_a_budget_is_raised_and_the_message_goes_out_with_one_key():
    runtime = StagedRuntime(CONFIG + "[budget]\nday = 0.000001\n")
    async with on_stage(runtime) as stage:
        runtime.storage.prices.load()
        stage.screen.first.choices.armed_after = 0.0
        stage.runtime.settings.providers.script("a/plain", reply("With more to spend."))
        await stage.send("Tell me about tea please")
        await stage.until(lambda: stage.screen.first.choices.is_open)
        assert "Raise the budget to $0.0100 a day" in stage.text
        await stage.pilot.press("alt+b")
        await stage.until(lambda: "With more to spend." in stage.text)
        assert runtime.storage.ledger.budgets.limits.day == Decimal("0.01")
        assert "day = 0.01" in runtime.settings.paths.config_file.read_text("utf-8")


async def test_a_budget_is_raised_at_once_as_far_as_the_message_needs():
    dear = CONFIG.replace("output = 4.0", "output = 40000.0")
    runtime = StagedRuntime(dear + "[budget]\nday = 0.000001\n")
    async with on_stage(runtime) as stage:
        runtime.storage.prices.load()
        stage.screen.first.choices.armed_after = 0.0
        stage.runtime.settings.providers.script("a/plain", reply("With more to spend."))
        await stage.send("Tell me about tea please")
        await stage.until(lambda: "Raise the budget" in stage.text)
        await stage.pilot.press("alt+b")
        await stage.until(lambda: "With more to spend." in stage.text)
        raised = runtime.storage.ledger.budgets.limits.day
        assert raised is not None
        assert raised > Decimal("0.32")


async def test_a_cheaper_slot_takes_what_a_budget_stopped():
    cheap = '[prices."c/tiny"]\ninput = 0.0\noutput = 0.0\n'
    runtime = StagedRuntime(CONFIG + cheap + "[budget]\nday = 0.000001\n")
    async with on_stage(runtime) as stage:
        runtime.storage.prices.load()
        stage.screen.first.choices.armed_after = 0.0
        stage.runtime.settings.providers.script("c/tiny", reply("For nothing."))
        await stage.send("Tell me about tea please")
        await stage.until(lambda: "Use tiny instead" in stage.text)
        await stage.pilot.press("enter")
        await stage.until(lambda: "For nothing." in stage.text)
        assert runtime.settings.providers.calls("a") == 0


async def test_a_private_chat_without_a_local_model_can_be_opened_up():
    async with on_stage() as stage:
        stage.screen.first.choices.armed_after = 0.0
        stage.runtime.settings.providers.script("a/plain", reply("Now it may."))
        await stage.send("/private")
        await stage.send("Tell me about tea please")
        await stage.until(lambda: "Let this chat leave the machine" in stage.text)
        assert "Download a small model" in stage.text
        await stage.pilot.press("alt+u")
        await stage.until(lambda: "Now it may." in stage.text)
        assert not stage.talk.chat.record.private


async def test_the_end_is_followed_when_the_question_goes_away():
    async with on_stage(size=(90, 24)) as stage:
        stage.screen.first.choices.armed_after = 0.0
        stage.runtime.settings.providers.script("a/plain", reply("line\n\n" * 30), reply("The very end."))
        await stage.send("Tell me about tea please")
        await stage.idle()
        await stage.send(SECRET)
        await stage.until(lambda: stage.screen.first.choices.is_open)
        await stage.pilot.pause(0.2)
        await stage.pilot.press("alt+a")
        await stage.idle()
        await stage.pilot.pause(0.2)
        assert "The very end." in stage.text
        assert "new · end" not in stage.text


async def test_a_limit_that_thinking_used_up_is_raised_and_asked_again_with_one_key():
    spent = LimitUsedUp(
        "a/plain used up all 500 tokens on thinking and wrote nothing.", ref=ModelRef("a", "plain")
    )
    spent.higher_limit = 2000
    async with on_stage() as stage:
        stage.screen.first.choices.armed_after = 0.0
        provider = stage.runtime.settings.providers
        provider.script("a/plain", [spent], reply("With more room."))
        await stage.send("Tell me about tea please")
        await stage.until(lambda: "up to 2,000 tokens" in stage.text)
        assert provider.calls("a") == 1  # the same call would have ended the same
        await stage.pilot.press("enter")
        await stage.until(lambda: "With more room." in stage.text)
        assert provider.made["a"].requests[-1].max_tokens == 2000


async def test_an_unknown_price_under_a_budget_is_asked_about_once_a_chat():
    runtime = StagedRuntime(CONFIG.split("[prices")[0] + "[budget]\nday = 5\n")
    runtime.storage.go_on_unpriced = "go on in this chat"
    async with on_stage(runtime) as stage:
        runtime.storage.prices.load()
        stage.screen.first.choices.armed_after = 0.0
        stage.runtime.settings.providers.script("a/plain", reply("One."), reply("Two."))
        await stage.send("Tell me about tea please")
        await stage.until(lambda: "do not ask again in this chat" in stage.text)
        assert "Raise the budget" not in stage.text
        await stage.pilot.press("alt+a")
        await stage.until(lambda: "One." in stage.text)
        await stage.idle()
        await stage.send("Tell me more about tea please")
        await stage.until(lambda: "Two." in stage.text)
