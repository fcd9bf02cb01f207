"""A first message: written, sent, answered, paid for, and still there after a restart."""

from decimal import Decimal

from tests.sittings.sitting import Sitting


def test_a_message_is_answered_saved_and_charged(sitting: Sitting):
    sitting.provider.will_say("Blue, because short waves scatter most.")
    sitting.opens()
    sitting.types("why is the sky blue?")
    sitting.presses("enter")
    sitting.sees("short waves scatter most")
    sitting.until(
        lambda: sitting.disk.turns() and sitting.disk.turns()[-1].outcome == "complete", "the turn saved"
    )
    (turn,) = sitting.disk.turns()
    assert turn.prompt == "why is the sky blue?"
    assert turn.reply == "Blue, because short waves scatter most."
    (call,) = sitting.disk.calls()
    assert call.cost == Decimal(call.input or 0) / 1_000 + Decimal(call.output or 0) / 50
    sitting.until(lambda: sitting.screen.figure("chat").dollars == call.cost, "the chat's sum")
    assert not sitting.disk.open_calls()
    sitting.quits()

    sitting.opens("-c", ready="short waves scatter most")
    assert sitting.screen.composer == ""
    sitting.quits()


def test_a_failure_is_said_in_a_sentence_and_the_prompt_is_not_lost(sitting: Sitting):
    sitting.provider.will_fail(400, "the fake says no")
    sitting.opens()
    sitting.sends("hello")
    screen = sitting.sees("the fake says no")
    assert "hello" in screen.text
    assert "Traceback" not in screen.text
    sitting.until(lambda: sitting.disk.turns()[-1].prompt == "hello", "the turn on disk")
