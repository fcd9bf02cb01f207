"""Keys by their names, as a terminal of the xterm family sends them."""

import re
from typing import Final

ESCAPE: Final = "\x1b"
_NAMED: Final = {
    "enter": "\r", "return": "\r", "tab": "\t", "shift+tab": "\x1b[Z", "escape": ESCAPE, "esc": ESCAPE, "space": " ",
    "backspace": "\x7f", "delete": "\x1b[3~", "insert": "\x1b[2~", "up": "\x1b[A", "down": "\x1b[B",
    "right": "\x1b[C", "left": "\x1b[D", "home": "\x1b[H", "end": "\x1b[F", "pageup": "\x1b[5~",
    "pagedown": "\x1b[6~", "f1": "\x1bOP", "f2": "\x1bOQ", "f3": "\x1bOR", "f4": "\x1bOS", "f5": "\x1b[15~",
    "f6": "\x1b[17~", "f7": "\x1b[18~", "f8": "\x1b[19~", "f9": "\x1b[20~", "f10": "\x1b[21~",
    "f11": "\x1b[23~", "f12": "\x1b[24~",
}  # fmt: skip
_MODIFIERS: Final = {"shift": 1, "alt": 2, "ctrl": 4}
_ARROWS: Final = re.compile(r"\x1b(?:\[|O)(?P<final>[A-DFHPQRS])")
_NUMBERED: Final = re.compile(r"\x1b\[(?P<number>\d+)~")


def encode(name: str) -> str:
    """Return what a terminal sends for a key: `enter`, `ctrl+n`, `alt+enter`, `shift+up`, or a single character.

    Raises:
        ValueError: a terminal without extensions cannot send such a key.
    """
    if name in _NAMED:
        return _NAMED[name]
    *modifiers, key = name.split("+") if len(name) > 1 else (name,)
    if not modifiers:
        if len(key) == 1:
            return key
        raise ValueError(f"no key is called {name!r}")
    if modifiers == ["ctrl"] and len(key) == 1:
        return chr(ord(key.upper()) & 0x1F)
    plain = _NAMED.get(key, key)
    if modifiers == ["alt"] and len(plain) == 1:
        return ESCAPE + plain
    return _modified(name, plain, 1 + sum(_MODIFIERS[modifier] for modifier in modifiers))


def _modified(name: str, plain: str, modifier: int) -> str:
    if arrow := _ARROWS.fullmatch(plain):
        return f"\x1b[1;{modifier}{arrow['final']}"
    if numbered := _NUMBERED.fullmatch(plain):
        return f"\x1b[{numbered['number']};{modifier}~"
    raise ValueError(f"a plain terminal cannot send {name!r}")


def pasted(text: str) -> str:
    """Return `text` as a terminal pastes it, in brackets."""
    return f"\x1b[200~{text}\x1b[201~"
