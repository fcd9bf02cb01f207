"""What the composer offers while one types: roles, aliases, models, commands and their arguments."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

from mixchat.tui.actions import ACTS
from mixchat.tui.composer.completion import Candidate, Sources

if TYPE_CHECKING:
    from mixchat.runtime.runtime import Runtime

_SET: Final = frozenset({"effort", "search"})
"""Commands whose values can be counted."""


class CompletionSources:
    """Reads the candidates from the runtime each time, so that a new stack counts at once."""

    def __init__(self, runtime: "Runtime") -> None:
        self._runtime = runtime

    def sources(self) -> Sources:
        """Return where the composer's completions come from."""
        return Sources(
            pins=self._mentions, commands=self._commands, arguments=self._arguments, folder=Path.cwd()
        )

    def _mentions(self) -> Iterator[Candidate]:
        for name in self._names():
            yield Candidate(f"@{name.insert} ", name.label, name.detail, name.role)

    def _names(self) -> Iterator[Candidate]:
        stack = self._runtime.routing.stack
        roles = self._roles_of()
        for role in stack.roles:
            seats = stack.lineup(role)
            yield Candidate(role, role, f"role → {seats[0].ref.model}" if seats else "role", role)
        for alias, ref in sorted(self._runtime.settings.catalog.aliases().items()):
            yield Candidate(alias, alias, str(ref), roles.get(str(ref)))
        for ref, role in roles.items():
            yield Candidate(ref, ref, role, role)

    def _roles_of(self) -> dict[str, str]:
        """Return each model of the stack with the first role that seats it."""
        seats = (
            (str(seat.ref), role)
            for role, post in self._runtime.routing.stack.roles.items()
            for seat in post.seats
        )
        found: dict[str, str] = {}
        for ref, role in seats:
            found.setdefault(ref, role)
        return found

    def _commands(self) -> Iterator[Candidate]:
        for act in ACTS:
            if act.slash:
                yield Candidate(f"/{act.slash}" + (" " if act.argument else ""), act.slash, act.help)

    def _arguments(self, command: str) -> Iterator[Candidate]:
        if command in {"pin", "retry", "retry-with", "continue"}:
            yield from self._names()
        elif command == "role":
            yield from (Candidate(role, role, "", role) for role in self._runtime.routing.stack.roles)
        elif command == "stack":
            yield from (Candidate(name, name) for name in self._runtime.settings.stacks.names())
        elif command in _SET:
            from mixchat.tui.chat.setting_specs import SETTING_SPECS

            yield from (
                Candidate(choice, choice) for choice in (*SETTING_SPECS[command].choices, "default", "next")
            )
        elif command == "theme":
            from mixchat.tui.themes import theme_paths

            yield from (Candidate(name, name) for name in theme_paths(self._runtime.settings.paths.themes))
