"""The seam between the command line and the families of commands."""

import argparse
from typing import Protocol


class Subparsers(Protocol):
    """Where a family adds its commands."""

    def add_parser(
        self,
        name: str,
        *,
        help: str = ...,
        description: str = ...,
        epilog: str = ...,
        formatter_class: type[argparse.HelpFormatter] = ...,
    ) -> argparse.ArgumentParser:
        """Add a command and return its parser; without `help` it is not listed."""
        ...
