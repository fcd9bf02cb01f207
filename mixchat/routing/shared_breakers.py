"""The breakers of every mixchat on this machine: a small file in the data directory.

A process of `mixchat ask` lives for one turn. Without this each of them would find out anew that a provider is down.
"""

import contextlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct, json

from mixchat.config.file_writer import FileWriter
from mixchat.domain.clock import Clock
from mixchat.domain.errors import ConfigError, Failure
from mixchat.domain.model import ModelRef

FILE: Final = "breakers.json"
_LONGEST: Final = 900.0
"""Seconds that an entry counts at most, so that a crash or a wrong clock keeps nothing closed for ever."""
_HALF_OPEN: Final = 600.0
"""Seconds after its time for which it is still known that a model was resting."""
_MOST: Final = 64
_PASSING: Final = frozenset({"rate_limited", "overloaded", "unreachable", "timeout", "interrupted"})
"""Failures that pass by themselves. A wrong key is corrected by the person, and the next command has to try it."""
_SECRETIVE: Final = Failure("overloaded", "It failed in another mixchat.")


class SharedBreaker(Struct, frozen=True):
    """One open breaker."""

    until: float
    """Seconds since the epoch."""
    rest: float
    failure: Failure = _SECRETIVE


Known = dict[ModelRef, SharedBreaker]


class SharedBreakers:
    """Reads and writes the file. Nobody waits for it: the last one to write wins, and a broken file is an empty one."""

    def __init__(self, folder: Path, clock: Clock, files: FileWriter | None = None) -> None:
        self._path = folder / FILE
        self._files = files or FileWriter()
        self._clock = clock
        self._stamp: tuple[int, int] | None = None

    def news(self) -> Mapping[ModelRef, SharedBreaker] | None:
        """Return what the file holds if it changed since the last look, else `None`."""
        stamp = self._stamped()
        if stamp == self._stamp:
            return None
        self._stamp = stamp
        return self._read()

    def opened(self, ref: ModelRef, failure: Failure, until: float, rest: float) -> bool:
        """Write down that a model rests, where that is not for the person to mend; return whether it was."""
        if failure.code not in _PASSING:
            return False
        # What the provider said stays in this process: it may quote the prompt.
        kept = Failure(failure.code, _SECRETIVE.message, ref, reached=failure.reached)
        self._edit(lambda known: {**known, ref: SharedBreaker(until, rest, kept)})
        return True

    def closed(self, refs: Sequence[ModelRef]) -> None:
        """Write down that models are well again."""
        known = self._read()
        if any(ref in known for ref in refs):
            self._edit(lambda known: {ref: entry for ref, entry in known.items() if ref not in refs})

    def _stamped(self) -> tuple[int, int] | None:
        try:
            found = self._path.stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_ino

    def _read(self) -> Known:
        try:
            return self._decoded(self._files.text(self._path))
        except ConfigError:
            return {}

    def _decoded(self, text: str | None) -> Known:
        try:
            known = json.decode(text or "", type=dict[str, SharedBreaker])
        except msgspec.MsgspecError:
            return {}
        now = self._clock.now()
        found: Known = {}
        for name, entry in known.items():
            with contextlib.suppress(ValueError):
                if now - _HALF_OPEN < entry.until < now + _LONGEST:
                    found[ModelRef.parse(name)] = entry
        return found

    def _edit(self, change: Callable[[Known], Known]) -> None:
        def edited(text: str | None) -> str:
            newest = sorted(change(self._decoded(text)).items(), key=lambda item: -item[1].until)[:_MOST]
            return json.encode({str(ref): entry for ref, entry in newest}).decode()

        with contextlib.suppress(ConfigError):
            self._files.change(self._path, edited, matters=False)
        self._stamp = self._stamped()
