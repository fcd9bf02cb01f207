"""Files and web pages that go with a message."""

from pathlib import Path

from tests.sittings.sitting import Sitting
from tests.wires.script import Web

PAGE = "<title>Tea</title><nav>Home</nav><main><p>Steep for three minutes.</p></main>"


def serves_a_page(sitting: Sitting) -> str:
    sitting.provider.will_list(Web(PAGE))
    return f"{sitting.provider.url}/tea"


def test_a_file_is_named_as_one_would_type_it(sitting: Sitting, tmp_path: Path):
    (tmp_path / "notes.txt").write_text("three minutes")
    sitting.environment["HOME"] = str(tmp_path)
    sitting.opens()
    sitting.says("sum up @~/notes.txt")
    sitting.sees("~/notes.txt 13 B")
    assert str(tmp_path) not in sitting.screen.conversation


def test_a_page_of_the_own_network_is_fetched_once_and_only_if_asked(sitting: Sitting):
    page = serves_a_page(sitting)
    sitting.opens()
    sitting.pastes(f"sum up @{page}")
    sitting.presses("enter")
    sitting.sees("is on this machine")
    assert not [seen for seen in sitting.provider.seen if seen.path == "/tea"]
    sitting.chooses("alt+a")
    said = str(sitting.provider.was_asked(1).json["messages"])
    assert "Steep for three minutes." in said
    assert "Home" not in said
    sitting.until(lambda: sitting.disk.turns()[0].outcome == "complete", "the turn settled")
    assert len([seen for seen in sitting.provider.seen if seen.path == "/tea"]) == 1
    assert sitting.screen.composer == ""


def test_nothing_is_fetched_for_a_private_chat(sitting: Sitting):
    page = serves_a_page(sitting)
    sitting.opens()
    sitting.sends("/private")
    sitting.sees("Private")
    sitting.pastes(f"sum up @{page}")
    sitting.presses("enter")
    sitting.sees("This chat is private")
    sitting.until(lambda: "sum up" in sitting.screen.composer, "the prompt is back")
    assert not [seen for seen in sitting.provider.seen if seen.path == "/tea"]
