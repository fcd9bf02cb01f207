"""Lists and what is marked in a reply: what is lit is what a key or a click takes."""

import base64
import re

from tests.sittings.sitting import Sitting

COPIED = re.compile(rb"\x1b\]52;[a-z]*;([A-Za-z0-9+/=]*)")
REPLY = "Here:\n\n```python\nprint('hi')\n```\n\nand\n\n```sh\nls -l\n```\n"


def copied(sitting: Sitting) -> list[bytes]:
    return [base64.b64decode(found) for found in COPIED.findall(sitting.terminal.written)]


def test_a_key_of_the_settings_that_is_typed_lights_its_row(sitting: Sitting):
    sitting.opens(ready="Three moves")
    sitting.sends("/settings")
    sitting.sees("esc back")
    for key, title in (("theme", "Theme"), ("budget.day", "Per day"), ("judge", "Judge")):
        sitting.types(key)
        sitting.sees(rf"▌ {title} ")
        for _ in key:
            sitting.presses("backspace")
        sitting.sees("Type to search")


def test_two_clicks_in_one_packet_open_a_chat_once(sitting: Sitting):
    sitting.opens()
    sitting.says("a chat about cats")
    sitting.starts_a_chat()
    sitting.presses("ctrl+s")
    sitting.sees("esc back")
    column, row = sitting.place_of("a chat about cats")
    click = "".join(f"\x1b[<0;{column + 2};{row + 1}{end}" for end in "MmMm")
    sitting.terminal.write(click.encode())
    sitting.sees_no_more("esc back")
    sitting.sees("Hello from wire")
    sitting.quits()


def test_the_code_block_that_is_marked_is_the_one_that_is_copied(sitting: Sitting):
    sitting.provider.will_say(REPLY)
    sitting.opens()
    sitting.says("code please")
    sitting.sees("ls -l")
    sitting.presses("alt+pageup", "alt+pageup")
    sitting.sends("/copy-code")
    sitting.until(lambda: copied(sitting) == [b"print('hi')\n"], "the marked block copied")
    sitting.presses("alt+pagedown")
    sitting.sends("/copy-code")
    sitting.until(lambda: copied(sitting)[1:] == [b"ls -l\n"], "the block below it copied")
