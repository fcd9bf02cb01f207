"""What `mixchat ask` is asked: the words of the command line, the prompt library and standard input."""

import argparse
import os
import re
from collections.abc import Sequence

from msgspec import Struct

from mixchat.cli.stdin import checked_prompt, piped, typed
from mixchat.domain.errors import ConfigError

STANDARD_INPUT = "-"
"""The name of the file that is piped in."""
_EXAMPLE = 'mixchat ask "..."'
_VALUE = re.compile(r"([A-Za-z_]\w*)=(.*)", re.DOTALL)


class PromptInput(Struct, frozen=True):
    """A prompt, taken apart: only what was typed here may pin and attach; what was piped in is text."""

    typed: str
    piped: str = ""
    role: str | None = None
    model: str | None = None
    system: str | None = None
    added: str = ""
    """What standard input added to words that were typed, to be said."""

    def whole(self, typed: str) -> str:
        """Return the prompt, with `typed` in place of what was typed."""
        return "\n\n".join(part for part in (typed, self.piped) if part)


def read_asked(args: argparse.Namespace) -> PromptInput:
    """Return what is asked.

    Raises:
        ConfigError: nothing is, or the library's prompt cannot be used.
    """
    words: list[str] = [typed(word) for word in args.words]
    if args.library is None:
        if len(words) > 1:
            raise ConfigError(f'Write the prompt in quotes: mixchat ask "{" ".join(words)[:60]}"')
        said = words[0] if words else ""
        found = "" if STANDARD_INPUT in args.file else piped()
        asked = PromptInput(said, found, added=found if said else "")
        checked_prompt(asked.whole(said), _EXAMPLE)
        return asked
    return _from_library(args.library, words, read=STANDARD_INPUT not in args.file)


def _from_library(name: str, words: Sequence[str], *, read: bool) -> PromptInput:
    from mixchat.config.paths import Paths
    from mixchat.config.prompts import Prompts

    prompt = Prompts(Paths.from_environment(os.environ).prompts).get(name)
    values = {
        match[1]: match[2] for word in words if (match := _VALUE.fullmatch(word)) and match[1] in prompt.names
    }
    said = [word for word in words if not ((match := _VALUE.fullmatch(word)) and match[1] in values)]
    if len(said) > 1:
        raise ConfigError(
            f"Write the prompt in quotes, and {name}'s values as KEY=VALUE; it has {', '.join(prompt.names) or 'none'}."
        )
    found = piped() if read else ""
    typed_in = "\n\n".join(part for part in (*said, found) if part)
    filled = prompt.fill(values, typed_in)
    checked_prompt(filled.text, _EXAMPLE)
    return PromptInput("", filled.text, filled.role, filled.model, filled.system, added=found)
