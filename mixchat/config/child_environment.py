"""What other programs are given of the environment: everything but credentials."""

import os
import re
from collections.abc import Iterable, Mapping
from typing import Final

_CREDENTIAL: Final = re.compile(
    r"(?:^|_)(?:apikey|key|keys|token|tokens|secret|secrets|password|passwd|passphrase|credential|credentials|pat|auth)$",
    re.IGNORECASE,
)
"""How variables are called that hold one."""
_WITH_PASSWORD: Final = re.compile(r"://[^/\s:@]*:[^/\s@]+@")
_NEEDED: Final = re.compile(r"(?:_proxy|^pip_.*)$", re.IGNORECASE)
"""Variables whose address may hold a password: without it the package client reaches nobody."""


def child_environment(environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Return the environment for a program that mixchat starts: no variable that could be a credential is in it."""
    return {
        name: value
        for name, value in environ.items()
        if not _CREDENTIAL.search(name) and (_NEEDED.search(name) or not _WITH_PASSWORD.search(value))
    }


def password_manager_environment(
    keys: Iterable[str], environ: Mapping[str, str] = os.environ
) -> dict[str, str]:
    """Return the environment for a `key_command`: what it signs in with stays, the models' keys do not.

    Args:
        keys: the variables that hold keys of models.
        environ: the environment of this process.
    """
    left_out = set(keys)
    return {
        name: value
        for name, value in environ.items()
        if name not in left_out and not name.upper().endswith("_API_KEY")
    }
