"""`mixchat stack`: which models answer."""

import argparse
import os
import sys
from datetime import UTC, datetime

from mixchat.cli.exit import DONE
from mixchat.cli.parser import Subparsers
from mixchat.cli.stack_share import run_export, run_import
from mixchat.config.catalog import retiring
from mixchat.config.load import read_layers, source_of, working_directory
from mixchat.domain.errors import ConfigError
from mixchat.domain.stack import RoleConfig
from mixchat.runtime.settings import Settings

_EXAMPLES = """examples:
  mixchat stack list
  mixchat stack show coding
  mixchat stack use coding
  mixchat stack export coding > mine.toml
  mixchat stack import mine.toml
"""


def add(subparsers: Subparsers) -> None:
    """Add the family to the command line."""
    family = subparsers.add_parser(
        "stack",
        help="which models answer: list, show, use, export, import",
        description="Stacks say which models each role has, in order of preference.",
        epilog=_EXAMPLES,
    )
    commands = family.add_subparsers(metavar="COMMAND", required=True)
    shown = commands.add_parser("list", help="the stacks there are", epilog="example: mixchat stack list")
    shown.set_defaults(run=run_list)
    shown = commands.add_parser("show", help="a stack's roles", epilog="example: mixchat stack show coding")
    shown.add_argument("name", nargs="?", metavar="NAME", help="left out: the stack in use")
    shown.set_defaults(run=run_show)
    used = commands.add_parser("use", help="put it to use", epilog="example: mixchat stack use coding")
    used.add_argument("name", metavar="NAME", help="as `mixchat stack list` shows it")
    used.set_defaults(run=run_use)
    out = commands.add_parser(
        "export",
        help="print it as TOML, to pass on",
        epilog="example: mixchat stack export coding > mine.toml",
    )
    out.add_argument(
        "--no-cost", action="store_true", help="do not say what a month of your own use costs on it"
    )
    out.add_argument("name", nargs="?", metavar="NAME", help="left out: the stack in use")
    out.set_defaults(run=run_export)
    taken = commands.add_parser(
        "import", help="see what one brings, then keep it", epilog="example: mixchat stack import mine.toml"
    )
    taken.add_argument("file", metavar='FILE-or-"-"', help="a TOML file, or - for standard input")
    taken.add_argument("--name", metavar="NAME", help="keep it under this name")
    taken.add_argument("--yes", "--replace", action="store_true", help="keep it without being asked")
    taken.set_defaults(run=run_import)


def run_list(args: argparse.Namespace) -> int:
    """Print every stack's name and purpose; a star marks the one in use."""
    here = _installation()
    stacks, used = here.stacks, _in_use(args, here)
    width = max(len(name) for name in stacks.names())
    for name in stacks.names():
        try:
            words = stacks.get(name).description
        except ConfigError as error:
            words = f"cannot be used: {error}"
        print(f"{'*' if name == used else ' '} {name:<{width}}  {words}".rstrip())
    return DONE


def run_show(args: argparse.Namespace) -> int:
    """Print a stack's roles and their fallback orders; what retires is flagged on stderr."""
    here = _installation()
    stack = here.stacks.get(args.name or _in_use(args, here))
    print(f"{stack.name}: {stack.description}" if stack.description else stack.name)
    for role_config in stack.roles.values():
        print(f"\n{role_config.role}{'  (private)' if role_config.private else ''}")
        for line in _post_lines(role_config):
            print(f"  {line}")
    for line in retiring(stack, here.catalog.card, datetime.now(UTC).date()):
        print(line, file=sys.stderr)
    return DONE


def run_use(args: argparse.Namespace) -> int:
    """Write the stack into the config file."""
    from mixchat.config.edit import set_value

    here = _installation()
    here.stacks.get(args.name)
    set_value(here.paths.config_file, "stack", args.name)
    print(f"{args.name} is the stack in use now.", file=sys.stderr)
    _say_what_outranks(here)
    return DONE


def _post_lines(role_config: RoleConfig) -> list[str]:
    lines = [role_config.description] if role_config.description else []
    if role_config.plan is not None and role_config.execute is not None:
        lines += [f"plan     {role_config.plan.ref}", f"execute  {role_config.execute.ref}"]
    if not role_config.slots and role_config.execute is None:
        lines.append("as daily-driver, then fallback")
    for place, slot in enumerate(role_config.slots, start=1):
        settings = [f"  effort {slot.effort}"] if slot.effort else []
        settings += ["  search"] if slot.search else []
        lines.append(f"{place}. {slot.ref}{''.join(settings)}")
    return lines


def _installation() -> Settings:
    return Settings(os.environ, working_directory())


def _in_use(args: argparse.Namespace, here: Settings) -> str:
    return args.stack or here.config.stack


def _say_what_outranks(here: Settings) -> None:
    layers = read_layers(here.paths, working_directory(), os.environ)
    source = source_of("stack", layers)
    if source != str(here.paths.config_file):
        print(f"Here, {source} goes before it.", file=sys.stderr)
