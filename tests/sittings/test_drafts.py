"""What is in the composer after every way of leaving a chat: nothing that was sent, and all that was not."""

from functools import partial

from tests.sittings.sitting import Sitting

OTHER = "a first chat about cats"
SENT = "why is the sky blue?"
UNSENT = "and what about the sea"


def by_a_new_chat(sitting: Sitting) -> None:
    sitting.starts_a_chat()


def by_another_chat(sitting: Sitting) -> None:
    sitting.goes_to_chat("cats")
    sitting.sees(f"▌ {OTHER}")


def by_quitting(sitting: Sitting) -> None:
    sitting.quits()
    sitting.opens()


def by_a_power_cut(sitting: Sitting) -> None:
    sitting.is_killed()
    sitting.opens()


LEAVING = (by_a_new_chat, by_another_chat, by_quitting, by_a_power_cut)


def writes_slowly(sitting: Sitting, words: str) -> None:
    """Write, and pause until it is kept."""
    sitting.types(words)
    sitting.until(lambda: words in sitting.disk.drafts(), f"{words!r} kept on disk")


def _replies_are_saved(sitting: Sitting, times: int) -> bool:
    return [turn.outcome for turn in sitting.disk.turns() if turn.prompt == SENT] == ["complete"] * times


def test_what_was_sent_does_not_come_back(sitting: Sitting):
    sitting.opens()
    sitting.says(OTHER)
    for times, leave in enumerate(LEAVING, 1):
        sitting.starts_a_chat()
        writes_slowly(sitting, SENT)
        sitting.presses("enter")
        sitting.until(partial(_replies_are_saved, sitting, times), "the reply saved")
        leave(sitting)
        sitting.until(lambda: not sitting.disk.drafts(), f"no draft on disk, left {leave.__name__}")
        assert sitting.screen.composer == ""
        sitting.types("x")
        sitting.until(lambda: sitting.screen.composer == "x", "nothing but what is typed now")
        sitting.presses("backspace")
        sitting.until(lambda: sitting.screen.composer == "", "an empty composer")


def sends_what_is_there(sitting: Sitting, left: str) -> None:
    """See that what was written is in the composer, and send it."""
    sitting.until(lambda: sitting.screen.composer == UNSENT, f"what was written, left {left}")
    asked = len(sitting.provider.requests)
    sitting.presses("enter")
    sitting.provider.was_asked(asked + 1)
    sitting.until(lambda: not sitting.disk.drafts(), "the draft sent")


def test_what_was_not_sent_is_there_on_coming_back(sitting: Sitting):
    sitting.opens()
    sitting.says(OTHER)
    sitting.starts_a_chat()
    sitting.says(SENT)
    for leave in LEAVING:
        sitting.goes_to_chat("sky")
        writes_slowly(sitting, UNSENT)
        leave(sitting)
        if leave is not by_a_new_chat:  # what is written comes along
            sitting.goes_to_chat("sky")
        sends_what_is_there(sitting, leave.__name__)


def test_a_first_prompt_that_was_not_sent_is_there_on_coming_back(sitting: Sitting):
    sitting.opens()
    sitting.says(OTHER)
    sitting.starts_a_chat()
    writes_slowly(sitting, UNSENT)
    by_another_chat(sitting)
    sitting.starts_a_chat()
    sends_what_is_there(sitting, "by another chat")
    for end in (sitting.quits, sitting.is_killed):
        sitting.starts_a_chat()
        writes_slowly(sitting, UNSENT)
        end()
        sitting.opens(ready=UNSENT)  # in the new chat that it opens with
        sends_what_is_there(sitting, end.__name__)


def test_nothing_that_is_written_is_replaced_by_an_older_draft(sitting: Sitting):
    sitting.opens()
    writes_slowly(sitting, SENT)
    sitting.presses("enter")
    sitting.until(lambda: sitting.disk.calls(), "the reply charged")
    writes_slowly(sitting, UNSENT)
    sitting.starts_a_chat()
    sitting.until(lambda: sitting.screen.composer == UNSENT, "what was written")
