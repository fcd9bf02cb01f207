"""Two windows and a shell on one chat: neither undoes what the other did."""

from tests.sittings.sitting import CLOUD_CONFIG, CLOUD_STACK, Sitting
from tests.wires.server import Seen

HERE_TOO = CLOUD_STACK.replace('"]', '", "ollama/home"]')
PROMPT = "a chat about cats"


def models_asked(sitting: Sitting) -> list[str]:
    return [seen.model for seen in sitting.provider.requests]


def messages(seen: Seen) -> int:
    return len(seen.json["messages"])


def test_a_private_chat_stays_private_whatever_another_window_does(sitting: Sitting):
    sitting.writes_config(CLOUD_CONFIG)
    sitting.writes_stack(HERE_TOO)
    sitting.opens()
    sitting.says(PROMPT)
    with sitting.second_window() as other:
        other.opens("-c", ready=PROMPT)
        sitting.sends("/private")
        sitting.until(
            lambda: sitting.disk.rows("SELECT 1 FROM chats WHERE private"), "a private chat on disk"
        )
        before = len(models_asked(sitting))
        other.says("something that stays here")
        asked = sitting.runs("mixchat ask -c 'and more of it'")
        assert asked.returncode == 0, asked.stderr
    assert set(models_asked(sitting)[before:]) == {"home"}
    assert sitting.disk.rows("SELECT 1 FROM chats WHERE private")


def test_what_is_said_in_a_chat_that_was_deleted_elsewhere_can_be_found(sitting: Sitting):
    sitting.opens()
    sitting.says(PROMPT)
    (turn,) = sitting.disk.turns()
    assert sitting.runs(f"mixchat history rm {turn.chat}").returncode == 0
    sitting.says("a word about giraffes")
    found = sitting.runs("mixchat history search giraffes")
    assert "giraffes" in found.stdout


def test_going_on_without_saving_sends_the_conversation(sitting: Sitting):
    sitting.opens()
    sitting.says(PROMPT)
    sitting.quits()
    asked = sitting.runs("mixchat ask -c --no-save 'and dogs?'")
    assert asked.returncode == 0, asked.stderr
    assert messages(sitting.provider.requests[-1]) == 3
    assert len(sitting.disk.turns()) == 1


def test_what_two_windows_have_not_sent_stays_apart(sitting: Sitting):
    sitting.opens()
    sitting.types("alpha words")
    sitting.until(lambda: "alpha words" in sitting.disk.drafts(), "the draft on disk")
    with sitting.second_window() as other:
        other.opens(ready="every message to the right model")
        assert other.screen.composer == ""
        other.types("beta words")
        other.until(lambda: other.screen.composer == "beta words", "its own words alone")
        other.until(lambda: "beta words" in other.disk.drafts(), "the draft on disk")
        sitting.quits()
        other.quits()
    assert {"alpha words", "beta words"} <= set(sitting.disk.drafts())


def test_a_turn_goes_on_from_what_the_shell_added(sitting: Sitting):
    sitting.opens()
    sitting.says(PROMPT)
    assert sitting.runs("mixchat ask -c 'and dogs?'").returncode == 0
    sitting.says("and birds?")
    assert messages(sitting.provider.requests[-1]) == 5
    sitting.sees("and dogs")


def test_a_list_that_was_opened_before_renames_and_rolls_nothing_back(sitting: Sitting):
    sitting.opens()
    sitting.says(PROMPT)
    sitting.presses("ctrl+s")
    sitting.sees("esc back")
    assert sitting.runs("mixchat ask -c 'and dogs?'").returncode == 0
    sitting.presses("ctrl+r")
    sitting.sees("enter save|esc leave|New title|Rename")
    sitting.presses("ctrl+u")
    sitting.types("Animals")
    sitting.presses("enter")
    sitting.until(lambda: sitting.disk.rows("SELECT 1 FROM chats WHERE title = 'Animals'"), "the new title")
    sitting.runs("mixchat ask -c 'and birds?'")
    assert messages(sitting.provider.requests[-1]) == 5
    assert "Animals" in sitting.runs("mixchat history list").stdout
