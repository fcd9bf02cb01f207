"""A message that is stopped before anything came of it: as if it had never been sent."""

from tests.sittings.sitting import Sitting
from tests.wires.script import Silence

PROMPT = "why is the sky blue?"


def test_a_message_that_is_stopped_before_its_first_word_is_back_in_the_composer(sitting: Sitting):
    sitting.provider.will_say(Silence())
    sitting.opens()
    sitting.sends(PROMPT)
    sitting.provider.was_asked(1)
    sitting.presses("escape")
    sitting.until(lambda: sitting.screen.composer == PROMPT, "the prompt back in the composer")
    sitting.until(lambda: not sitting.disk.turns(), "no turn on disk")
    assert not sitting.disk.open_calls()
    sitting.quits()

    sitting.opens()
    sitting.until(lambda: sitting.screen.composer == PROMPT, "the prompt still there")
    assert not sitting.disk.turns()
    sitting.provider.will_say("Blue, because short waves scatter most.")
    sitting.presses("enter")
    sitting.sees("short waves scatter most")
    sitting.until(lambda: [turn.outcome for turn in sitting.disk.turns()] == ["complete"], "one turn on disk")


def test_enter_and_escape_in_one_packet_lose_no_word(sitting: Sitting):
    sitting.provider.will_say(Silence())
    sitting.opens()
    sitting.writes(PROMPT)
    sitting.terminal.write(b"\r\x1b")
    sitting.until(
        lambda: (
            sitting.screen.composer == PROMPT or any(turn.prompt == PROMPT for turn in sitting.disk.turns())
        ),
        "the prompt in the composer, or in a turn",
    )
    sitting.presses("escape")
    sitting.until(lambda: sitting.screen.composer == PROMPT, "the prompt in the composer")
