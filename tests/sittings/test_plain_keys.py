"""The app as plain text: what is typed while a reply comes is the next line, and nothing else."""

import os
import signal

from tests.sittings.provider import paced
from tests.sittings.sitting import Sitting

SLOW = "".join(f"word{number:04} " for number in range(60))


def test_lines_typed_during_a_reply_are_sent_after_it_and_stand_in_no_reply(sitting: Sitting):
    sitting.provider.will_say(paced(SLOW, 300), "The second reply.", "The third reply.")
    sitting.opens("--plain", ready="You:")
    sitting.types("count for me\r")
    sitting.sees("word0003")
    sitting.types("and then\rand at last\r")
    sitting.sees("The third reply.")
    assert [request.json["messages"][-1]["content"] for request in sitting.provider.requests] == [
        "count for me", "and then", "and at last",
    ]  # fmt: skip
    reply = sitting.terminal.written.decode().partition("word0000")[2].partition("word0059")[0]
    assert "and then" not in reply


def test_a_line_typed_before_a_question_does_not_answer_it(sitting: Sitting):
    sitting.has_a_cloud_model()
    sitting.writes_config(sitting.config + "[budget]\nmessage = 0.000001\n")
    sitting.opens("--plain", ready="You:")
    sitting.types("count for me\ry\r")
    sitting.sees("Send it anyway")
    sitting.types("n\r")
    sitting.until(lambda: sitting.screen.text.count("You:") > 1, "the next line")
    assert not sitting.provider.requests


def test_the_terminal_is_as_it_was_after_a_signal(sitting: Sitting):
    sitting.opens("--plain", ready="You:")
    assert not sitting.terminal.echoes
    os.kill(sitting.terminal.pid, signal.SIGTERM)
    assert sitting.terminal.ended(20) == -signal.SIGTERM
    assert sitting.terminal.echoes
