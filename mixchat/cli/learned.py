"""`mixchat learned`: what pins and corrections taught the router."""

import argparse
import sys
from datetime import datetime
from typing import TYPE_CHECKING

import msgspec

from mixchat.cli.exit import DONE
from mixchat.cli.parser import Subparsers
from mixchat.cli.printable import printable
from mixchat.domain.errors import ConfigError

if TYPE_CHECKING:
    from mixchat.classifier.learned import Learned

_SHOWN = 60
"""Characters of a prompt in the list."""
_EXAMPLE = """examples:
  mixchat learned list
  mixchat learned rm 3f2a9c0b1d

To teach nothing and follow nothing, set learn = false in [router] of the config."""


def add(subparsers: Subparsers) -> None:
    """Add the family to the command line."""
    family = subparsers.add_parser(
        "learned",
        help="what the router learned from you: list, rm",
        description="Pins, corrections and answers made again by another model are examples for the router.",
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = family.add_subparsers(dest="learned_command", metavar="COMMAND", required=True)
    listed = commands.add_parser(
        "list", help="the lessons, oldest first", epilog="example: mixchat learned list"
    )
    listed.add_argument("--json", action="store_true", help="one JSON array on stdout")
    listed.set_defaults(run=run_list)
    removed = commands.add_parser("rm", help="forget one", epilog="example: mixchat learned rm 3f2a9c0b1d")
    removed.add_argument("id", metavar="ID", help="as the list shows it")
    removed.set_defaults(run=run_rm)


def run_list(args: argparse.Namespace) -> int:
    """Print a line a lesson: id, day, how it was taught, where such prompts go, and the prompt."""
    lessons = _learned(args).list()
    if args.json:
        print(msgspec.json.encode(lessons).decode())
        return DONE
    for lesson in lessons:
        day = datetime.fromtimestamp(lesson.at).astimezone().strftime("%Y-%m-%d")
        prompt = printable(" ".join(lesson.prompt.split()))[:_SHOWN]
        print(f"{lesson.id}  {day}  {lesson.source}  {printable(lesson.target)}: {prompt}")
    if not lessons:
        print(
            "Nothing learned yet; pin a message with @ROLE, or correct a turn's role in the app.",
            file=sys.stderr,
        )
    return DONE


def run_rm(args: argparse.Namespace) -> int:
    """Forget a lesson."""
    if not _learned(args).remove(args.id):
        raise ConfigError(f"There is no lesson {args.id!r}; see `mixchat learned list`.")
    return DONE


def _learned(args: argparse.Namespace) -> "Learned":
    from mixchat.runtime.runtime import build_runtime

    return build_runtime(stack=args.stack).routing.learned
