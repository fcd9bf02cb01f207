"""What a terminal sends, told apart: keys that a hand pressed, and text that was pasted.

It stands in place of Textual's own parser, which knows a paste only by its brackets: without them every line end in
pasted text is an Enter that sends. The clock decides here instead, so each constant below is a speed of hands or lines.
"""

import re
from collections.abc import Generator, Iterator
from typing import Final

from textual.events import Paste
from textual.message import Message

from mixchat.tui.terminal.escape_sequences import ESC, SEQUENCE, UNFINISHED, SequenceReader

_START: Final = "\x1b[200~"
_END: Final = "\x1b[201~"
"""What stands around a paste (bracketed paste, mode 2004 of xterm)."""
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
_ALT_DELAY: Final = 0.02
"""Seconds within which a key belongs to the Esc before it, as Alt with that key sends it; hands are slower."""
_UNFINISHED_LASTS: Final = 1.0
"""Seconds for which the rest of a sequence is waited for, as a slow line may cut one anywhere."""
_MOUSE_REST: Final = re.compile(r"\[<[\d;]*[Mm]?")
"""What follows Esc in a report of the mouse."""
_LONGEST_ANSWER: Final = 4_096
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

    A sequence is handed on when it is whole. Esc is a key when nothing follows it, or when what follows is a key of
    its own that came later; what came with it is Alt with that key. The rest of a report that a slow line cut is
    waited for, and dropped rather than typed.
    """

    def __init__(self) -> None:
        self._reader = SequenceReader()
        self._last = float("-inf")
        self._open = ""
        """The beginning of an escape sequence."""
        self._opened = 0.0
        self._escaped = float("-inf")
        """When an Esc was last taken for a key because nothing followed."""
        self._pasted: list[str] | None = None
        """The paste that is coming, while one is."""
        self._tail = ""
        """Its last characters, in which its end may have begun."""
        self._held: list[str] = []
        self._held_since = 0.0
        self._paste_until = float("-inf")

    def wait(self, beat: float) -> float:
        """Return the seconds until `tick` has something to do, `beat` at most."""
        return _TOGETHER if self._held or self._open else beat

    def feed(self, text: str, now: float) -> Iterator[Message]:
        """Yield what is known of `text` and of what was held before it.

        Args:
            text: what was read.
            now: seconds on a clock that never goes back.
        """
        quick = now - self._last < _TOGETHER
        yield from self._overdue(now)
        if not text:
            return
        self._last = now
        if now - self._escaped < _UNFINISHED_LASTS and _MOUSE_REST.match(text):
            text = ESC + text
        if self._open:
            text = yield from self._joined(text, now)
            self._open = ""
        while text:
            text = yield from self._next(text, now, quick=quick)

    def _next(self, text: str, now: float, *, quick: bool) -> Generator[Message, None, str]:
        """Yield what the beginning of a text means, and return the rest."""
        if self._pasted is not None:
            messages, rest = self._gathered(self._pasted, text)
            yield from messages
        elif text[0] == ESC:
            yield from self._release()
            rest = yield from self._sequence(text, now)
        elif (run := _RUN.match(text)) is not None:
            yield from self._run(run[0], now, quick=quick)
            rest = text[run.end() :]
        else:
            control = _CONTROL.match(text)
            assert control is not None
            yield from self._release()
            yield from self._reader.characters(control[0])
            rest = text[control.end() :]
        return rest

    def tick(self, now: float) -> Iterator[Message]:
        """Yield what was held long enough, and what only time decides."""
        if self._held and now - self._last >= _TOGETHER:
            yield from self._release()
        if self._pasted is not None and now - self._last > _LOST:
            yield _paste("".join(self._pasted))
            self._pasted = None
        yield from self._overdue(now)

    def _overdue(self, now: float) -> Iterator[Message]:
        """Give up what began a sequence too long ago: Esc is a key, and Alt with a key is one."""
        if self._open == ESC and now - self._opened >= _ESC_DELAY:
            self._open, self._escaped = "", now
            yield from self._reader.sequence(ESC)
        elif self._open and now - self._opened >= _UNFINISHED_LASTS:
            begun, self._open = self._open, ""
            yield from self._reader.alone(begun)

    def _joined(self, text: str, now: float) -> Generator[Message, None, str]:
        """Return what was open with what comes now, unless those are two keys of a hand."""
        if self._open == ESC and text[0] not in "[O" and now - self._opened >= _ALT_DELAY:
            yield from self._reader.sequence(ESC)
            return text
        return self._open + text

    def _sequence(self, text: str, now: float) -> Generator[Message, None, str]:
        """Yield what the sequence at the beginning means, and return what comes after it."""
        whole = SEQUENCE.match(text)
        if whole is None:
            unfinished = UNFINISHED.match(text)
            begun = unfinished[0] if unfinished is not None else ESC
            rest = text[len(begun) :]
            if not rest and len(begun) < _LONGEST_ANSWER:
                self._open, self._opened = begun, now
                return ""
            if begun == ESC:
                yield from self._reader.sequence(ESC)
            # the rest of what no terminal sends is text again, but for a report that was cut by the next
            return rest
        if whole[0] == _START:
            self._pasted, self._tail = [], ""
        else:
            yield from self._reader.sequence(whole[0])
        return text[whole.end() :]

    def _run(self, run: str, now: float, *, quick: bool) -> Iterator[Message]:
        """Hold text with a line end that did not come alone; anything else is keys."""
        if quick and now < self._paste_until:
            self._paste_until = now + _AFTERWARDS
        if self._held or ("\r" in run and (len(run) > 1 or quick)):
            self._held_since = self._held_since if self._held else now
            self._held.append(run)
        else:
            yield from self._reader.characters(run)

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
            yield from self._reader.characters(text)

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
