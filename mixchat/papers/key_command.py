"""Keys that another program prints: `op read ...`, `pass show ...`."""

import os
import shlex
import subprocess

from mixchat.words.error import NeedsKey


def run_key_command(command: str, provider: str, patience: float) -> str:
    """Return the first line that `command` prints; it runs without a shell and without a terminal.

    Args:
        command: the program and its arguments, quoted as for a shell.
        provider: whose key it is, for the error.
        patience: seconds after which the program is ended.

    Raises:
        NeedsKey: the command failed, was too slow or printed nothing.
    """
    name = f"The key_command of {provider}"
    try:
        words = shlex.split(command, posix=os.name != "nt")
    except ValueError as error:
        raise NeedsKey(f"{name} cannot be read ({str(error).lower()}); check its quotes.") from None
    if not words:
        raise NeedsKey(f"{name} is empty; write the command that prints the key.")
    try:
        done = subprocess.run(
            words, stdin=subprocess.DEVNULL, capture_output=True, timeout=patience, check=False
        )
    except subprocess.TimeoutExpired:
        raise NeedsKey(f"{name} said nothing for {patience:g} s and was ended; run it by hand.") from None
    except (OSError, ValueError) as error:
        raise NeedsKey(f'{name} cannot be run: "{words[0]}" {_reason(error)}.') from None
    if done.returncode != 0:
        raise NeedsKey(f"{name} failed with exit code {done.returncode}; run it by hand to see why.")
    lines = done.stdout.decode(errors="replace").split("\n")
    key = next((line.strip() for line in lines if line.strip()), "")
    if not key:
        raise NeedsKey(f"{name} printed nothing; run it by hand to see why.")
    return key


def _reason(error: Exception) -> str:
    if isinstance(error, FileNotFoundError):
        return "was not found"
    return f"gave {(getattr(error, 'strerror', None) or str(error)).lower()}"
