"""The slash commands of the plain app."""

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final

from msgspec import Struct, structs

from mixchat.chat.chat import Chat
from mixchat.config.prompts import Filled, Prompts
from mixchat.domain.errors import ConfigError
from mixchat.tui.handlers.prompt_library import read_values
from mixchat.tui.plain.output import say

if TYPE_CHECKING:
    from mixchat.runtime.runtime import Runtime

_COMMAND: Final = re.compile(r"/([\w.-]+)(?:\s+(.*))?", re.DOTALL)
_MOST_CHATS: Final = 15


class PlainState(Struct):
    """What the commands change."""

    chat: Chat
    leaving: bool = False
    again: bool = False
    """The last prompt is to be answered once more."""
    filled: Filled | None = None
    """A prompt of the library that is to be sent."""


class PlainCommands:
    """Does what a line that begins with a slash says."""

    def __init__(self, runtime: "Runtime", state: PlainState) -> None:
        self._runtime = runtime
        self._state = state
        self._prompts = Prompts(runtime.settings.paths.prompts)

    def run(self, line: str) -> bool:
        """Do what the line says; return whether it was a command."""
        found = _COMMAND.fullmatch(line.strip())
        if found is None:
            return False
        name, argument = found[1], (found[2] or "").strip()
        command = _COMMANDS.get(_SYNONYMS.get(name, name))
        try:
            if command is not None:
                command.run(self, argument)
            elif name in self._prompts.names():
                self._use(name, argument)
            else:
                say(f"There is no command /{name}; /help lists them. Nothing was sent.")
        except ConfigError as error:
            say(str(error))
        return True

    def words(self) -> Iterator[str]:
        """Yield what may be completed: commands, prompts, roles, aliases and models."""
        yield from (f"/{name}" for name in (*_COMMANDS, *self._prompts.names()))
        stack = self._runtime.routing.stack
        yield from (
            f"@{name}"
            for name in (*stack.roles, *self._runtime.settings.catalog.aliases(), *map(str, stack.models()))
        )

    def help(self, _: str) -> None:
        """List the commands."""
        for name, command in _COMMANDS.items():
            say(f"/{name} {command.argument}".rstrip() + f": {command.help}")
        for name in self._prompts.names():
            say(f"/{name}: a prompt of your library")
        say("@NAME before a prompt asks that role or model alone; @FILE attaches a file.")

    def leave(self, _: str) -> None:
        """Leave."""
        self._state.leaving = True

    def new(self, _: str) -> None:
        """Begin a new chat."""
        self._state.chat = self._runtime.new_chat()
        say("A new chat.")

    def chats(self, _: str) -> None:
        """List the newest chats."""
        for record in self._runtime.storage.chats.list(_MOST_CHATS):
            say(f"{record.id}  {record.title}")

    def open(self, name: str) -> None:
        """Go on with another chat."""
        self._state.chat = self._runtime.saved_chat(name)
        say(f"Chat {self._state.chat.id}: {self._state.chat.record.title}")

    def pin(self, name: str) -> None:
        """Pin the chat to a role or model."""
        pin = self._runtime.routing.resolve_name(name.removeprefix("@"))
        if pin is None:
            raise ConfigError(self._runtime.routing.unknown_name_message(name))
        self._set_pin(pin.name)
        say(f"{pin.target} answers in this chat until /auto.")

    def unpin(self, _: str) -> None:
        """Give the choice back to the router."""
        self._set_pin(None)
        say("The router chooses again.")

    def private(self, _: str) -> None:
        """Keep the chat on this machine, or let it leave again."""
        chat = self._state.chat
        chat.save_record(structs.replace(chat.record, private=not chat.record.private))
        say("Only models on this machine answer." if chat.record.private else "Any model may answer.")

    def retry(self, _: str) -> None:
        """Ask the last prompt again."""
        if self._state.chat.turns:
            self._state.again = True
        else:
            say("Nothing was asked yet.")

    def export(self, name: str) -> None:
        """Write the chat to a file."""
        from mixchat.tui.save_file import export_chat

        say(export_chat(self._runtime, self._state.chat.record, name) if name else "Say where: /export FILE")

    def _use(self, name: str, argument: str) -> None:
        prompt = self._prompts.get(name)
        values, typed = read_values(argument, prompt.names)
        filled = prompt.fill(values, typed)
        if not prompt.is_persona or filled.text.strip():
            self._state.filled = filled
            return
        chat = self._state.chat
        settings = structs.replace(chat.state.settings, system=filled.system)
        chat.save_record(structs.replace(chat.record, state=structs.replace(chat.state, settings=settings)))
        say(f"{name} is this chat's persona.")

    def _set_pin(self, name: str | None) -> None:
        chat = self._state.chat
        pin = None if name is None else self._runtime.routing.resolve_name(name)
        chat.save_record(structs.replace(chat.record, state=structs.replace(chat.state, pin=pin)))


class _Command(Struct, frozen=True):
    run: Callable[[PlainCommands, str], None]
    help: str
    argument: str = ""


_COMMANDS: Final[dict[str, _Command]] = {
    "help": _Command(PlainCommands.help, "this list"),
    "new": _Command(PlainCommands.new, "begin a new chat"),
    "chats": _Command(PlainCommands.chats, "the newest chats"),
    "open": _Command(PlainCommands.open, "go on with that chat", "ID"),
    "pin": _Command(PlainCommands.pin, "that role or model answers in this chat", "NAME"),
    "auto": _Command(PlainCommands.unpin, "the router chooses again"),
    "private": _Command(PlainCommands.private, "only models on this machine answer, or any again"),
    "retry": _Command(PlainCommands.retry, "ask the last prompt again"),
    "export": _Command(PlainCommands.export, "write the chat as .md, .html or .json", "FILE"),
    "quit": _Command(PlainCommands.leave, "leave"),
}
_SYNONYMS: Final = {"exit": "quit", "q": "quit", "?": "help"}
