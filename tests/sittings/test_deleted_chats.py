"""A chat that was deleted comes back: in the list, after leaving it, and from the shell."""

from tests.sittings.sitting import EMPTY, Sitting


def _deletes(sitting: Sitting, words: str) -> None:
    sitting.presses("ctrl+s")
    sitting.sees("esc back")
    sitting.types(words)
    sitting.sees("1 chat$")
    sitting.presses("ctrl+d")
    sitting.sees("Deleted “")


def test_the_key_that_the_toast_names_works_where_the_toast_is_shown(sitting: Sitting):
    sitting.opens()
    sitting.says("a chat about cats")
    _deletes(sitting, "cats")
    sitting.presses("escape")
    sitting.sees(EMPTY)
    sitting.presses("ctrl+z")
    sitting.sees("▌ a chat about cats")
    sitting.until(lambda: "cats" in sitting.runs("mixchat history list").stdout, "the chat in the list")

    _deletes(sitting, "cats")
    sitting.presses("escape")
    sitting.sees(EMPTY)
    sitting.presses("ctrl+s")
    sitting.sees("No chat yet")
    sitting.presses("ctrl+z")
    sitting.sees("1 chat$")


def test_the_shell_says_how_a_deleted_chat_comes_back(sitting: Sitting):
    sitting.opens()
    sitting.says("a chat about cats")
    sitting.quits()
    chat = sitting.disk.turns()[0].chat
    removed = sitting.runs(f"mixchat history rm {chat[:6]}")
    assert f"`mixchat history restore {chat}` brings it back within 1 h" in removed.stderr
    assert chat not in sitting.runs("mixchat history list").stdout
    assert chat in sitting.runs("mixchat history list --deleted").stdout
    assert sitting.runs(f"mixchat history restore {chat[:6]}").returncode == 0
    assert chat in sitting.runs("mixchat history list").stdout
    refused = sitting.runs(f"mixchat history restore {chat[:6]}")
    assert refused.returncode == 2
    assert "There is no deleted chat" in refused.stderr
