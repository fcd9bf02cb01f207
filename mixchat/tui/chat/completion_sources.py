"""What the composer offers while one types: roles, aliases, models, commands and their arguments."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from mixchat.config.prompts import Prompts
from mixchat.domain.chat_request import Pin
from mixchat.domain.errors import ConfigError
from mixchat.tui.actions.action import Action
from mixchat.tui.actions.table import ACTIONS, find_slash
from mixchat.tui.composer.completion import Candidate

if TYPE_CHECKING:
    from mixchat.runtime.runtime import Runtime

_SET: Final = frozenset({"effort", "search"})
"""Commands whose values can be counted."""


class CompletionSources:
    """Reads the candidates from the runtime each time, so that a new stack counts at once."""

    def __init__(self, runtime: "Runtime") -> None:
        self._runtime = runtime

    @property
    def folder(self) -> Path:
        """The working directory."""
        return Path.cwd()

    def resolve(self, name: str) -> Pin | None:
        """Return what a role's, an alias's or a model's name stands for."""
        return self._runtime.routing.resolve_name(name)

    def prompts(self) -> Sequence[str]:
        """Return the prompts that were sent before, the oldest first."""
        return self._runtime.storage.drafts.prompts()

    def is_command(self, name: str) -> bool:
        """Return whether there is a slash command, a synonym or a prompt of the library of that name."""
        return find_slash(name) is not None or name in self._library.names()

    @property
    def _library(self) -> Prompts:
        return Prompts(self._runtime.settings.paths.prompts)

    def names(self) -> Iterator[Candidate]:
        """Return roles, aliases and models as `@words`."""
        for name in self._names():
            yield Candidate(f"@{name.insert} ", name.label, name.detail, name.role)

    def _names(self) -> Iterator[Candidate]:
        stack = self._runtime.routing.stack
        roles = self._roles_of()
        for role in stack.roles:
            slots = stack.fallback_order(role)
            yield Candidate(role, role, f"role → {slots[0].ref.model}" if slots else "role", role)
        for alias, ref in sorted(self._runtime.settings.catalog.aliases().items()):
            yield Candidate(alias, alias, str(ref), roles.get(str(ref)))
        for ref, role in roles.items():
            yield Candidate(ref, ref, role, role)

    def _roles_of(self) -> dict[str, str]:
        """Return each model of the stack with the first role that has it."""
        slots = (
            (str(slot.ref), role)
            for role, config in self._runtime.routing.stack.roles.items()
            for slot in config.slots
        )
        found: dict[str, str] = {}
        for ref, role in slots:
            found.setdefault(ref, role)
        return found

    def commands(self) -> Iterator[Candidate]:
        """Return the slash commands, after them their synonyms, and the prompts of the library."""
        for action in ACTIONS:
            if action.slash:
                yield _command(action, action.command)
        for action in ACTIONS:
            for synonym in action.commands[1:]:
                yield _command(action, synonym)
        for name in self._library.names():
            if find_slash(name) is None:
                yield Candidate(f"/{name} ", name, "a prompt of your library")

    def arguments(self, command: str) -> Iterator[Candidate]:
        """Return what a command can take, where that can be counted."""
        if command in {"pin", "retry", "retry-with", "continue"}:
            yield from self._names()
        elif command in {"role", "roles"}:
            yield from (Candidate(role, role, "", role) for role in self._runtime.routing.stack.roles)
        elif command == "stack":
            yield from (Candidate(name, name) for name in self._runtime.settings.stacks.names())
        elif command in self._library.names():
            yield from self._values(command)
        elif command in _SET:
            from mixchat.tui.chat.setting_specs import SETTING_SPECS

            yield from (
                Candidate(choice, choice) for choice in (*SETTING_SPECS[command].choices, "default", "next")
            )
        elif command == "theme":
            from mixchat.tui.themes import AUTO, theme_paths

            yield from (
                Candidate(name, name) for name in (AUTO, *theme_paths(self._runtime.settings.paths.themes))
            )

    def _values(self, prompt: str) -> Iterator[Candidate]:
        """Return what can be filled in of a prompt of the library."""
        try:
            found = self._library.get(prompt)
        except ConfigError:
            return
        for name in found.names:
            yield Candidate(f"{name}=", f"{name}=", found.head.variables.get(name, ""))


def _command(action: Action, name: str) -> Candidate:
    return Candidate(f"/{name}" + (" " if action.argument else ""), name, action.help)
