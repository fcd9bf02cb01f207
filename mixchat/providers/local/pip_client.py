"""The package client: `pip`, with the person's own configuration: index, proxy, certificates."""

import asyncio
import importlib.util
import os
import re
import sys
from collections.abc import AsyncGenerator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from mixchat.config.child_environment import child_environment
from mixchat.providers.local.progress import Progress, PullFailed

_PROGRESS: Final = re.compile(rb"Progress (\d+) of (\d+)")
_LOG: Final = "pip.log"


async def run_pip(
    command: str, arguments: Sequence[str], work: Path, failure: str
) -> AsyncGenerator[Progress]:
    """Run pip in the directory `work` and yield how far its downloads are; nothing is ever built from source.

    Cancelling ends pip.

    Raises:
        PullFailed: pip is missing, the disk is full, or it failed; then with `failure`.
    """
    if importlib.util.find_spec("pip") is None:
        raise PullFailed(f"pip is missing in {sys.prefix}; add it with: {sys.executable} -m ensurepip")
    with (work / _LOG).open("wb") as log:
        client = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "pip", command, "--no-deps", "--only-binary=:all:", "--no-input",
            "--disable-pip-version-check", "--progress-bar=raw", "--retries=2", *arguments,
            # In a directory of our own, since -m would let the current one supply modules.
            cwd=work,
            env=child_environment(),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=log,
            start_new_session=os.name == "posix",
        )  # fmt: skip
    try:
        while client.stdout is not None and (line := await client.stdout.readline()):
            if found := _PROGRESS.search(line):
                yield Progress(int(found[1]), int(found[2]))
        if await client.wait() != 0:
            raise _refused(work, failure)
    finally:
        with suppress(ProcessLookupError):
            client.kill()
        await client.wait()


def _refused(work: Path, failure: str) -> PullFailed:
    said = (work / _LOG).read_text(encoding="utf-8", errors="replace")
    if "No space left" in said or "disk quota" in said.lower():
        return PullFailed(f"The disk is full; free some space below {work.parent} and pull again.")
    return PullFailed(failure)
