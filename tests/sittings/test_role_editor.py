"""A role is made in the app: written down as it would be by hand, tried, used, and found again."""

from tests.sittings.sitting import EMPTY, Sitting

STACK = """# mine
name = "sitting"
[roles.daily-driver]   # every day
models = ["ollama/wire"]
"""


def fills(sitting: Sitting, key: str, text: str) -> None:
    sitting.types(key)
    sitting.sees(rf"▌ {key.capitalize()} ")
    sitting.presses("enter")
    sitting.sees("enter save")
    sitting.types(text)
    sitting.presses("enter")
    sitting.sees_no_more("enter save")
    sitting.presses(*["backspace"] * len(key))


def makes_role_from_commands(sitting: Sitting) -> None:
    sitting.presses("ctrl+p")
    sitting.sees("Commands")
    sitting.types("roles")
    sitting.sees("│  roles ")
    sitting.sees("Roles .*of each")
    sitting.presses("enter")
    sitting.sees("New role")
    sitting.types("new role ")
    sitting.presses("enter")
    sitting.sees("such as contracts")
    sitting.types("teas")
    sitting.presses("enter")
    sitting.sees("Role teas")
    fills(sitting, "description", "all about tea")
    fills(sitting, "keywords", "oolong, sencha")


def test_a_role_is_made_from_the_commands_tried_used_and_found_again(sitting: Sitting):
    sitting.writes_stack(STACK)
    stack = sitting.home / "config" / "stacks" / "sitting.toml"
    sitting.opens()
    makes_role_from_commands(sitting)
    sitting.presses("ctrl+t")
    sitting.sees("Try a prompt for teas")
    sitting.types("how long does oolong steep")
    assert "sure" in sitting.sees("▌ teas").row_with("▌ teas")
    dialog = sitting.screen
    left, top = (dialog.row_with("╭").index("╭"), dialog.rows.index(dialog.row_with("╭")))
    assert 20 <= left <= 24
    assert 10 <= top <= 18
    assert sitting.screen.has("ollama/wire")
    sitting.presses("escape")
    sitting.sees("all about tea")
    sitting.until(lambda: 'keywords = ["oolong", "sencha"]' in stack.read_text(), "the file")
    assert stack.read_text().startswith(STACK)
    sitting.presses("escape")
    sitting.says("which oolong is best")
    assert sitting.disk.turns()[0].body["decision"]["role"] == "teas"
    sitting.sends("/roles teas")
    sitting.sees("all about tea")
    sitting.presses("escape")
    sitting.sends("/roles milk")
    sitting.sees("There is no role milk")
    sitting.quits()
    sitting.opens()
    sitting.sees(EMPTY)
    sitting.sees("▌ teas")


def test_what_was_done_to_a_role_is_taken_back(sitting: Sitting):
    sitting.writes_stack(STACK)
    stack = sitting.home / "config" / "stacks" / "sitting.toml"
    sitting.opens()
    sitting.sends("/stack")
    sitting.sees("sitting · your own")
    sitting.presses("ctrl+e")
    sitting.sees("Role daily-driver")
    fills(sitting, "keywords", "tea")
    sitting.until(lambda: "tea" in stack.read_text(), "the file")
    sitting.presses("ctrl+z")
    sitting.until(lambda: stack.read_text() == STACK, "the file as it was")
    sitting.presses("escape")
    sitting.sees("sitting · your own")
    sitting.presses("ctrl+n")
    sitting.sees("such as contracts")
