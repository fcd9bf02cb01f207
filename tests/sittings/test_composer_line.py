"""What holds for a chat stands under the prompt for as long as it holds."""

import re

from tests.sittings.sitting import CONFIG, Sitting

TWO = """
name = "sitting"
[roles.daily-driver]
models = ["ollama/wire"]
[roles.heavy-lifting]
models = ["ollama/dear"]
"""
PINNED = r"Pinned for this chat\s+"


def test_privacy_and_the_stack_are_seen_until_they_are_taken_back(sitting: Sitting):
    sitting.writes_config(CONFIG)
    sitting.opens(size=(80, 24))
    sitting.sees("Stack sitting")
    sitting.says("before it was private")
    sitting.sends("/private")
    sitting.sees(r"Private\s+local models only")
    sitting.quits()
    sitting.opens("-c", size=(80, 24), ready=r"Private\s+local models only")
    sitting.sends("/private")
    sitting.sees_no_more("local models only")


def test_an_empty_private_chat_shows_who_answers_there_and_that_it_is_free(sitting: Sitting):
    sitting.writes_config('stack = "sitting"\n')
    sitting.writes_stack("""
[roles.daily-driver]
models = ["anthropic/claude-sonnet-5-5", "ollama/near"]
[roles.coding]
models = ["anthropic/claude-opus-5-5"]
[roles.fallback]
models = ["anthropic/claude-haiku-5-5"]
""")
    sitting.opens()
    sitting.sees(r"daily-driver\s+claude-sonnet-5-5")
    sitting.sends("/private")
    sitting.sees(r"daily-driver\s+near ")
    sitting.sees(r"▌ coding\s+near ")
    sitting.sees_no_more("claude-")
    sitting.writes("tell me about rivers")
    sitting.sees(r"daily-driver\s+near .* free")
    sitting.starts_a_chat()
    sitting.sees(r"▌ daily-driver\s+claude-sonnet-5-5")


def test_one_key_goes_round_the_favourites_that_another_marked(sitting: Sitting):
    sitting.writes_stack(TWO)
    sitting.opens()
    for model in ("wire", "dear"):
        sitting.presses("ctrl+l")
        sitting.sees("Type a name")
        sitting.types(f"ollama/{model}")
        sitting.sees(f"▌ ▌ ollama/{model}")
        sitting.presses("ctrl+f")
        sitting.sees(f"★ ollama/{model}")
        sitting.presses("escape")
        sitting.sees_no_more("esc back")
    sitting.until(lambda: 'favourites = ["ollama/wire", "ollama/dear"]' in sitting.config, "both in the file")
    sitting.presses("alt+l")
    sitting.sees(PINNED + "ollama/wire")
    sitting.presses("alt+l")
    sitting.sees(PINNED + "ollama/dear")
    sitting.says("who are you?")
    assert sitting.provider.requests[-1].model == "dear"
    sitting.presses("alt+l")
    sitting.sees_no_more(PINNED)
    sitting.says("and now?")
    assert sitting.provider.requests[-1].model == "wire"


def test_all_of_a_long_paste_is_priced(sitting: Sitting):
    sitting.opens()
    sitting.pastes("word " * 20_000)
    screen = sitting.sees(r"~\$\d\d\.\d\d")
    price = re.search(r"~\$(\d\d\.\d\d)", screen.text)
    assert price is not None
    assert 20 < float(price[1]) < 32, "of 20,000 words and not of the first 4,000"
