"""The connections that the adapters share: one pool for the SDKs, one for our own calls, one trust store."""

import contextlib
import os
import ssl
import threading
from collections.abc import Awaitable, Callable, Generator
from contextvars import ContextVar
from typing import TYPE_CHECKING, Final

from mixchat.domain.errors import Unreachable

if TYPE_CHECKING:
    import httpx
    import httpx2

CONNECT: Final = 8.0
"""Seconds to reach a server."""
IDLE: Final = 300.0
"""Seconds without a byte after which a socket is given up; the router's own limits are shorter."""

met: ContextVar["Callable[[httpx2.Response], Awaitable[None]] | None"] = ContextVar("met", default=None)
"""What a call wants done with its response before the SDK sees it."""

_DIRECT: Final = ("all://localhost", "all://127.0.0.1", "all://[::1]")


async def _merge_settings(response: "httpx2.Response") -> None:
    if (look := met.get()) is not None:
        await look(response)


@contextlib.contextmanager
def _settings() -> Generator[None]:
    """Name the setting that is to blame when a client cannot be made. The value may hold a password."""
    try:
        yield
    except OSError:  # SSLError is its child
        raise Unreachable(
            "The certificates that SSL_CERT_FILE or SSL_CERT_DIR name cannot be read."
        ) from None
    except (ValueError, ImportError):
        words = (
            "The proxy that HTTPS_PROXY, HTTP_PROXY or ALL_PROXY names cannot be used; correct its address."
        )
        raise Unreachable(words) from None


class Connections:
    """Makes the clients on first use. They belong to the loop that first sends with them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._context: ssl.SSLContext | None = None
        self._sdk: httpx2.AsyncClient | None = None
        self._own: httpx.AsyncClient | None = None

    @property
    def sdk(self) -> "httpx2.AsyncClient":
        """The SDKs' client. Redirects are not followed: a key goes to its own endpoint and nowhere else."""
        import httpx2

        with self._lock, _settings():
            if self._sdk is None:
                self._sdk = httpx2.AsyncClient(
                    verify=self._trust(),
                    timeout=httpx2.Timeout(IDLE, connect=CONNECT),
                    limits=httpx2.Limits(
                        max_connections=100, max_keepalive_connections=20, keepalive_expiry=60
                    ),
                    mounts=dict.fromkeys(_DIRECT),
                    event_hooks={"response": [_merge_settings]},
                )
            return self._sdk

    @property
    def own(self) -> "httpx.AsyncClient":
        """The client of the adapters without an SDK."""
        import httpx

        with self._lock, _settings():
            if self._own is None:
                self._own = httpx.AsyncClient(
                    verify=self._trust(),
                    timeout=httpx.Timeout(IDLE, connect=CONNECT),
                    limits=httpx.Limits(
                        max_connections=100, max_keepalive_connections=20, keepalive_expiry=60
                    ),
                    mounts=dict.fromkeys(_DIRECT),
                )
            return self._own

    async def aclose(self) -> None:
        """Close every connection."""
        with self._lock:
            clients = (self._sdk, self._own)
            self._sdk = self._own = None
        for client in clients:
            if client is not None:
                with contextlib.suppress(RuntimeError):  # a client of a loop that has ended
                    await client.aclose()

    def _trust(self) -> ssl.SSLContext:
        """Return the system's trust store, or what `SSL_CERT_FILE` and `SSL_CERT_DIR` name instead."""
        if self._context is None:
            file, folder = os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR")
            if file or folder:
                self._context = ssl.create_default_context(cafile=file or None, capath=folder or None)
            else:
                import truststore

                self._context = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        return self._context
