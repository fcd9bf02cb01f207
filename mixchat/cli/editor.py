"""The person's own editor, for a file."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from mixchat.config.child_environment import child_environment
from mixchat.config.command_words import command_words, editor_command
from mixchat.domain.errors import ConfigError


def edit_file(path: Path, environ: Mapping[str, str] = os.environ) -> None:
    """Open `path` in `$VISUAL` or `$EDITOR` and wait until it is closed.

    Raises:
        ConfigError: there is no editor, or it ended with an error.
    """
    command = editor_command(environ)
    if not command:
        raise ConfigError(f"No editor is set; set EDITOR, or open {path} yourself.")
    try:
        code = subprocess.run(
            [*command_words(command), str(path)], env=child_environment(), check=False
        ).returncode
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ConfigError(
            f"The editor {command!r} cannot be started ({reason}); set EDITOR to another."
        ) from None
    if code:
        raise ConfigError(f"The editor ended with {code}; {path} is as it left it.")
