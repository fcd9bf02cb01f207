"""`mixchat serve`: the app in a browser, and with `--api` the router as a server for other programs."""

import argparse
import asyncio
import os
import sys
from collections.abc import Awaitable
from typing import TYPE_CHECKING, Final, NoReturn

from mixchat.cli.exit import DONE, INTERRUPTED
from mixchat.cli.extras import API, WEB, Extra
from mixchat.cli.parser import Subparsers
from mixchat.domain.errors import ConfigError

if TYPE_CHECKING:
    import socket

API_PORT: Final = 8470
APP_PORT: Final = 8471
_EXAMPLES = """examples:
  mixchat serve                        the app in a browser
  mixchat serve --api --port 8470      an OpenAI-compatible server
  curl http://127.0.0.1:8470/v1/models -H "Authorization: Bearer $TOKEN"
"""
_DESCRIPTION = """Opens the app to a browser on this machine; with --api answers programs that speak to OpenAI, with
mixchat/auto, mixchat/ROLE and the stack's models as models. Both listen on loopback alone and print their token on
stderr. MIXCHAT_SERVE_TOKEN in the environment sets a token that stays the same."""


def add(subparsers: Subparsers) -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser(
        "serve",
        help="the app in a browser, or an OpenAI-compatible server, on this machine",
        description=_DESCRIPTION,
        epilog=_EXAMPLES,
    )
    parser.add_argument("--api", action="store_true", help="an OpenAI-compatible server instead of the app")
    parser.add_argument(
        "--port", metavar="N", type=_port, help=f"{APP_PORT}, with --api {API_PORT}; 0 takes one that is free"
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Serve until told to stop."""
    from mixchat.server.access import make_token
    from mixchat.server.listen import bind

    port: int | None = args.port
    try:
        token = make_token(os.environ)
    except ValueError as error:
        raise ConfigError(str(error)) from None
    if args.api:
        _need(API)
        listener = bind(API_PORT if port is None else port)
        return asyncio.run(_leaving(_serve_api(args.stack, listener, token)))
    _need(WEB)
    from mixchat.server.browser import serve_app

    listener = bind(APP_PORT if port is None else port)
    return asyncio.run(_leaving(serve_app(args.stack, listener, token, _tell)))


async def _leaving(serving: Awaitable[bool]) -> NoReturn:
    """End the process as soon as everything is closed: taking the loaded SDKs apart can last a second."""
    stopped_by_hand = await serving
    sys.stderr.flush()
    os._exit(INTERRUPTED if stopped_by_hand else DONE)


async def _serve_api(stack: str | None, listener: "socket.socket", token: str) -> bool:
    """Answer programs until told to stop; return whether it was by Ctrl+C."""
    from mixchat.runtime.runtime import build_runtime
    from mixchat.server.listen import serve
    from mixchat.server.openai_api import OpenAiApi

    runtime = build_runtime(stack=stack, keep_chats=False)
    runtime.write_in_background()
    port: int = listener.getsockname()[1]
    api = OpenAiApi(runtime, token, port)
    try:
        await runtime.discover()
        return await serve(api, listener, lambda: _tell(f"http://127.0.0.1:{port}/v1", token))
    finally:
        await api.finish()
        await runtime.aclose()


def _tell(address: str, token: str) -> None:
    print(f"address: {address}\ntoken: {token}", file=sys.stderr, flush=True)


def _port(text: str) -> int:
    if not text.isdecimal() or not 0 <= int(text) < 65536:
        raise argparse.ArgumentTypeError(f"a port is a number from 0 to 65535, not {text}")
    return int(text)


def _need(extra: Extra) -> None:
    """Say which extra is missing, if one is.

    Raises:
        ConfigError: a module is not installed.
    """
    if not extra.installed:
        raise ConfigError(f"This needs more than is installed; install it with: {extra.how}")
