"""`mixchat serve`: the app in a browser, whose name is taken."""

import argparse
import sys

from mixchat.cli.ending import USAGE
from mixchat.cli.subparsers import Subparsers


def add(subparsers: Subparsers) -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser(
        "serve",
        help="the app in a browser",
        description="Will open the app in a browser, on loopback.",
        epilog="example: mixchat serve --port 8000",
    )
    parser.add_argument("--port", type=int, metavar="N", help="the port on loopback")
    parser.set_defaults(run=run)


def run(_: argparse.Namespace) -> int:
    """Say that it is not there yet."""
    print("mixchat serve does not exist yet; run mixchat in a terminal.", file=sys.stderr)
    return USAGE
