"""Money while one writes: the next best model and its price, the key that switches, and the economy."""

import sqlite3

from tests.sittings.sitting import Sitting
from tests.wires.script import Reply

SONNET, OPUS = "claude-sonnet-5-5", "claude-opus-5-5"
STACK = f"""
name = "sitting"
[roles.daily-driver]
models = ["anthropic/{SONNET}"]
[roles.heavy-lifting]
models = ["anthropic/{OPUS}"]
"""
HARD = "Prove that the square root of 3 is irrational, step by step."
READ = Reply("I have read it all.", input=31_040, cache_write=31_000)


def has_read_a_long_chat(sitting: Sitting, config: str = "") -> None:
    """Begin a chat that Sonnet has read 31,000 tokens of."""
    sitting.writes_config(f'stack = "sitting"\n{config}')
    sitting.writes_stack(STACK)
    sitting.provider.will_say(READ, model=SONNET)
    sitting.provider.will_say("An answer from the strong one.", model=OPUS)
    (sitting.home / "report.txt").write_text("word " * 24_000, "utf-8")
    asked = sitting.runs(f"mixchat ask -q -f {sitting.home}/report.txt 'What do you think of it?'")
    assert asked.returncode == 0, asked.stderr
    sitting.opens("-c", size=(160, 40), ready="I have read it all")


def test_a_key_gives_this_message_to_the_next_best_model_whose_price_is_shown(sitting: Sitting):
    has_read_a_long_chat(sitting, '[keys]\nnext-candidate = "alt+t"\n')
    sitting.writes(HARD)
    sitting.sees(r"alt\+t: opus ~\$0\.\d+ · leaving costs \$0\.\d+")
    assert "ctrl+t" not in sitting.screen.text
    sitting.presses("alt+t")
    sitting.sees(rf"Pinned\s+{OPUS}")
    sitting.presses("enter")
    sitting.sees("An answer from the strong one")
    assert sitting.provider.was_asked(2).model == OPUS
    sitting.sees_no_more("Pinned")


def test_why_a_model_stayed_is_in_the_panel_and_the_economy_survives_a_restart(sitting: Sitting):
    has_read_a_long_chat(sitting)
    sitting.says(HARD)
    assert sitting.provider.was_asked(2).model == SONNET
    sitting.sees(r"Why .*stayed with")
    sitting.presses("alt+q")
    sitting.sees("Economy: saver")
    sitting.presses("alt+q")
    sitting.sees("Economy: quality")
    sitting.writes(HARD)
    sitting.sees(r"heavy-lifting\s+claude-opus-5-5")
    sitting.quits()
    assert 'economy = "quality"' in (sitting.home / "config" / "config.toml").read_text("utf-8")
    sitting.opens("-c", size=(160, 40), ready="I have read it all")
    sitting.presses("alt+q")
    sitting.sees("Economy: balanced")
    sitting.quits()


def test_a_long_chat_that_has_gone_cold_may_go_on_from_a_summary(sitting: Sitting):
    has_read_a_long_chat(sitting, '[router]\neconomy = "saver"\n')
    sitting.writes("What follows from the second part of it?")
    sitting.sees(r"ctx")
    assert "gone cold" not in sitting.screen.text
    sitting.quits()
    database = sqlite3.connect(sitting.home / "data" / "history.db")
    with database:
        database.execute("UPDATE caches SET started = started - 7200")
    database.close()
    sitting.provider.will_say("In short: it is a report.", model=SONNET)
    sitting.opens("-c", size=(160, 40), ready="I have read it all")
    sitting.sees(r"gone cold · f9: go on from a summary")
    sitting.presses("f9")
    sitting.sees("In short: it is a report")
