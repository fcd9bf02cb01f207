"""Several models answer one prompt: what it costs meanwhile, and what a pick and a click do."""

from tests.sittings.provider import paced
from tests.sittings.sitting import CONFIG, Sitting
from tests.wires.script import Reply, Status

OTHER = '\n[prices."ollama/other"]\ninput = 1000.0\noutput = 20000.0\n'
COMPARE = "/compare ollama/wire,ollama/other what is tea"


def compares(sitting: Sitting, size: tuple[int, int] = (120, 40)) -> None:
    sitting.writes_config(CONFIG + OTHER)
    sitting.provider.will_say("A plain answer.")
    sitting.provider.will_say("Another answer.", model="other")
    sitting.opens(size=size)
    sitting.sends(COMPARE)
    sitting.sees("Continue with")


def test_a_narrow_terminal_counts_what_a_comparison_costs_while_it_runs(sitting: Sitting):
    sitting.writes_config(CONFIG + OTHER)
    for model in ("wire", "other"):
        sitting.provider.will_say(paced("word " * 400, 200), model=model)
    sitting.opens(size=(80, 24))
    sitting.sends(COMPARE)
    sitting.sees("comparing 2")
    sitting.until(lambda: (sitting.screen.figure("chat").dollars or 0) > 0, "the money moves")
    assert sitting.screen.has("comparing|writing")


def test_the_first_line_says_how_far_a_comparison_is_and_what_all_answers_cost(sitting: Sitting):
    sitting.writes_config(CONFIG + OTHER)
    sitting.provider.will_say("A plain answer.")
    sitting.provider.will_say(Reply("Another answer.", wait=1.5), model="other")
    sitting.opens(size=(110, 40))
    sitting.sends(COMPARE)
    sitting.sees("comparing  1 of 2 done")
    assert not sitting.screen.has("ready")
    sitting.sees("waiting for you  choose a reply")
    sitting.until(
        lambda: sitting.screen.figure("reply").dollars == sitting.screen.figure("chat").dollars, "all of it"
    )


def test_undo_takes_back_the_pick_and_not_the_comparison(sitting: Sitting):
    compares(sitting)
    sitting.chooses("alt+2")
    sitting.sees_no_more("Continue with")
    assert "A plain answer." not in sitting.screen.text
    sitting.is_told("ollama/other", "mixchat learned list")
    sitting.presses("alt+z")
    sitting.sees("Continue with")
    sitting.is_told("learned yet", "mixchat learned list")  # what the pick taught goes with it
    sitting.sees(r"A plain answer\. .*Another answer\.")
    sitting.chooses("alt+1")
    sitting.sees_no_more("Another answer.")
    sitting.says("go on")
    said = str(sitting.provider.was_asked(3).json)
    assert "A plain answer." in said
    assert "Another answer." not in said


def test_the_keys_of_a_question_work_after_a_click_elsewhere(sitting: Sitting):
    compares(sitting)
    sitting.clicks(10, 12)
    sitting.chooses("alt+2")
    sitting.sees_no_more("A plain answer.")
    assert sitting.screen.composer == ""


def test_where_nobody_answered_all_are_asked_again_or_the_message_comes_back(sitting: Sitting):
    sitting.writes_config(CONFIG + OTHER)
    for model in ("wire", "other"):
        sitting.provider.will_say(Status(400, "no such luck"), f"From {model}.", model=model)
    sitting.opens()
    sitting.sends(COMPARE)
    sitting.sees("None of them answered")
    assert not sitting.screen.has("Continue with")
    assert not sitting.screen.has(r"\d  (wire|other).*\n.*free")
    sitting.chooses("enter")
    sitting.sees("From wire.")
    sitting.sees("From other.")
    sitting.sees("Continue with")
    sitting.until(lambda: len(sitting.disk.turns()) == 2, "what failed taken back")

    sitting.provider.will_fail(400, "no such luck", model="wire")
    sitting.provider.will_fail(400, "no such luck", model="other")
    sitting.chooses("escape")
    sitting.sends(COMPARE.replace("tea", "coffee"))
    sitting.sees("None of them answered")
    sitting.chooses("escape")
    sitting.until(lambda: "what is coffee" in sitting.screen.composer, "the message in the composer")
