"""What a terminal sends, told apart: keys that a hand pressed, and text that was pasted."""

import re
from collections.abc import Iterator
from typing import Final

from textual._xterm_parser import XTermParser
from textual.events import Key, Paste
from textual.message import Message

_START: Final = "\x1b[200~"
_END: Final = "\x1b[201~"
"""What stands around a paste (bracketed paste, mode 2004 of xterm)."""
_ESCAPE: Final = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]?|O.?|[^\[O\x1b])?", re.S)
"""An escape sequence, or as much of one as there is."""
_UNFINISHED: Final = re.compile(r"\x1b(?:\[[0-?]*[ -/]*|O)?")
_ALT_DIGIT: Final = re.compile(r"\x1b[0-9]")
"""Alt with a digit, which Textual takes for the sign that a Mac's keyboard has there."""
_RUN: Final = re.compile(r"[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]+")
"""Text and line ends."""
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1a\x1c-\x1f\x7f]+")
_TOGETHER: Final = 0.015
"""Seconds within which what comes is one burst; two keys of a hand are further apart."""
_AFTERWARDS: Final = 0.05
"""Seconds after a paste in which more of it may come, and no hand presses Enter."""
_LONGEST: Final = 1_000
"""Characters of a line that may have been typed although it came at once."""
_ESC_DELAY: Final = 0.1
"""Seconds after which an Esc is a key and begins no sequence."""
_LOST: Final = 5.0
"""Seconds of silence after which the end of a paste will not come any more."""


class KeyStream:
    """Hands keys to Textual's parser and pastes past it: it would take them apart character by character.

    Terminals and multiplexers that do not mark a paste send it as keys. It gives itself away by its speed: text that
    comes in one burst with a line end before its last character is a paste, and its line ends send nothing. A burst
    with one line end, at its very end, is a line that was typed: over a slow connection keys that were pressed one by
    one arrive together, and Enter has to send. Only one of more than 1,000 characters is taken for a paste. Where keys
    that were typed ahead are taken for a paste, Enter has made a new line, and nothing was sent that should not be.
    To see whether more comes, a line end that came together with other text is held for 15 milliseconds.

    Args:
        parser: makes keys and mouse events of what is no paste.
    """

    def __init__(self, parser: XTermParser) -> None:
        self._parser = parser
        self._last = float("-inf")
        self._open = ""
        """The beginning of an escape sequence, which the parser has already."""
        self._pasted: list[str] | None = None
        """The paste that is coming, while one is."""
        self._tail = ""
        """Its last characters, in which its end may have begun."""
        self._held: list[str] = []
        self._held_since = 0.0
        self._paste_until = float("-inf")

    def wait(self, beat: float) -> float:
        """Return the seconds until `tick` has something to do, `beat` at most."""
        return _TOGETHER if self._held else beat

    def feed(self, text: str, now: float) -> Iterator[Message]:
        """Yield what is known of `text` and of what was held before it.

        Args:
            text: what was read.
            now: seconds on a clock that never goes back.
        """
        quick = now - self._last < _TOGETHER
        if now - self._last > _ESC_DELAY:
            self._open = ""
        self._last = now if text else self._last
        while text:
            if self._pasted is not None:
                message, text = self._gathered(self._pasted, text)
                yield from message
            elif self._open or text[0] == "\x1b":
                yield from self._release()
                messages, text = self._escaped(text)
                yield from messages
            elif (run := _RUN.match(text)) is not None:
                text = text[run.end() :]
                yield from self._run(run[0], now, quick=quick)
            elif (control := _CONTROL.match(text)) is not None:
                text = text[control.end() :]
                yield from self._release()
                yield from self._parser.feed(control[0])

    def tick(self, now: float) -> Iterator[Message]:
        """Yield what was held long enough, and what only time decides."""
        if self._held and now - self._last >= _TOGETHER:
            yield from self._release()
        if self._pasted is not None and now - self._last > _LOST:
            yield _paste("".join(self._pasted))
            self._pasted = None
        yield from self._parser.tick()

    def _run(self, run: str, now: float, *, quick: bool) -> Iterator[Message]:
        """Hold text with a line end that did not come alone; anything else is keys."""
        if quick and now < self._paste_until:
            self._paste_until = now + _AFTERWARDS
        if self._held or ("\r" in run and (len(run) > 1 or quick)):
            self._held_since = self._held_since if self._held else now
            self._held.append(run)
        else:
            yield from self._parser.feed(run)

    def _release(self) -> Iterator[Message]:
        """Yield what was held, as a paste or as keys."""
        if not self._held:
            return
        text = "".join(self._held)
        self._held = []
        if self._held_since < self._paste_until or _is_paste(text):
            self._paste_until = self._last + _AFTERWARDS
            yield _paste(text)
        else:
            yield from self._parser.feed(text)

    def _escaped(self, text: str) -> tuple[Iterator[Message], str]:
        """Return what the sequence at the beginning means, and what comes after it."""
        match = _ESCAPE.match(self._open + text)
        sequence = match[0] if match else ""
        length = len(sequence) - len(self._open)
        fresh, rest = text[:length], text[length:]
        self._open = sequence if not rest and _UNFINISHED.fullmatch(sequence) else ""
        if fresh == sequence and _ALT_DIGIT.fullmatch(sequence):
            return iter([Key(f"alt+{sequence[-1]}", None)]), rest
        if sequence != _START:
            return iter(self._parser.feed(fresh) if fresh else ()), rest
        self._pasted, self._tail = [], ""
        if fresh == sequence:
            return iter(()), rest
        # the parser has the beginning of the sequence: let it see a paste begin and end
        seen = self._parser.feed(fresh + _END)
        return iter([message for message in seen if not isinstance(message, Paste)]), rest

    def _gathered(self, pasted: list[str], text: str) -> tuple[list[Message], str]:
        """Return the paste if its end has come, and what comes after it."""
        at = (self._tail + text).find(_END)
        if at < 0:
            pasted.append(text)
            self._tail = (self._tail + text)[1 - len(_END) :]
            return [], ""
        end = at + len(_END) - len(self._tail)
        whole = "".join([*pasted, text[:end]]).removesuffix(_END)
        self._pasted = None
        return [_paste(whole)], text[end:]


def _is_paste(burst: str) -> bool:
    """Whether text that came at once cannot have been typed."""
    if not burst.strip("\r"):
        return False
    line = burst.removesuffix("\r")
    return "\r" in line or len(line) > _LONGEST


def _paste(text: str) -> Paste:
    return Paste(text.replace("\x00", ""))
