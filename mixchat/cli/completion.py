"""`mixchat completion`: completion of commands, options and names in bash, zsh and fish."""

import argparse
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final, cast

from mixchat.cli.exit import DONE
from mixchat.cli.parser import Subparsers, whole_parser
from mixchat.cli.printable import printable
from mixchat.config.load import working_directory
from mixchat.domain.errors import ConfigError

_EXAMPLES = """examples:
  eval "$(mixchat completion bash)"                                        in ~/.bashrc
  mixchat completion zsh > ~/.zfunc/_mixchat                               with fpath+=~/.zfunc before compinit
  mixchat completion fish > ~/.config/fish/completions/mixchat.fish
"""
_SHELLS: Final = ("bash", "zsh", "fish")
_KINDS: Final[Mapping[str, str]] = {
    "--role": "roles", "--model": "models", "--stack": "stacks", "--theme": "themes", "--prompt": "prompts",
    "--resume": "chats", "ID": "chats",
}  # fmt: skip
"""What an option or a word of a command names."""
_FAMILIES: Final[Mapping[str, str]] = {
    "stack": "stacks",
    "prompts": "prompts",
    "local": "local",
    "keys": "providers",
}
"""What NAME or PROVIDER means in a family of commands."""


def add(subparsers: Subparsers) -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser(
        "completion",
        help="a completion script for bash, zsh or fish",
        description="Prints a completion script. Roles, models, stacks, prompts, themes and chats are asked for as they are.",
        epilog=_EXAMPLES,
    )
    parser.add_argument("shell", metavar="SHELL", choices=(*_SHELLS, "names"), help="bash, zsh or fish")
    parser.add_argument("kind", nargs="?", help=argparse.SUPPRESS)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the script, or for the script the names of a kind of thing."""
    if args.shell == "names":
        for name in _names(args.kind or ""):
            print(printable(name))
        return DONE
    import shtab

    parser = whole_parser()
    _mark(parser, "")
    print(shtab.complete(parser, args.shell, preamble=cast("Any", _preamble())[args.shell]))
    return DONE


def _mark(parser: argparse.ArgumentParser, family: str) -> None:
    """Say of each argument what it names."""
    for action in parser._actions:  # pyright: ignore[reportPrivateUsage] - argparse has no other way
        if isinstance(action.choices, Mapping):
            for name, child in cast("Mapping[str, argparse.ArgumentParser]", action.choices).items():
                _mark(child, family or name)
        elif (kind := _kind(action, family)) is not None:
            cast("Any", action).complete = _complete(kind)


def _kind(action: argparse.Action, family: str) -> str | None:
    for option in action.option_strings:
        if option in _KINDS:
            return _KINDS[option]
    if action.metavar in ("FILE", 'FILE-or-"-"'):
        return "files"
    if action.option_strings:
        return None
    return (
        _FAMILIES.get(family) if action.metavar in ("NAME", "PROVIDER") else _KINDS.get(str(action.metavar))
    )


def _complete(kind: str) -> Mapping[str, object]:
    if kind == "files":
        import shtab

        return cast("Mapping[str, object]", shtab.FILE)
    return {
        "bash": f"_mixchat_{kind}",
        "zsh": f"_mixchat_{kind}",
        "fish": f"(mixchat completion names {kind} 2>/dev/null)",
    }


def _preamble() -> dict[str, str]:
    kinds = sorted({*_KINDS.values(), *_FAMILIES.values()})
    ask = "mixchat completion names {} 2>/dev/null"
    bash = [f'_mixchat_{kind}() {{ compgen -W "$({ask.format(kind)})" -- "$1"; }}' for kind in kinds]
    zsh = [f'_mixchat_{kind}() {{ compadd -- ${{(f)"$({ask.format(kind)})"}}; }}' for kind in kinds]
    return {"bash": "\n".join(bash), "zsh": "\n".join(zsh), "fish": ""}


def _names(kind: str) -> Iterator[str]:
    """Yield the names of a kind of thing; nothing where the config cannot be used."""
    from mixchat.runtime.runtime import build_runtime

    makers: dict[str, Callable[[], Iterable[str]]] = {
        "roles": lambda: runtime.routing.stack.roles,
        "models": lambda: (*runtime.settings.catalog.aliases(), *map(str, runtime.routing.stack.models())),
        "stacks": lambda: runtime.settings.stacks.names(),
        "themes": lambda: theme_paths(runtime.settings.paths.themes),
        "prompts": lambda: Prompts(runtime.settings.paths.prompts).names(),
        "chats": lambda: (chat.id for chat in runtime.storage.chats.list(50)),
        "providers": lambda: runtime.settings.provider_specs,
        "local": lambda: runtime.settings.config.local,
    }
    from mixchat.config.prompts import Prompts
    from mixchat.config.theme_files import theme_paths

    runtime = build_runtime(environ=os.environ, cwd=working_directory())
    try:
        yield from dict.fromkeys(makers[kind]()) if kind in makers else ()
    except ConfigError:
        return
