"""The prompt of a command: its argument, with standard input behind it."""

import select
import sys
from contextlib import suppress
from typing import Final

from mixchat.domain.decode import decode_text
from mixchat.domain.errors import ConfigError

LARGEST: Final = 20_000_000
"""Bytes of standard input that are read: more than any model's window, and what a file may have."""


_SILENT: Final = 2.0
"""Seconds of an open, silent standard input after which that is said."""


def read_prompt(said: str | None, example: str) -> str:
    """Return the argument and what was piped in.

    Raises:
        ConfigError: there is neither, or standard input is larger than any model could take.
    """
    return checked_prompt("\n\n".join(part for part in (typed(said or ""), piped()) if part), example)


def checked_prompt(prompt: str, example: str) -> str:
    """Return the prompt if there is one.

    Raises:
        ConfigError: it is empty.
    """
    if not prompt.strip():
        raise ConfigError(f"No prompt given; write one: {example}")
    return prompt


def typed(argument: str) -> str:
    """Return an argument of the command line as text, whatever bytes it is made of."""
    return argument.encode(errors="surrogateescape").decode(errors="replace")


def piped() -> str:
    """Return what is piped in, without the line ends around it.

    Raises:
        ConfigError: it is larger than any model could take.
    """
    text = decode_text(piped_bytes())
    if text is None:
        raise ConfigError(
            "Standard input is not text; attach a picture or a document with -f FILE, or -f - for what is piped in."
        )
    return text.strip("\r\n")


def piped_bytes() -> bytes:
    """Return what is piped in, whatever it is; nothing from a terminal.

    Raises:
        ConfigError: it is larger than any model could take.
    """
    if sys.stdin is None or sys.stdin.isatty():
        return b""
    _hint_if_silent()
    data = sys.stdin.buffer.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise ConfigError(
            f"Standard input is larger than {LARGEST // 1_000_000} MB; no model takes that much."
        )
    return data


def _hint_if_silent() -> None:
    """Say what is waited for when standard input is open and nothing comes; where nobody can tell, nothing is said."""
    with suppress(OSError, ValueError):
        if not select.select([sys.stdin], [], [], _SILENT)[0]:
            print("Waiting for standard input; add </dev/null if there is none.", file=sys.stderr, flush=True)
