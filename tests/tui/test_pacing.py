"""How far the terminal is behind, by what it answers."""

import threading
import time

from mixchat.tui.terminal.pacing import OutputPacing

FRAME = "x" * 2_000
ANSWER = "\x1b[?2026;2$y"


def test_a_terminal_that_never_answered_is_not_asked_and_never_behind():
    flow = OutputPacing()
    assert flow.with_question(FRAME) == FRAME
    assert not flow.behind


def test_one_question_is_on_its_way_and_its_answer_ends_the_waiting():
    flow = OutputPacing()
    flow.hear(ANSWER)
    asked = flow.with_question(FRAME)
    assert asked.startswith(FRAME)
    assert asked.endswith("\x1b[?2026$p")
    assert flow.behind
    assert flow.with_question(FRAME) == FRAME
    flow.hear(f"keys{ANSWER}more keys")
    assert not flow.behind
    assert flow.with_question(FRAME) == asked


def test_a_short_frame_is_not_worth_a_question():
    flow = OutputPacing()
    flow.hear(ANSWER)
    assert flow.with_question("a key's echo") == "a key's echo"
    assert not flow.behind


def test_an_answer_cut_anywhere_is_heard():
    for cut in range(1, len(ANSWER)):
        flow = OutputPacing()
        flow.hear(f"some keys{ANSWER[:cut]}")
        flow.hear(ANSWER[cut:])
        flow.with_question(FRAME)
        assert flow.behind


def test_a_mode_that_is_not_known_is_an_answer_too():
    flow = OutputPacing()
    flow.hear("\x1b[?2026;0$y")
    flow.with_question(FRAME)
    assert flow.behind


def test_leaving_waits_for_the_answer_that_is_on_its_way_and_asks_no_more():
    flow = OutputPacing()
    flow.hear(ANSWER)
    flow.with_question(FRAME)
    threading.Timer(0.2, flow.hear, [ANSWER]).start()
    flow.finish(30)
    assert not flow.behind
    flow.with_question(FRAME)
    assert not flow.behind
    began = time.monotonic()
    flow.finish(30)
    assert time.monotonic() - began < 10
