"""The door: `mixchat` opens the app, `mixchat COMMAND` runs a command."""

import argparse
import os
import sys
from collections.abc import Sequence

from mixchat.cli.ending import ended
from mixchat.cli.parser import parse
from mixchat.words.error import ConfigError


def main(argv: Sequence[str] | None = None) -> int:
    """Run what the command line says and return the exit code."""
    return ended(lambda: _run(sys.argv[1:] if argv is None else argv))


def _run(argv: Sequence[str]) -> int:
    args = parse(argv)
    if args.logs:
        from mixchat.papers.log import start_log
        from mixchat.papers.paths import Paths

        start_log(Paths.from_environment(os.environ))
    return open_app(args) if args.run is None else args.run(args)


def open_app(args: argparse.Namespace) -> int:
    """Open the app in this terminal.

    Raises:
        ConfigError: this is no terminal, or the config cannot be used.
    """
    plain = bool(args.plain) or os.environ.get("TERM") == "dumb"
    if not plain and not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise ConfigError('This is no terminal; ask in one line with `mixchat ask "..."`, or add --plain.')
    import gc

    gc.disable()  # until the first picture; what is made before it stays anyway
    from mixchat.house import build
    from mixchat.tui.app import run_app

    house = build(stack=args.stack, teaching=True)
    return run_app(house, resume=args.resume, cont=args.last, theme=args.theme, plain=plain)


if __name__ == "__main__":
    sys.exit(main())
