"""`mixchat keys`: keys in the system's key ring. A key is never shown."""

import argparse
import os
import re
import sys
from collections.abc import Mapping
from typing import Final

from mixchat.cli.exit import DONE
from mixchat.cli.parser import Subparsers
from mixchat.config.load import working_directory
from mixchat.config.provider_specs import ProviderSpec, unquoted
from mixchat.domain.errors import ConfigError
from mixchat.runtime.settings import Settings

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
    here = _installation()
    _check(args.provider, here.provider_specs)
    key = _bare(_read_key(args.provider))
    if not key:
        raise ConfigError("No key given; paste it, or pipe it into the command.")
    if not key.isascii() or not key.isprintable() or " " in key:
        raise ConfigError("That holds characters that no key has; copy it again.")
    here.key_ring.set(args.provider, key, next(iter(here.credentials.variables(args.provider)), ""))
    print(f"The key of {args.provider} is in the system's key ring.", file=sys.stderr)
    if (source := here.credentials.source(args.provider)) and source != "key ring":
        print(f"It is not used as long as there is one in the {source}.", file=sys.stderr)
    return DONE


def run_list(_: argparse.Namespace) -> int:
    """Print the providers that have a key, and where it comes from."""
    here = _installation()
    found = [(name, source) for name in here.provider_specs if (source := here.credentials.source(name))]
    width = max((len(name) for name, _ in found), default=0)
    for name, source in found:
        print(f"{name:<{width}}  {source}")
    if not found:
        print("No keys stored yet; add one with: mixchat keys set PROVIDER", file=sys.stderr)
    return DONE


def run_rm(args: argparse.Namespace) -> int:
    """Forget a key."""
    here = _installation()
    if not here.key_ring.remove(args.provider):
        raise ConfigError(f"The key ring has no key of {args.provider}; see `mixchat keys list`.")
    print(f"The key of {args.provider} is gone from the system's key ring.", file=sys.stderr)
    if source := here.credentials.source(args.provider):
        print(f"There is still one in the {source}.", file=sys.stderr)
    return DONE


def _installation() -> Settings:
    return Settings(os.environ, working_directory())


def _check(provider: str, known: Mapping[str, ProviderSpec]) -> None:
    keyed = [name for name, service in known.items() if service.key_env or service.needs_key]
    if provider not in known or provider == "local":
        from mixchat.config.toml_validation import did_you_mean

        guess = did_you_mean(provider, keyed) or f"; there are {', '.join(keyed)}."
        raise ConfigError(f'"{provider}" is not a provider that takes a key{guess}')


_ASSIGNED: Final = re.compile(r"(?:export\s+|set\s+|\$env:)?[A-Z][A-Z0-9_]*\s*=\s*(.+)")


def _bare(text: str) -> str:
    """Return the key in what was given: a line of an `.env` file, or of a shell's, holds it behind the name, in quotes."""
    text = text.strip()
    if assigned := _ASSIGNED.fullmatch(text):
        text = assigned[1]
    return unquoted(text.rstrip(";"))


def _read_key(provider: str) -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline()
    import getpass

    try:
        return getpass.getpass(f"Key of {provider} (it is not shown): ", stream=sys.stderr)
    except EOFError:
        return ""
