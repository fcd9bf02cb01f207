"""Real servers from the package registry, started for a test and ended by their pid."""

import asyncio
import contextlib
import os
import socket
import subprocess
import sys
import tempfile
import venv
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx

_GIVEN = os.environ.get("MIXCHAT_TEST_LITELLM")  # while a test runs, the variables are out of sight
STARTING = 120.0
"""Seconds that a server may take until it answers."""


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


def litellm_command() -> Path:
    """Return LiteLLM's command: `MIXCHAT_TEST_LITELLM`, or one that is installed into a place of its own."""
    if _GIVEN:
        return Path(_GIVEN)
    home = Path(tempfile.gettempdir()) / "mixchat-test-litellm"
    command = home / "bin" / "litellm"
    if not command.exists():
        venv.create(home, with_pip=True)
        subprocess.run([home / "bin" / "pip", "install", "-q", "litellm[proxy]"], check=True, timeout=900)
    return command


@asynccontextmanager
async def server(*command: str | Path, alive: str, folder: Path, **environ: str) -> AsyncGenerator[None]:
    """Run a server until the block ends; it is there once `alive` answers."""
    log = (folder / "server.log").open("wb")
    env = {**os.environ, **environ}
    process = await asyncio.create_subprocess_exec(*command, stdout=log, stderr=log, env=env, cwd=folder)
    try:
        await _answers(process, alive, folder)
        yield
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        try:
            await asyncio.wait_for(process.wait(), 20)
        except TimeoutError:
            process.kill()
            await process.wait()
        log.close()


async def _answers(process: asyncio.subprocess.Process, alive: str, folder: Path) -> None:
    async with httpx.AsyncClient(trust_env=False, timeout=5) as client, asyncio.timeout(STARTING):
        while True:
            assert process.returncode is None, (folder / "server.log").read_text(errors="replace")[-2000:]
            with contextlib.suppress(httpx.HTTPError):
                if (await client.get(alive)).status_code < 500:
                    return
            await asyncio.sleep(0.5)


async def mixchat(*arguments: str, folder: Path, **environ: str) -> tuple[int, str, str]:
    """Run mixchat's own command as a person would, with a place of its own."""
    env = {name: value for name, value in os.environ.items() if not name.endswith(("_API_KEY", "_BASE_URL"))}
    env |= {f"MIXCHAT_{kind}_DIR": str(folder / kind.lower()) for kind in ("CONFIG", "DATA", "LOG")} | environ
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "mixchat", *arguments, env=env, stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, err = await asyncio.wait_for(process.communicate(), 120)
    assert process.returncode is not None
    return process.returncode, out.decode(), err.decode()
