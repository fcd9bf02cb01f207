"""What themes without a ground of their own show: nothing that has to be read disappears."""

import pytest

from tests.sittings.sitting import CONFIG, Sitting

SECRET = "my key is sk-proj-" + "aB3" * 16
"""Nobody's, but it looks like one."""


@pytest.mark.parametrize("theme", ["glass", "ansi"])
def test_the_letters_of_a_question_can_be_read(sitting: Sitting, theme: str):
    sitting.writes_config(f'theme = "{theme}"\n{CONFIG}')
    sitting.opens()
    sitting.writes(SECRET)
    sitting.presses("enter")
    screen = sitting.sees(r" e {1,2}edit")
    row = next(at for at, line in enumerate(screen.rows) if " edit" in line)
    letter = screen.cell(screen.rows[row].index(" edit") - 2, row)
    assert letter.character == "e"
    assert letter.foreground == "black"
    assert letter.background in {"brown", "e5b567"}
