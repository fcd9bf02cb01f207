"""What another window or the shell does to the chat on the screen is said there, at once and in true words."""

from tests.sittings.provider import paced
from tests.sittings.sitting import Sitting
from tests.wires.script import Silence

PROMPT = "a chat about cats"
ANSWERING = "another window is answering it"


def test_a_turn_of_another_window_is_answered_there_or_was_cut_off(sitting: Sitting):
    sitting.provider.will_say("cats purr", Silence(), "dogs bark")
    sitting.opens()
    sitting.says(PROMPT)
    sitting.sends("and lions?")
    sitting.provider.was_asked(2)
    with sitting.second_window() as other:
        other.opens("-c", ready=f"● {ANSWERING}")
        chat = sitting.disk.turns()[0].chat
        assert f"({ANSWERING})" in other.runs(f"mixchat history show {chat}").stdout
        asked = other.runs("mixchat ask -c 'and dogs?'")
        assert "dogs bark" in asked.stdout
        assert "sent while another window was answering" in asked.stderr
        other.sees("Another window sent something in the same place: alt")
        sitting.is_killed()
        other.sees("mixchat ended in the middle of this reply")
        assert not other.screen.has(ANSWERING)


def test_a_chat_that_is_deleted_elsewhere_says_so_at_once(sitting: Sitting):
    sitting.opens()
    sitting.says(PROMPT)
    (turn,) = sitting.disk.turns()
    assert sitting.runs(f"mixchat history rm {turn.chat}").returncode == 0
    sitting.sees("This chat was deleted in another window")
    assert sitting.runs(f"mixchat history restore {turn.chat}").returncode == 0
    sitting.sees("brought back in another window")
    assert sitting.runs(f"mixchat history rm {turn.chat}").returncode == 0
    sitting.sees("This chat was deleted in another window")
    sitting.says("and dogs?")
    sitting.sees("This chat had been deleted elsewhere; it is back.")
    assert sitting.runs(f"mixchat history rm --now {turn.chat}").returncode == 0
    sitting.sees("deleted for good in another window")


def test_what_was_sent_at_the_same_time_is_told_where_it_stands(sitting: Sitting):
    sitting.provider.will_say("cats purr", paced("word " * 400, 100), "dogs bark")
    sitting.opens()
    sitting.says(PROMPT)
    sitting.sends("and lions?")
    sitting.sees("word word")
    assert sitting.runs("mixchat ask -c 'and dogs?'").returncode == 0
    sitting.presses("escape")
    sitting.sees("Another window sent something in the same place: alt")
    sitting.sees("‹1/2›")
    sitting.presses("alt+right")
    sitting.sees("dogs bark")
    sitting.sees("sent while another window was answering")


def test_what_follows_an_undo_is_no_other_answer_to_what_was_taken_back(sitting: Sitting):
    sitting.opens()
    sitting.says(PROMPT)
    sitting.says("and lions?")
    sitting.presses("alt+z")
    sitting.until(lambda: sitting.screen.composer == "and lions?", "the prompt in the composer")
    sitting.presses("ctrl+u")
    sitting.until(lambda: not sitting.screen.composer, "an empty composer")
    sitting.says("how do I bake bread?")
    assert not sitting.screen.has("‹")
    sitting.presses("alt+left")
    sitting.sees("This turn had been taken back")
    sitting.sees("and lions")
    sitting.presses("alt+right")
    sitting.sees("bake bread")
    sitting.presses("alt+z")
    sitting.until(lambda: sitting.screen.composer == "how do I bake bread?", "the prompt in the composer")
    sitting.types(" Rye?")
    sitting.presses("enter")
    sitting.sees("‹2/2›")
