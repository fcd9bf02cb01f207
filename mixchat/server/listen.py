"""An ASGI application on a port of loopback, until it is told to stop."""

import contextlib
import signal
import socket
from collections.abc import Callable, Generator
from typing import Any, Final

from mixchat.domain.errors import ConfigError
from mixchat.runtime.stop_signals import stop_signals

HOST: Final = "127.0.0.1"
_WAITING: Final = 128
"""Clients that wait for the server at most."""


def bind(port: int) -> socket.socket:
    """Return a socket that listens on loopback; port 0 takes one that is free.

    Raises:
        ConfigError: the port is taken or not allowed.
    """
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
        listener.listen(_WAITING)  # from here on who connects waits, also while the server is being made
    except (OSError, OverflowError) as error:
        listener.close()
        reason = getattr(error, "strerror", None) or str(error)
        raise ConfigError(
            f"Port {port} cannot be used ({reason.lower()}); take another with --port."
        ) from None
    return listener


async def serve(app: Callable[..., Any], listener: socket.socket, ready: Callable[[], None]) -> bool:
    """Serve until SIGTERM, SIGHUP or Ctrl+C; return whether it was Ctrl+C. `ready` is called once it listens."""
    import uvicorn

    class Server(uvicorn.Server):
        """A server that leaves the signals to whoever started it."""

        @contextlib.contextmanager
        def capture_signals(self) -> Generator[None]:
            yield

    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        lifespan="off",
        ws="none",
        server_header=False,
        date_header=False,
        timeout_graceful_shutdown=0,  # a reply under way may take minutes: it is stopped, as by Ctrl+C
    )
    server = Server(config)
    interrupted = False

    def stop(number: int) -> None:
        nonlocal interrupted
        interrupted = number == signal.SIGINT
        server.should_exit = True

    with stop_signals(stop):
        ready()
        await server.serve(sockets=[listener])
    return interrupted
