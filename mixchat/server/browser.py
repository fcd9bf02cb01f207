"""The app in a browser: each page that is opened runs an app of its own behind a WebSocket (textual-serve).

The token is in the page's address and in the WebSocket's path rather than in a cookie: a cookie of 127.0.0.1 goes to
every port there, whoever listens on it.
"""

import asyncio
import contextlib
import logging
import signal
import socket
import sys
from collections.abc import Awaitable, Callable
from html import escape
from pathlib import Path
from string import Template
from typing import Final

import psutil
from aiohttp import web
from textual_serve.server import Server

from mixchat.config.command_words import command_line
from mixchat.runtime.stop_signals import stop_signals
from mixchat.server.access import is_own_host, is_own_origin, is_token

_GRACE: Final = 1.0
"""Seconds that the apps have to save and leave."""
_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self'; img-src 'self' data:;"
    " connect-src 'self' ws://$host; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class AppServer(Server):
    """textual-serve's server with a page of our own, and closed to everybody without the token."""

    def __init__(self, command: str, token: str, port: int) -> None:
        super().__init__(command, host="127.0.0.1", port=port, title="mixchat")  # pyright: ignore[reportUnknownMemberType]
        self._token = token
        self._page = Template(Path(__file__).with_name("app.html").read_text(encoding="utf-8"))

    async def make_app(self) -> web.Application:
        """Return the application."""

        @web.middleware
        async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
            return await self._guarded(request, handler)

        app = web.Application(middlewares=[guard])
        app.add_routes(
            [
                web.get("/", self._index),
                web.get("/ws/{token}", self._websocket),
                web.static("/static", self.statics_path),
            ]
        )
        return app

    async def _guarded(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Refuse what comes from a page of elsewhere, or under another name."""
        headers = request.headers
        if not is_own_host(headers.get("Host"), self.port) or not is_own_origin(
            headers.get("Origin"), self.port
        ):
            return web.Response(status=403, text="Only pages of this server are answered.\n")
        return await handler(request)

    async def _index(self, request: web.Request) -> web.Response:
        if not is_token(request.query.get("token"), self._token):
            return web.Response(
                status=401, text="Open the address that `mixchat serve` printed: the token is in it.\n"
            )
        host = f"127.0.0.1:{self.port}" if request.host.startswith("127.") else escape(request.host)
        socket_path = f"ws://{host}/ws/{self._token}"
        page = self._page.substitute(socket=escape(socket_path), again=escape(f"/?token={self._token}"))
        headers = {
            "Content-Security-Policy": _POLICY.replace("$host", host),
            "Referrer-Policy": "no-referrer",
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
        }
        return web.Response(text=page, content_type="text/html", headers=headers)

    async def _websocket(self, request: web.Request) -> web.StreamResponse:
        if not is_token(request.match_info["token"], self._token) or "Origin" not in request.headers:
            return web.Response(status=403, text="The token is missing or wrong.\n")
        return await self.handle_websocket(request)


async def serve_app(
    stack: str | None, listener: socket.socket, token: str, tell: Callable[[str, str], None]
) -> bool:
    """Serve until SIGTERM, SIGHUP or Ctrl+C; return whether it was Ctrl+C."""
    logging.getLogger("aiohttp").setLevel(logging.CRITICAL)
    port: int = listener.getsockname()[1]
    words = [sys.executable, "-m", "mixchat", *(["--stack", stack] if stack else [])]
    server = AppServer(command_line(words), token, port)
    runner = web.AppRunner(
        await server.make_app(), handle_signals=False, access_log=None, shutdown_timeout=0.1
    )
    await runner.setup()
    await web.SockSite(runner, listener).start()
    stopped: asyncio.Future[bool] = asyncio.get_running_loop().create_future()

    def stop(number: int) -> None:
        if not stopped.done():
            stopped.set_result(number == signal.SIGINT)

    with stop_signals(stop):
        tell(f"http://127.0.0.1:{port}/?token={token}", token)
        by_hand = await stopped
        await _end_apps()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(runner.cleanup(), _GRACE)
    return by_hand


async def _end_apps() -> None:
    """End the apps that are open; each keeps what came of a reply."""
    apps = psutil.Process().children(recursive=True)
    for app in apps:
        with contextlib.suppress(psutil.Error):
            app.terminate()
    _, left = await asyncio.to_thread(psutil.wait_procs, apps, timeout=_GRACE)
    for app in left:
        with contextlib.suppress(psutil.Error):
            app.kill()
