"""A chat is named by a cheap model after its first reply, and the name is paid for where everybody sees it."""

from decimal import Decimal

from tests.sittings.sitting import CLOUD_CONFIG, Sitting

STACK = """
name = "sitting"
[roles.daily-driver]
models = ["anthropic/wire"]
[roles.quick]
models = ["anthropic/wire", "anthropic/cheap"]
"""
CHEAP = """
[prices."anthropic/cheap"]
input = 1.0
output = 4.0
"""


def titles(sitting: Sitting) -> list[str]:
    return [row["title"] for row in sitting.disk.rows("SELECT title FROM chats")]


def test_a_cheap_model_of_the_quick_role_names_the_chat(sitting: Sitting):
    sitting.writes_stack(STACK)
    sitting.writes_config(CLOUD_CONFIG + CHEAP)
    sitting.provider.will_say("Because short waves scatter most.")
    sitting.provider.will_say('\n**Title: "The blue of the sky."**\n\nI hope this helps!', model="cheap")
    sitting.opens()
    sitting.says("hi")
    sitting.says("why is the sky blue?")
    sitting.sees("The blue of the sky ")
    assert titles(sitting) == ["The blue of the sky"]
    sitting.until(lambda: sitting.disk.calls()[-1].purpose == "title", "the title in the ledger")
    call, turn = sitting.disk.calls()[-1], sitting.disk.turns()[0]
    assert (call.model, call.chat, call.turn) == ("anthropic/cheap", turn.chat, turn.id)
    assert call.cost is not None
    assert Decimal(turn.body["extra"]["usd"]) == call.cost
    sitting.says("and at night?")
    sitting.quits()
    assert [seen.model for seen in sitting.provider.requests] == ["wire", "wire", "cheap", "wire"]


def test_a_dear_model_is_asked_only_once_its_price_was_seen(sitting: Sitting):
    sitting.writes_config(CLOUD_CONFIG)
    sitting.writes_stack(STACK)
    sitting.opens()
    sitting.says("why is the sky blue?")
    sitting.provider.will_say("The blue of the sky")
    sitting.sends("/title")
    sitting.sees(r"wire would do it for about \$0\.\d\d")
    assert len(sitting.provider.requests) == 1
    sitting.chooses("enter")
    sitting.until(lambda: titles(sitting) == ["The blue of the sky"], "the title")
    sitting.quits()


def test_one_switch_leaves_chats_with_their_first_words(sitting: Sitting):
    sitting.writes_stack(STACK)
    sitting.writes_config("titles = false\n" + CLOUD_CONFIG + CHEAP)
    sitting.opens()
    sitting.says("why is the sky blue?")
    sitting.says("and at night?")
    sitting.quits()
    assert titles(sitting) == ["why is the sky blue?"]
    assert [seen.model for seen in sitting.provider.requests] == ["wire", "wire"]
