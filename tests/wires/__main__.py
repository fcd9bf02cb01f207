"""Runs the server by itself: `python -m tests.wires --port 8900`. Ends with Ctrl+C."""

import argparse
import asyncio
import contextlib
import sys

from tests.wires.server import Wires, environment
from tests.wires.showcase import showcase


async def serve(port: int) -> None:
    """Serve until cancelled."""
    async with Wires(port, default=showcase) as wires:
        for name, value in environment(wires.url).items():
            print(f"export {name}={value}")
        sys.stdout.flush()
        await asyncio.Event().wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="A provider on loopback, with pretty replies.")
    parser.add_argument("--port", type=int, default=0)
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(parser.parse_args().port))
