"""How full the window is stands there always, and a summary is offered with its price before it is full."""

from tests.sittings.sitting import Sitting
from tests.wires.script import Reply

SONNET = "claude-sonnet-5-5"
STACK = f"""
name = "sitting"
[roles.daily-driver]
models = ["anthropic/{SONNET}"]
[roles.summarization]
models = ["anthropic/wire"]
"""


def test_a_summary_is_offered_before_the_window_is_full(sitting: Sitting):
    sitting.has_a_cloud_model()
    sitting.writes_stack(STACK)
    sitting.provider.will_say(Reply("I have read it.", input=840_000, output=10_000), model=SONNET)
    sitting.opens()
    sitting.says("read all of this")
    sitting.sees(r"Context\s+85 %\s+of 1\.0M")
    sitting.sees(r"85% of the context · f9: go on from a summary ~\$")
    sitting.quits()
    sitting.opens("-c", ready="f9: go on from a summary", size=(80, 24))
    sitting.sees(r"ctx 85 %")
    sitting.provider.will_say(Reply("In short: a long read.", input=850_000, output=700))
    sitting.presses("f9")
    sitting.sees("In short: a long read")
    sitting.sees_no_more("go on from a summary")
    sitting.sees_no_more(r"ctx 85 %")
    sitting.quits()


def test_a_summary_that_nobody_offered_says_its_price_first(sitting: Sitting):
    sitting.has_a_cloud_model()
    sitting.writes_stack(STACK)
    sitting.opens()
    sitting.says("hello there, how are you?")
    sitting.presses("f9")
    sitting.sees(r"wire would do it for about \$")
    assert len(sitting.provider.requests) == 1
    sitting.provider.will_say("In short: hello.")
    sitting.chooses("enter")
    sitting.sees("In short: hello")
