"""The theme that fits the terminal's own background."""

import pytest

from tests.sittings.sitting import CONFIG, Sitting

DARK, LIGHT = "131519", "fcfcfc"
QUESTION = b"\x1b]11;?\x1b\\"


def ground(sitting: Sitting) -> str:
    return sitting.screen.cell(2, 0).background


@pytest.mark.parametrize("answer", ["\x1b]11;rgb:fdfd/f6f6/e3e3\x1b\\", "\x1b]11;rgb:ff/ff/ff\x07"])
def test_the_terminals_answer_decides_and_is_never_typed(sitting: Sitting, answer: str):
    sitting.writes_config(f'theme = "auto"\n{CONFIG}')
    sitting.opens()
    assert ground(sitting) == DARK
    assert QUESTION in sitting.terminal.written
    sitting.terminal.send(answer)
    sitting.until(lambda: ground(sitting) == LIGHT, "the light theme")
    assert sitting.screen.composer == ""
    sitting.terminal.send("\x1b]11;rgb:0000/0000/0000\x07")
    sitting.until(lambda: ground(sitting) == DARK, "the dark theme again")


def test_what_the_environment_says_is_there_from_the_first_frame(sitting: Sitting):
    sitting.environment["COLORFGBG"] = "0;15"
    sitting.opens("--theme", "auto")
    assert ground(sitting) == LIGHT
    sitting.quits()


def test_a_named_theme_asks_nothing_and_listens_to_nobody(sitting: Sitting):
    sitting.environment["COLORFGBG"] = "0;15"
    sitting.opens()
    assert QUESTION not in sitting.terminal.written
    sitting.terminal.send("\x1b]11;rgb:ffff/ffff/ffff\x07")
    sitting.types("x")
    sitting.until(lambda: sitting.screen.composer == "x", "what was typed")
    assert ground(sitting) == DARK
