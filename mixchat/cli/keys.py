"""`mixchat keys`: keys in the system's key ring. A key is never shown."""

import argparse
import os
import sys

from mixchat.cli.ending import DONE
from mixchat.cli.parser import Subparsers
from mixchat.papers.config_load import load_config, working_directory
from mixchat.papers.credentials import Credentials
from mixchat.papers.key_ring import KeyRing
from mixchat.papers.paths import Paths
from mixchat.papers.services import Service, services
from mixchat.words.error import ConfigError

_EXAMPLES = """examples:
  mixchat keys set anthropic          asks for the key without showing it
  op read op://work/openai/key | mixchat keys set openai
  mixchat keys list
  mixchat keys rm openai
"""


def add(subparsers: Subparsers) -> None:
    """Add the family to the command line."""
    family = subparsers.add_parser(
        "keys",
        help="keys in the system key ring: set, list, rm",
        description="Keeps keys in the system's key ring. A key is never shown.",
        epilog=_EXAMPLES,
    )
    commands = family.add_subparsers(metavar="COMMAND", required=True)
    kept = commands.add_parser("set", help="keep a key", epilog="example: mixchat keys set anthropic")
    kept.add_argument("provider", metavar="PROVIDER", help="such as anthropic; the key comes from stdin")
    kept.set_defaults(run=run_set)
    shown = commands.add_parser(
        "list", help="who has a key, and where it is", epilog="example: mixchat keys list"
    )
    shown.set_defaults(run=run_list)
    gone = commands.add_parser("rm", help="forget a key", epilog="example: mixchat keys rm anthropic")
    gone.add_argument("provider", metavar="PROVIDER", help="such as anthropic")
    gone.set_defaults(run=run_rm)


def run_set(args: argparse.Namespace) -> int:
    """Keep a key, read from a hidden prompt or from standard input."""
    paths, credentials, known = _parts()
    _check(args.provider, known)
    key = _read_key(args.provider).strip()
    if not key:
        raise ConfigError("There was no key; paste it, or pipe it into the command.")
    if not key.isascii() or not key.isprintable() or " " in key:
        raise ConfigError("That holds characters that no key has; copy it again.")
    KeyRing(paths).set(args.provider, key)
    print(f"The key of {args.provider} is in the system's key ring.", file=sys.stderr)
    if (source := credentials.source(args.provider)) and source != "key ring":
        print(f"It is not used as long as there is one in the {source}.", file=sys.stderr)
    return DONE


def run_list(_: argparse.Namespace) -> int:
    """Print the providers that have a key, and where it comes from."""
    _, credentials, known = _parts()
    found = [(name, source) for name in known if (source := credentials.source(name))]
    for name, source in found:
        print(f"{name}  {source}")
    if not found:
        print("There is no key yet; keep one with: mixchat keys set PROVIDER", file=sys.stderr)
    return DONE


def run_rm(args: argparse.Namespace) -> int:
    """Forget a key."""
    paths, credentials, _ = _parts()
    if not KeyRing(paths).remove(args.provider):
        raise ConfigError(f"The key ring has no key of {args.provider}; see `mixchat keys list`.")
    print(f"The key of {args.provider} is gone from the system's key ring.", file=sys.stderr)
    if source := credentials.source(args.provider):
        print(f"There is still one in the {source}.", file=sys.stderr)
    return DONE


def _parts() -> tuple[Paths, Credentials, dict[str, Service]]:
    paths = Paths.from_environment(os.environ)
    config = load_config(paths, working_directory(), os.environ)
    known = services(config, os.environ)
    return paths, Credentials(config, os.environ, known, KeyRing(paths)), known


def _check(provider: str, known: dict[str, Service]) -> None:
    keyed = [name for name, service in known.items() if service.key_env or service.needs_key]
    if provider not in known or provider == "local":
        from mixchat.papers.misfit import meant

        guess = meant(provider, keyed) or f"; there are {', '.join(keyed)}."
        raise ConfigError(f'"{provider}" is no provider that takes a key{guess}')


def _read_key(provider: str) -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline()
    import getpass

    try:
        return getpass.getpass(f"Key of {provider} (it is not shown): ", stream=sys.stderr)
    except EOFError:
        return ""
