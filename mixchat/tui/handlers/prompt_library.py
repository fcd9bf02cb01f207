"""`/NAME`: a prompt of the library, filled in and put where it can be read before it is sent."""

import re
import shlex
from typing import Final

from mixchat.config.prompts import Prompts
from mixchat.domain.errors import ConfigError
from mixchat.tui.handlers.handler import ChatHandler

_VALUE: Final = re.compile(r"([A-Za-z_]\w*)=(.*)", re.DOTALL)


class PromptLibraryHandler(ChatHandler):
    """Writes prompts of the library into the composer, and gives the chat a persona."""

    def use(self, name: str, argument: str) -> None:
        """Take a prompt: a persona sets the chat up, any other stands in the composer, filled in."""
        prompts = Prompts(self.context.runtime.settings.paths.prompts)
        try:
            prompt = prompts.get(name)
            values, typed = read_values(argument, prompt.names)
            filled = prompt.fill(values, typed)
        except ConfigError as error:
            self.context.notify(str(error))
            self.context.composer.put_back(f"/{name} {argument}".rstrip())
            return
        if filled.system is not None:
            where = "" if prompt.is_persona else "next "
            self.context.app.call_later(
                self.context.screen.run_action, f"run('system', {where + filled.system!r})"
            )
        pin = filled.role or filled.model
        text = filled.text.rstrip("\n")
        if text:
            self.context.composer.write(f"@{pin} {text}" if pin else text)


def read_values(argument: str, names: tuple[str, ...]) -> tuple[dict[str, str], str]:
    """Return the values that an argument gives, `KEY=VALUE` each, and what else is in it."""
    values: dict[str, str] = {}
    rest = argument
    while (word := re.match(r"\s*((?:[^\s\"']|\"[^\"]*\"|'[^']*')+)", rest)) is not None:
        found = _VALUE.fullmatch(_unquoted(word[1]))
        if found is None or found[1] not in names:
            break
        values[found[1]] = found[2]
        rest = rest[word.end() :]
    return values, rest.strip()


def _unquoted(word: str) -> str:
    try:
        return "".join(shlex.split(word))
    except ValueError:
        return word
