"""`mixchat prompts`: the library of prompts and personas."""

import argparse
import os
import sys

from mixchat.cli.exit import DONE
from mixchat.cli.parser import Subparsers
from mixchat.cli.printable import printable
from mixchat.config.paths import Paths
from mixchat.config.prompts import Prompts
from mixchat.domain.errors import ConfigError

_EXAMPLES = """examples:
  mixchat prompts edit review
  git diff | mixchat ask -p review language=French
  /review in the app
"""
_DESCRIPTION = """Keeps prompts and personas as files, prompts/NAME.md beside the config: {{name}} in the text is filled in by
`ask -p NAME name=value`, {{input}} by what is typed or piped in."""


def add(subparsers: Subparsers) -> None:
    """Add the family to the command line."""
    family = subparsers.add_parser(
        "prompts", help="the prompt library: list, show, edit, rm", description=_DESCRIPTION, epilog=_EXAMPLES
    )
    commands = family.add_subparsers(metavar="COMMAND", required=True)
    listed = commands.add_parser("list", help="the prompts there are", epilog="example: mixchat prompts list")
    listed.set_defaults(run=run_list)
    for name, words, run in (
        ("show", "print a prompt's file", run_show),
        ("edit", "write a prompt in your editor; a new one is begun", run_edit),
        ("rm", "remove a prompt", run_rm),
    ):
        parser = commands.add_parser(name, help=words, epilog=f"example: mixchat prompts {name} review")
        parser.add_argument("name", metavar="NAME", help="the file's name without .md")
        parser.set_defaults(run=run)


def run_list(_: argparse.Namespace) -> int:
    """Print a line a prompt: name, what is filled in, what it is for."""
    prompts = _prompts()
    names = prompts.names()
    width = max(map(len, names), default=0)
    for name in names:
        try:
            prompt = prompts.get(name)
            filled = " ".join(f"{variable}=" for variable in prompt.names)
            words = "  ".join(filter(None, (prompt.head.description, filled)))
        except ConfigError as error:
            words = f"cannot be used: {error}"
        print(printable(f"{name:<{width}}  {words}".rstrip()))
    if not names:
        print("No prompts yet; create one with: mixchat prompts edit NAME", file=sys.stderr)
    return DONE


def run_show(args: argparse.Namespace) -> int:
    """Print a prompt's file."""
    print(_prompts().get_path(args.name).read_text(encoding="utf-8", errors="replace"), end="")
    return DONE


def run_edit(args: argparse.Namespace) -> int:
    """Open a prompt in the editor and check it."""
    from mixchat.cli.editor import edit_file

    prompts = _prompts()
    edit_file(prompts.make(args.name))
    prompts.get(args.name)
    return DONE


def run_rm(args: argparse.Namespace) -> int:
    """Remove a prompt."""
    _prompts().remove(args.name)
    print(f"Removed the prompt {args.name}.", file=sys.stderr)
    return DONE


def _prompts() -> Prompts:
    return Prompts(Paths.from_environment(os.environ).prompts)
