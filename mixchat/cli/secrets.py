"""`mixchat secrets`: the credentials that may always be sent. What they say is kept nowhere."""

import argparse
import sys
from datetime import datetime
from typing import TYPE_CHECKING

from mixchat.cli.exit import DONE
from mixchat.cli.parser import Subparsers
from mixchat.cli.printable import printable
from mixchat.domain.errors import ConfigError

if TYPE_CHECKING:
    from mixchat.config.allowed_secrets import AllowedSecrets

_EXAMPLES = """examples:
  mixchat secrets list
  mixchat secrets allow               asks for it without showing it
  pass show test/key | mixchat secrets allow
  mixchat secrets rm 3f2a9c0b1d

Only a salted hash is kept. To look for none, set secrets = false in [router] of the config."""


def add(subparsers: Subparsers) -> None:
    """Add the family to the command line."""
    family = subparsers.add_parser(
        "secrets",
        help="credentials that may always be sent: list, allow, rm",
        description="A prompt that holds a credential is stopped. These ones are not; the app's question adds to them, too.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = family.add_subparsers(dest="secrets_command", metavar="COMMAND", required=True)
    listed = commands.add_parser("list", help="what is allowed", epilog="example: mixchat secrets list")
    listed.set_defaults(run=run_list)
    allowed = commands.add_parser(
        "allow",
        help="allow one, read from standard input",
        epilog="example: mixchat secrets allow < token.txt",
    )
    allowed.set_defaults(run=run_allow)
    removed = commands.add_parser(
        "rm", help="stop prompts with one again", epilog="example: mixchat secrets rm 3f2a9c0b1d"
    )
    removed.add_argument("id", metavar="ID", help="as the list shows it")
    removed.set_defaults(run=run_rm)


def run_list(_: argparse.Namespace) -> int:
    """Print a line for each: id, day and kind."""
    allowed = _allowed().list()
    for each in allowed:
        day = datetime.fromtimestamp(each.at).astimezone().strftime("%Y-%m-%d")
        print(f"{printable(each.id)}  {day}  {printable(each.kind)}")
    if not allowed:
        print("No credentials are allowed; every prompt that holds one is stopped.", file=sys.stderr)
    return DONE


def run_allow(_: argparse.Namespace) -> int:
    """Allow one."""
    from mixchat.secrets.scan import values

    text = _read().strip()
    if not text:
        raise ConfigError("There was nothing; paste the credential, or pipe it into the command.")
    found = values(text) or {text: "a credential"}
    for value, kind in found.items():
        _allowed().allow(value, kind)
    print(f"Allowed: {', '.join(found.values())}. Prompts with it are not stopped any more.", file=sys.stderr)
    return DONE


def run_rm(args: argparse.Namespace) -> int:
    """Stop prompts with one again."""
    if not _allowed().remove(args.id):
        raise ConfigError(f"Nothing with the id {args.id!r} is allowed; see `mixchat secrets list`.")
    return DONE


def _allowed() -> "AllowedSecrets":
    from mixchat.runtime.runtime import build_runtime

    return build_runtime().settings.allowed_secrets


def _read() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.read(64 * 1024)
    import getpass

    try:
        return getpass.getpass("The credential (it is not shown): ", stream=sys.stderr)
    except EOFError:
        return ""
