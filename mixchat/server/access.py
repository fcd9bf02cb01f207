"""Who may talk to a server on loopback: whoever has the token, and no web page from elsewhere.

A page that a browser shows can send requests to loopback, by its name or by a name of its own that leads there.
`Host` and `Origin` tell them apart; the token keeps out the other users of this machine.
"""

import hmac
import os
import secrets
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

TOKEN_VARIABLE: Final = "MIXCHAT_SERVE_TOKEN"
SHORTEST_TOKEN: Final = 16
_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})


def make_token(environ: Mapping[str, str] = os.environ) -> str:
    """Return the token of the environment, or a new one.

    Raises:
        ValueError: the environment's token could be guessed.
    """
    own = environ.get(TOKEN_VARIABLE, "").strip()
    if own and (len(own) < SHORTEST_TOKEN or not own.isascii() or not own.isprintable() or " " in own):
        raise ValueError(
            f"{TOKEN_VARIABLE} must be at least {SHORTEST_TOKEN} letters, digits and signs without a space."
        )
    return own or secrets.token_urlsafe(24)


def is_own_host(host: str | None, port: int) -> bool:
    """Return whether a `Host` header means this server; one that is missing does not."""
    if not host:
        return False
    try:
        parts = urlsplit(f"//{host}")
        return parts.hostname in _LOOPBACK and (parts.port or 80) == port and not parts.username
    except ValueError:
        return False


def is_own_origin(origin: str | None, port: int) -> bool:
    """Return whether an `Origin` header means a page of this server; programs send none."""
    if origin is None:
        return True
    parts = origin.partition("://")
    return parts[0] == "http" and is_own_host(parts[2], port)


def is_token(given: str | None, token: str) -> bool:
    """Return whether `given` is the token, in a time that does not tell how much of it is right."""
    return given is not None and hmac.compare_digest(given.encode(errors="replace"), token.encode())


def bearer(header: str | None) -> str | None:
    """Return the token of an `Authorization` header."""
    scheme, _, given = (header or "").partition(" ")
    return given.strip() if scheme.lower() == "bearer" else None
