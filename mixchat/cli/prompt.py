"""The prompt of a command: its argument, with standard input behind it."""

import sys

from mixchat.words.error import ConfigError


def whole_prompt(said: str | None, example: str) -> str:
    """Return the argument and what was piped in.

    Raises:
        ConfigError: there is neither.
    """
    piped = (
        "" if sys.stdin is None or sys.stdin.isatty() else sys.stdin.buffer.read().decode(errors="replace")
    )
    typed = (said or "").encode(errors="surrogateescape").decode(errors="replace")
    prompt = "\n\n".join(part for part in (typed, piped.strip("\r\n")) if part)
    if not prompt.strip():
        raise ConfigError(f"There is no prompt; write one: {example}")
    return prompt
