"""The door: `mixchat` opens the app, `mixchat COMMAND` runs a command."""

import argparse
import sys
from collections.abc import Sequence

from mixchat.cli.ending import ended
from mixchat.cli.parser import parse


def main(argv: Sequence[str] | None = None) -> int:
    """Run what the command line says and return the exit code."""
    return ended(lambda: _run(sys.argv[1:] if argv is None else argv))


def _run(argv: Sequence[str]) -> int:
    args = parse(argv)
    return open_app(args) if args.run is None else args.run(args)


def open_app(args: argparse.Namespace) -> int:
    """Open the app in this terminal."""
    from mixchat.tui.app import run_app

    return run_app(args)


if __name__ == "__main__":
    sys.exit(main())
