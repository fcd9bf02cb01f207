"""An ASGI application on a port of loopback, until it is told to stop."""

import asyncio
import contextlib
import signal
import socket
from collections.abc import Callable, Generator
from typing import Any, Final

from mixchat.domain.errors import ConfigError

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

    def stop(by_hand: bool) -> None:
        nonlocal interrupted
        interrupted = by_hand
        server.should_exit = True

    with stop_signals(stop):
        ready()
        await server.serve(sockets=[listener])
    return interrupted


@contextlib.contextmanager
def stop_signals(stop: Callable[[bool], None]) -> Generator[None]:
    """Let SIGTERM, SIGHUP and Ctrl+C call `stop`, with whether it was Ctrl+C, for as long as this is entered."""
    loop = asyncio.get_running_loop()
    numbers = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
    try:
        for number in numbers:
            loop.add_signal_handler(number, stop, number == signal.SIGINT)
    except NotImplementedError:  # Windows: Ctrl+C arrives as KeyboardInterrupt
        numbers = []
    try:
        yield
    finally:
        for number in numbers:
            loop.remove_signal_handler(number)
