"""What one escape sequence of a terminal means: a key with its modifiers, the mouse, an answer, or nothing."""

import re
from collections.abc import Iterator
from typing import Final

from textual._ansi_sequences import ANSI_SEQUENCES_KEYS
from textual._keyboard_protocol import FUNCTIONAL_KEYS
from textual._xterm_parser import XTermParser
from textual.events import Key
from textual.keys import Keys
from textual.message import Message

from mixchat.tui.terminal.background import BackgroundTold, light_in
from mixchat.tui.terminal.kitty_pictures import TerminalNamed, name_in

ESC: Final = "\x1b"
SEQUENCE: Final = re.compile(
    r"\x1b(?:"
    r"\[\[[A-E]"  # function keys of the Linux console
    r"|\[M[^\x1b]{3}"  # the mouse as old terminals report it
    r"|\[(?![\[M])[0-?]*[ -/]*[@-~]"  # CSI
    r"|O[0-9;]*[ -~]"  # SS3
    r"|(?:\][0-9lL]|P[0-9;]*[>$+!|]|_G)[^\x07\x1b]*(?:\x07|\x1b\\)"  # answers: OSC, DCS, graphics
    r"|(?!\][0-9lL]|P[0-9;]*[>$+!|]|_G|[\]_]\Z|P[0-9;]*\Z)[^\[O\x1b]"  # Alt with a key
    r")",
    re.DOTALL,
)
"""A whole sequence."""
UNFINISHED: Final = re.compile(
    r"\x1b(?:\[M[^\x1b]{0,2}|\[\[|\[[0-?]*[ -/]*|O[0-9;]*"
    r"|(?:\][0-9lL]|P[0-9;]*[>$+!|]|_G)[^\x07\x1b]*\x1b?|P[0-9;]*|[\]_])?",
    re.DOTALL,
)
"""The beginning of one, of which more may come."""
_LONGEST: Final = 32
"""Characters of a sequence that can mean anything; Textual would type a longer one."""
_OTHER_KEYS: Final = re.compile(r"\x1b\[27;(\d+);(\d+)~")
"""A key with modifiers as xterm's modifyOtherKeys tells it: modifiers, then the character's number."""
_WITH_DETAILS: Final = re.compile(r"\x1b\[(\d*)(?::[\d:]*)?(?:;(\d*)(?::(\d*))?)?(;[\d:]*)?([u~ABCDEFHPQRS])")
"""A key as kitty tells it: number and other numbers of the key, modifiers and what happened to it, its text."""
_RELEASED: Final = "3"
_LAST_CHARACTER: Final = 0x10FFFF
_OLD_NAMES: Final = {
    "\x1b[91;5u": "escape",
    "\x1b[105;5u": "tab",
    "\x1b[109;5u": "enter",
    "\x1b[104;5u": "backspace",
}
"""Ctrl with `[`, `i`, `m` and `h`, which every terminal without the protocol sends as these keys."""
_ALT_NAMES: Final = {
    "\r": "alt+enter", "\n": "alt+enter", "\t": "alt+tab", "\x7f": "alt+backspace", "\x08": "alt+backspace",
    " ": "alt+space",
}  # fmt: skip


class TypedCharacter(Key):
    """A character that Python calls not printable but that somebody typed: an input method's space, a joiner."""

    @property
    def is_printable(self) -> bool:
        """Every field takes it."""
        return True


# Textual names a message's handler after its class; who handles keys handles these.
TypedCharacter.handler_name = Key.handler_name


class SequenceReader(XTermParser):
    """Makes messages of whole sequences and of characters; what is no key of anybody's means nothing."""

    def characters(self, text: str) -> Iterator[Message]:
        """Yield the keys of text and control characters."""
        for message in self.feed(text):
            if isinstance(message, Key) and _is_text(message):
                yield TypedCharacter(message.key, message.character)
            else:
                yield message

    def sequence(self, sequence: str) -> Iterator[Message]:
        """Yield what a whole sequence means."""
        if sequence == ESC:
            yield Key("escape", ESC)
        elif (light := light_in(sequence)) is not None:
            yield BackgroundTold(light=light)
        elif (name := name_in(sequence)) is not None:
            yield TerminalNamed(name)
        elif len(sequence) == len(ESC) + 1:
            yield Key(self._alt_name(sequence[-1]), None)
        elif len(sequence) <= _LONGEST and (plain := _normalized(sequence)) is not None:
            yield from self._known(plain)

    def _known(self, sequence: str) -> Iterator[Message]:
        if sequence in _OLD_NAMES:
            yield Key(_OLD_NAMES[sequence], None)
            return
        keys = list(self._sequence_to_key_events(sequence))
        if keys:
            yield from (key for key in keys if key.key != Keys.Ignore)
        elif _TOLD.fullmatch(sequence):
            yield from self.feed(sequence)

    def alone(self, unfinished: str) -> Iterator[Message]:
        """Yield the key that a sequence is of which no more comes; nothing for a report that was cut."""
        if len(unfinished) == len(ESC) + 1:
            yield Key(self._alt_name(unfinished[-1]), None)

    def _alt_name(self, character: str) -> str:
        if character in _ALT_NAMES:
            return _ALT_NAMES[character]
        if character < " ":
            return f"alt+ctrl+{chr(ord(character) + 0x60)}"
        if character.isalnum():
            return f"alt+shift+{character.lower()}" if character.isupper() else f"alt+{character}"
        return next((f"alt+{key.key}" for key in self.feed(character) if isinstance(key, Key)), "alt+ignored")


_TOLD: Final = re.compile(
    r"\x1b\[(?:[IO]|48;[\d:]+;[\d:]+;[\d:]+;[\d:]+t|<\d+;-?\d+;-?\d+[Mm]|\?\d+;\d\$y|\d+;\d+R)"
)
"""What Textual's parser takes to the end and that is no key: focus, size, mouse, modes, the cursor's place."""


def _normalized(sequence: str) -> str | None:
    """Return a sequence as Textual knows it, or None for what it must not see: a release, a number of no character."""
    if other := _OTHER_KEYS.fullmatch(sequence):
        sequence = f"\x1b[{other[2]};{other[1]}u"
    told = _WITH_DETAILS.fullmatch(sequence)
    if told is None:
        return sequence
    number, modifiers, what, text, end = told.groups()
    if end != "u" and sequence not in ANSI_SEQUENCES_KEYS and f"{number or 1}{end}" not in FUNCTIONAL_KEYS:
        return None  # Textual would type the character of that number
    if what == _RELEASED or not all(map(_is_character, re.findall(r"\d+", f"{number};{text}"))):
        return None
    if modifiers is None:
        return sequence
    return f"\x1b[{number};{modifiers}{text or ''}{end}"


def _is_character(number: str) -> bool:
    value = int(number)
    return value <= _LAST_CHARACTER and not 0xD800 <= value <= 0xDFFF


def _is_text(key: Key) -> bool:
    """Whether a key is text that Python's own notion of printable leaves out."""
    character = key.character
    return (
        character is not None and len(character) == 1 and character >= "\xa0" and not character.isprintable()
    )
