"""A retry with another model that fails: nothing is learned from it, and the answer that was there stays."""

from tests.sittings.sitting import Sitting

PROMPT = "why is the sky blue?"
BOTH = """
name = "sitting"
[roles.daily-driver]
models = ["ollama/wire"]
[roles.heavy-lifting]
models = ["ollama/dear"]
"""


def test_a_failed_retry_with_another_model_changes_nothing(sitting: Sitting):
    sitting.writes_stack(BOTH)
    sitting.provider.will_say("Blue, because short waves scatter most.")
    sitting.provider.will_fail(400, "no such luck", model="dear")
    sitting.opens()
    sitting.says(PROMPT)
    assert sitting.provider.requests[-1].model == "wire"
    sitting.sends("/retry-with ollama/dear")
    sitting.until(lambda: sitting.provider.requests[-1].model == "dear", "the other model asked")
    sitting.sees("no such luck")
    sitting.until(lambda: not sitting.disk.open_calls(), "the retry settled")
    sitting.presses("escape")
    assert sitting.screen.composer == ""
    assert "learned yet" in sitting.runs("mixchat learned list").stderr
    sitting.sends("and at night, why is the sky dark?")
    sitting.until(lambda: len(sitting.provider.requests) > 2, "the next message asked")
    last = sitting.provider.requests[-1]
    assert last.model == "wire"
    assert "short waves scatter most" in str(last.json["messages"])


def test_what_a_retry_taught_is_undone_from_the_turn_and_stays_undone(sitting: Sitting):
    sitting.writes_stack(BOTH)
    sitting.provider.will_say("Blue, because short waves scatter most.")
    sitting.opens()
    sitting.says(PROMPT)
    sitting.provider.will_say("A longer answer about Rayleigh.", model="dear")
    sitting.sends("/retry-with ollama/dear")
    sitting.sees("A longer answer")
    sitting.sees("from you: undo alt.u")
    sitting.is_told("ollama/dear", "mixchat learned list")
    sitting.presses("alt+left")
    sitting.sees("short waves scatter")
    sitting.sees_no_more("from you: undo")
    sitting.presses("alt+right")
    sitting.sees("from you: undo")
    sitting.quits()
    sitting.opens("-c", ready="from you: undo")
    sitting.presses("alt+u")
    sitting.sees("Forgotten")
    sitting.sees_no_more("from you: undo")
    sitting.is_told("learned yet", "mixchat learned list")


def test_a_plan_is_not_paid_again_when_only_its_execution_failed(sitting: Sitting):
    sitting.writes_stack(
        'name = "sitting"\n[roles.daily-driver]\nplan = "ollama/planner"\nexecute = "anthropic/doer"\n'
    )
    sitting.provider.will_say("1. Boil water. 2. Add leaves.", model="planner")
    sitting.provider.will_fail(400, "no such luck", model="doer")
    sitting.opens()
    sitting.says("make tea")
    sitting.sees("no such luck")
    sitting.provider.will_say("Tea is ready.", model="doer")
    sitting.presses("f5")
    sitting.sees("Tea is ready.")
    assert [request.model for request in sitting.provider.requests] == ["planner", "doer", "doer"]
    assert "Boil water" in str(sitting.provider.requests[-1].json["messages"])
    sitting.until(lambda: "Boil water" in sitting.disk.turns()[-1].body["plan"], "the plan on disk")
