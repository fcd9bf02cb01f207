"""`mixchat serve`: the app in a browser, whose name is taken."""

import argparse
from typing import NoReturn

from mixchat.cli.parser import Subparsers
from mixchat.domain.errors import ConfigError


def add(subparsers: Subparsers) -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser(
        "serve",
        description="Will open the app in a browser, on loopback.",
        epilog="example: mixchat serve --port 8000",
    )
    parser.add_argument("--port", metavar="N", help="the port on loopback")
    parser.set_defaults(run=run)


def run(_: argparse.Namespace) -> NoReturn:
    """Say that it is not there yet.

    Raises:
        ConfigError: always.
    """
    raise ConfigError("The app is not in a browser yet; run mixchat in a terminal.")
