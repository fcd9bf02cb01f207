"""The network goes and comes back, a provider is down all morning, a laptop sleeps in mid-reply, a model is waited for."""

import os
import signal
import time

from tests.sittings.provider import paced
from tests.sittings.sitting import Sitting
from tests.wires.script import Reply, Silence, Status

CONFIG = """
stack = "sitting"
[providers.work]
base_url = "{work}/v1"
key_env = "WORK_KEY"
[providers.spare]
base_url = "{spare}/v1"
key_env = "SPARE_KEY"
[prices."work/first"]
input = 1.0
output = 4.0
[prices."spare/second"]
input = 1.0
output = 4.0
"""
STACK = '[roles.daily-driver]\nmodels = ["work/first", "spare/second"]\n'
KEYS = {"WORK_KEY": "nobody's", "SPARE_KEY": "nobody's"}


def begins(sitting: Sitting) -> None:
    """Open the app with two providers."""
    sitting.writes_config(CONFIG.format(work=sitting.provider.url, spare=sitting.provider.url))
    sitting.writes_stack(STACK)
    sitting.opens(environment=KEYS)


def answered_by(sitting: Sitting) -> list[str]:
    """Return who answered each turn."""
    return [turn.body["attempts"][-1]["ref"]["model"] for turn in sitting.disk.turns()]


def test_the_network_goes_and_comes_back(sitting: Sitting):
    # Names that are never found: what a program meets when the network is gone.
    sitting.writes_config(CONFIG.format(work="http://work.invalid", spare="http://spare.invalid"))
    sitting.writes_stack(STACK)
    sitting.opens(environment=KEYS)
    sitting.writes("is anybody there?")
    began = time.time()
    sitting.presses("enter")  # the prompt may be back in the composer before it was seen empty
    sitting.sees("You seem to be offline")
    assert time.time() - began < 10
    assert "0 calls" not in sitting.screen.text
    sitting.until(lambda: sitting.disk.turns()[-1].outcome != "open", "the failed turn on disk")
    (turn,) = sitting.disk.turns()
    assert all(call.cost == 0 for call in sitting.disk.calls()), "nothing was reached, so nothing is owed"
    assert turn.outcome == "failed"
    sitting.quits()
    begins(sitting)
    sitting.says("and now?")
    assert answered_by(sitting)[-1] == "first", "nobody rests for what was the network's fault"
    sitting.quits()


def test_a_provider_that_is_down_costs_its_wait_once_and_not_with_each_of_ten_messages(sitting: Sitting):
    sitting.provider.will_say(Status(503), model="first")
    begins(sitting)
    for number in range(10):
        sitting.says(f"message {number}")
    assert answered_by(sitting) == ["second"] * 10
    asked = [seen.model for seen in sitting.provider.requests]
    assert asked[:4] == ["first"] * 3 + ["second"], "the preferred model gets its two retries"
    assert asked.count("first") <= 8, "then it rests, and is probed now and then"
    sitting.quits()


def test_a_laptop_that_sleeps_in_mid_reply_loses_nothing_that_arrived(sitting: Sitting):
    words = " ".join(f"word{number:03}" for number in range(120))
    sitting.provider.will_say(paced(words, 400), model="first")
    begins(sitting)
    sitting.sends("tell me")
    sitting.sees("word005")
    os.kill(sitting.terminal.pid, signal.SIGSTOP)
    time.sleep(4.0)
    os.kill(sitting.terminal.pid, signal.SIGCONT)
    sitting.sees("word119")
    sitting.until(lambda: sitting.disk.turns()[-1].outcome == "complete", "the whole reply on disk")
    assert sitting.disk.turns()[-1].reply == words
    sitting.quits()


def test_tab_goes_on_to_the_next_model_while_one_is_waited_for(sitting: Sitting):
    sitting.provider.will_say(Silence(), model="first")
    sitting.provider.will_say(Reply("Here at once."), model="second")
    begins(sitting)
    sitting.sends("hello?")
    sitting.sees("waiting +first  [2-9] s")
    sitting.sees("tab ask second now")
    sitting.presses("tab")
    sitting.sees("Here at once")
    sitting.until(lambda: answered_by(sitting) == ["second"], "who answered, on disk")
    sitting.quits()
