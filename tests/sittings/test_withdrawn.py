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


def test_quitting_before_the_first_word_loses_no_word_of_a_new_chat(sitting: Sitting):
    sitting.opens()
    sitting.says("a first chat about cats")
    sitting.starts_a_chat()
    sitting.provider.will_say(Silence())
    sitting.sends(PROMPT)
    sitting.provider.was_asked(2)
    sitting.types("and this")
    sitting.until(lambda: sitting.screen.composer == "and this", "what is written beside it")
    sitting.quits()
    kept = f"{PROMPT}\n\nand this"
    assert sitting.disk.drafts() == [kept]
    sitting.opens("-c")
    sitting.until(lambda: sitting.screen.composer == kept, "both in the composer")
    assert [turn.prompt for turn in sitting.disk.turns()] == ["a first chat about cats"]


def test_quitting_loses_neither_what_was_sent_nor_what_waits(sitting: Sitting):
    sitting.provider.will_say(Silence())
    sitting.opens()
    sitting.sends(PROMPT)
    sitting.provider.was_asked(1)
    sitting.pastes("line\n" * 40)
    sitting.sees("40 lines|41 lines")
    sitting.presses("enter")
    sitting.sees("⋮")
    sitting.quits()
    [draft] = sitting.disk.drafts()
    assert draft.startswith(f"{PROMPT}\n\n")
    assert sitting.disk.holds("line\\nline\\nline")
