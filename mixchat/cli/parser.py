"""The command line: every command by name, each loaded only when it is the one that was asked for."""

import argparse
import importlib
from collections.abc import Sequence
from typing import Any, NoReturn, Protocol, cast

from msgspec import Struct

from mixchat import __version__
from mixchat.cli.exit import USAGE


class Subparsers(Protocol):
    """Where a family adds its commands."""

    def add_parser(
        self,
        name: str,
        *,
        help: str = ...,
        description: str = ...,
        epilog: str = ...,
        formatter_class: type[argparse.HelpFormatter] = ...,
    ) -> argparse.ArgumentParser:
        """Add a command and return its parser; without `help` it is not listed."""
        ...


class Command(Struct, frozen=True):
    """A command, with the module that adds it and runs it."""

    name: str
    help: str | None
    """What it is for; `None`: its name is taken and there is nothing yet."""
    logs: bool = False
    """Whether libraries are used whose messages belong into the log."""

    asks: bool = False
    """Whether a directory's profile counts for it, about which the person is asked first."""

    @property
    def module(self) -> str:
        """The module, which has `add(subparsers)`."""
        return f"mixchat.cli.{self.name}"


COMMANDS = (
    Command("ask", "one turn: the reply on stdout", logs=True, asks=True),
    Command("route", "what the router would do with a prompt; nothing is sent", asks=True),
    Command("models", "the available models, with window and prices", logs=True, asks=True),
    Command("stack", "which models answer: list, show, use, export, import", asks=True),
    Command("spend", "what was spent, and what was saved"),
    Command("history", "saved chats: list, search, show, rm, export, import"),
    Command("prompts", "the prompt library: list, show, edit, rm"),
    Command("config", "the config file: init, show, check, path, edit, schema, trust"),
    Command("help", "longer texts: config, errors, install, prompts, python, roles, stacks"),
    Command("completion", "a completion script for bash, zsh or fish"),
    Command("learned", "what the router learned from you: list, rm"),
    Command("local", "models on this machine: list, pull, rm", logs=True),
    Command("keys", "keys in the system key ring: set, list, rm"),
    Command("secrets", "credentials that may always be sent: list, allow, rm"),
    Command("doctor", "what works, and what to do about the rest", logs=True),
    Command("serve", "the app in a browser, or an OpenAI-compatible server", logs=True, asks=True),
)

_VALUED = frozenset({"--resume", "--theme", "--stack"})
"""The options before a command that take a value."""

_EXAMPLES = """examples:
  mixchat                                open the app with a new chat
  mixchat -c                             open it with the last chat
  mixchat ask "why is the sky blue?"     one answer in the shell
  mixchat route "fix this traceback"     who would answer, and why
"""


class Parser(argparse.ArgumentParser):
    """A parser whose errors are one sentence, and whose every command takes `--stack NAME`."""

    def __init__(self, **options: object) -> None:
        own: dict[str, object] = {
            "formatter_class": argparse.RawDescriptionHelpFormatter,
            "allow_abbrev": False,
        }
        super().__init__(**cast("dict[str, Any]", own | options))
        self.add_argument(
            "--stack",
            metavar="NAME",
            default=argparse.SUPPRESS,
            help="use this stack instead of the one in use",
        )

    def error(self, message: str) -> NoReturn:
        """Say what is wrong in one sentence and leave."""
        said = f"{message[:1].upper()}{message[1:]}".rstrip("?.")
        self.exit(USAGE, f"mixchat: {said}; see `{self.prog} --help`.\n")


def parse(argv: Sequence[str]) -> argparse.Namespace:
    """Return what the command line says; `run` is set when it names a command."""
    named = named_family(argv)
    parser = build_parser(named)
    known = [family.name for family in COMMANDS]
    if named is not None and named not in known:
        from mixchat.config.toml_validation import did_you_mean

        parser.error(f'there is no command "{named}"{did_you_mean(named, known)}')
    return parser.parse_args(argv)


def named_family(argv: Sequence[str]) -> str | None:
    """Return the command that `argv` names, before anything is parsed."""
    words = iter(argv)
    for word in words:
        if word in _VALUED:
            next(words, None)
        elif not word.startswith("-"):
            return word
    return None


def whole_parser() -> Parser:
    """Return the parser with every command in it."""
    return build_parser(None, every=True)


def build_parser(named: str | None, *, every: bool = False) -> Parser:
    """Return the parser, in which only the family `named`, or every one, is more than a line of help."""
    parser = Parser(
        prog="mixchat",
        description="The terminal chat app that gives every message to the right model.",
        epilog=_EXAMPLES,
    )
    command = next((command for command in COMMANDS if command.name == named), None)
    opens_app = named is None
    parser.set_defaults(
        stack=None,
        run=None,
        logs=opens_app or (command is not None and command.logs),
        asks=opens_app or (command is not None and command.asks),
    )
    parser.add_argument("--version", action="version", version=f"mixchat {__version__}")
    chat = parser.add_mutually_exclusive_group()
    chat.add_argument("-c", "--continue", dest="last", action="store_true", help="open the last chat")
    chat.add_argument("--resume", metavar="ID", help="open this chat")
    parser.add_argument("--theme", metavar="NAME", help="use this theme")
    parser.add_argument("--plain", action="store_true", help="append-only text, for screen readers")
    subparsers = parser.add_subparsers(title="commands", metavar="COMMAND", parser_class=Parser)
    for family in COMMANDS:
        if every or family.name == named:
            importlib.import_module(family.module).add(subparsers)
        elif family.help is not None:
            cast("Subparsers", subparsers).add_parser(family.name, help=family.help)
    return parser
