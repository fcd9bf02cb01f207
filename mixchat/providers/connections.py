"""The connections that the adapters share: one pool for the SDKs, one for our own calls, one trust store."""

import contextlib
import os
import ssl
import threading
from collections.abc import Awaitable, Callable, Mapping
from contextvars import ContextVar
from typing import TYPE_CHECKING, Final

from mixchat.domain.errors import Unreachable
from mixchat.providers.proxies import unusable_proxy
from mixchat.providers.transport import Foreign, Transport

if TYPE_CHECKING:
    import httpx
    import httpx2

CONNECT: Final = 8.0
"""Seconds to reach a server."""
IDLE: Final = 300.0
"""Seconds without a byte after which a socket is given up; the router's own limits are shorter."""

on_response: ContextVar["Callable[[httpx2.Response], Awaitable[None]] | None"] = ContextVar(
    "on_response", default=None
)
"""What a call wants done with its response before the SDK sees it."""

added_query: ContextVar[Mapping[str, str] | None] = ContextVar("added_query", default=None)
"""The query of the service's address, where the SDK cannot be told to send one."""

_POOL: Final = {"max_connections": 100, "max_keepalive_connections": 20, "keepalive_expiry": 60}


async def _add_query(request: "httpx2.Request") -> None:
    if query := added_query.get():
        request.url = request.url.copy_merge_params(query)


async def _hand_over(response: "httpx2.Response") -> None:
    if (take := on_response.get()) is not None:
        await take(response)


class Connections:
    """Makes the clients on first use. They belong to the loop that first sends with them.

    Redirects are not followed: a key goes to its own endpoint and nowhere else.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._context: ssl.SSLContext | None = None
        self._sdk: httpx2.AsyncClient | None = None
        self._own: httpx.AsyncClient | None = None

    @property
    def sdk(self) -> "httpx2.AsyncClient":
        """The SDKs' client."""
        import httpx2

        with self._lock:
            if self._sdk is None:
                self._sdk = httpx2.AsyncClient(
                    transport=self._transport(httpx2),
                    timeout=httpx2.Timeout(IDLE, connect=CONNECT),
                    event_hooks={"request": [_add_query], "response": [_hand_over]},
                    trust_env=False,  # the transport reads the proxies
                )
            return self._sdk

    @property
    def own(self) -> "httpx.AsyncClient":
        """The client of the adapters without an SDK."""
        import httpx

        with self._lock:
            if self._own is None:
                self._own = httpx.AsyncClient(
                    transport=self._transport(httpx),
                    timeout=httpx.Timeout(IDLE, connect=CONNECT),
                    trust_env=False,
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

    def _transport(self, library: Foreign) -> Foreign:
        """Return the transport of either library, which are alike in all that is used of them."""
        context = self._trust()

        def make(proxy: str | None) -> Foreign:
            try:
                return library.AsyncHTTPTransport(verify=context, limits=library.Limits(**_POOL), proxy=proxy)
            except (ValueError, ImportError, library.InvalidURL):
                raise unusable_proxy() from None

        return Transport(make, library)

    def _trust(self) -> ssl.SSLContext:
        """Return the system's trust store, or what `SSL_CERT_FILE` and `SSL_CERT_DIR` name instead.

        Raises:
            Unreachable: what they name cannot be read.
        """
        if self._context is None:
            file, folder = os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR")
            try:
                if file or folder:
                    self._context = ssl.create_default_context(cafile=file or None, capath=folder or None)
                else:
                    import truststore

                    self._context = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            except OSError:  # SSLError is its child
                words = "The certificates that SSL_CERT_FILE or SSL_CERT_DIR name cannot be read."
                raise Unreachable(words) from None
        return self._context
