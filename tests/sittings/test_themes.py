"""What themes without a ground of their own show: nothing that has to be read disappears."""

import pytest

from tests.sittings.sitting import CLOUD_CONFIG, Sitting

SECRET = "my key is sk-proj-" + "aB3" * 16
"""Nobody's, but it looks like one."""


@pytest.mark.parametrize("theme", ["glass", "ansi"])
def test_the_letters_of_a_question_can_be_read(sitting: Sitting, theme: str):
    sitting.has_a_cloud_model()
    sitting.writes_config(f'theme = "{theme}"\n{CLOUD_CONFIG}')
    sitting.opens()
    sitting.writes(SECRET)
    sitting.presses("enter")
    screen = sitting.sees(r"alt\+n {1,4}Send")
    row = next(at for at, line in enumerate(screen.rows) if "alt+n" in line)
    for at in range(screen.rows[row].index("alt+n"), screen.rows[row].index("Send") + 4):
        cell = screen.cell(at, row)
        same = cell.foreground == cell.background != "default"  # the terminal's own two are never the same
        assert cell.character == " " or not same
